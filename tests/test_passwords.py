"""Passwords: long rather than odd, none that everybody tries, kept so that a copy of the database gives none away."""

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from claims.models import User
from tests.factories import make_user
from workbench import settings as real

PIA = User(email="pia.kowalska@example.org", name="Pia Kowalska")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "12 characters"),
        ("password1234", "common"),
        ("Pia.Kowalska", "similar"),
        ("pia.kowalska@example.org", "similar"),
        ("Workbench2026", "words of this workbench"),
        ("newsroomeditor", "words of this workbench"),
    ],
)
def test_what_is_easily_guessed_is_refused_with_what_to_do(password, why):
    with pytest.raises(ValidationError, match=why):
        validate_password(password, PIA)


@pytest.mark.parametrize(
    "password", ["otter barge lamp", "918273645500", "ŁódźŁódźŁódź!", "x y " * 40, " twelve with "]
)
def test_long_ones_of_any_composition_are_taken(password):
    validate_password(password, PIA)


def test_a_password_counts_exactly_as_it_was_typed(client, db):
    make_user(email="pia@example.org", password=" Otter barge lamp ")
    for typed, status in (("Otter barge lamp", 200), (" otter barge lamp ", 200), (" Otter barge lamp ", 302)):
        answer = client.post("/accounts/login/", {"login": "pia@example.org", "password": typed})
        assert answer.status_code == status, typed


def test_the_hash_is_argon2id_at_no_less_than_owasp_asks_for():
    """OWASP Password Storage Cheat Sheet: m = 19 MiB, t = 2, p = 1, or as hard."""
    assert real.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    hasher = Argon2PasswordHasher()
    kept = hasher.decode(hasher.encode("otter barge lamp", "some-salt-of-enough-length"))
    assert kept["variety"] == "argon2id"
    assert kept["memory_cost"] >= 19 * 1024
    assert kept["time_cost"] >= 2
    assert kept["parallelism"] >= 1
    assert hasher.verify("otter barge lamp", hasher.encode("otter barge lamp", "some-salt-of-enough-length"))


def test_the_tests_run_under_the_real_rules():
    assert settings.AUTH_PASSWORD_VALIDATORS == real.AUTH_PASSWORD_VALIDATORS


def test_pages_that_change_a_password_hold_to_the_rules(as_, ann):
    new = {"oldpassword": "pass-word-1", "password1": "newsroomeditor", "password2": "newsroomeditor"}
    answer = as_(ann).post("/accounts/password/change/", new)
    assert answer.status_code == 200
    assert "words of this workbench" in answer.content.decode()
