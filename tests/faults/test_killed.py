"""The server is killed in the middle of its work: what it acknowledged is there, and nothing is there by half."""

import os
import subprocess
import sys

import pytest
from django.db import models

from claims.management.reviewers import Book, faults
from claims.models import Claim
from tests.factories import make_assessment, make_claim
from tests.processes import ROOT, bare_environment


def test_a_server_that_is_killed_under_its_reviewers_loses_and_doubles_nothing(tmp_path):
    """On the database that the other tests run on; the command itself looks for every acknowledged answer."""
    database = {name: os.environ[name] for name in ("DATABASE_URL",) if name in os.environ}
    options = ("--reviewers", "6", "--claims", "30", "--seconds", "4", "--pause", "0.05")
    done = subprocess.run(
        [sys.executable, "manage.py", "bench_reviews", "--kill", *options, "--data", str(tmp_path)],
        cwd=ROOT, env=bare_environment(**database), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Killed with" in done.stdout
    assert " 0 of them with 5xx" in done.stdout
    assert "verifies" in done.stdout


@pytest.fixture
def book(case, ann, ben):
    """Two answers that were given and acknowledged."""
    claim, book = make_claim(case=case), Book()
    for person in (ann, ben):
        own = make_assessment(claim=claim, by=person)
        book.sent[person.pk, claim.number] = own.rationale
        book.acknowledged.add((person.pk, claim.number))
    return book


def test_nothing_is_wrong_where_each_answer_is_there_once(case, book):
    assert list(faults(case, book)) == []


def test_an_acknowledged_answer_that_is_gone_is_found(case, book, eve):
    book.sent[eve.pk, 1] = "The census says 48,000."
    assert list(faults(case, book)) == [], "nobody acknowledged it"
    book.acknowledged.add((eve.pk, 1))
    assert list(faults(case, book)) == [f"The answer of reviewer {eve.pk} to claim 1 was acknowledged and is gone."]


def test_an_answer_that_nobody_gave_is_found(case, book, ann):
    del book.sent[ann.pk, 1]
    assert list(faults(case, book)) == [f"Reviewer {ann.pk} never gave the answer to claim 1 that is there."]


def test_a_claim_that_counts_other_answers_than_it_has_is_found(case, book):
    models.QuerySet.update(Claim.objects.filter(case=case), answers_in=3)
    assert list(faults(case, book)) == ["Claim 1 counts 3 answers, and has 2."]
