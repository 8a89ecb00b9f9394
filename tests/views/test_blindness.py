"""Blindness: whoever has not answered learns nothing of what others answered, whatever they ask for.

Each walk goes through every page twice, in two worlds that differ in nothing but what others answered: where a page
differs, it tells. So counts, ticks, labels and what may be done are looked at too, and not the words alone.
"""

import difflib
import itertools
import re
import zipfile
from contextlib import contextmanager
from io import BytesIO
from types import SimpleNamespace

import pytest
import time_machine
from django.contrib import admin
from django.db import transaction
from django.urls import get_resolver, reverse
from django.utils import timezone

from claims.custody.keys import current
from claims.models import Assessment, Claim, Exhibit, Role, Source, assess, propose, send_back, sign_off
from claims.reports import bundle
from claims.reports.annotated import formats
from claims.reports.freezing import freeze
from claims.reports.render import FORMATS
from tests.counters import count_from, counters
from tests.factories import make_claim, make_document, make_evidence, make_exhibit, make_user
from tests.views.test_withheld import patterns

RATIONALE, CHANGES = "Xylographs of the quartermaster", "A quagga in the register"
ANSWERS = {
    "yes": {
        "rating": "supported", "rationale": f"{RATIONALE} say so.", "would_change": f"{CHANGES}.",
        "likelihood": "likely", "confidence": "high", "was_said": "yes", "relied_on": [1],
        "facets": {"actor": {"rating": "supported", "note": f"{CHANGES} of the army"}},
    },
    "no": {
        "rating": "refuted", "rationale": "An obelisk denies it.", "would_change": "Nothing.", "likelihood": "unlikely",
        "confidence": "low", "was_said": "no", "relied_on": [2, 3],
        "facets": {"actor": {"rating": "refuted", "note": "An obelisk denies it"}, "place": {"rating": None}},
    },
}  # fmt: skip
TELLING = (RATIONALE, "quartermaster", CHANGES, "quagga", "An obelisk", "denies it")
# What no two answers of the same page have in common, and what the seal alone is in.
PASSING = re.compile(
    r'(?<=name="csrfmiddlewaretoken" value=")[^"]*|(?<=name="once" value=")[^"]*|\b([0-9a-f]{128}|[0-9a-f]{8,64})\b|'
    r"[\d.]+\xa0GB free|"
    r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=name="this_form" value=")[^"]*|([0-9a-f]{4} ){15}[0-9a-f]{4}'
)


@pytest.fixture
def claim(case, ben):
    """A claim with three pieces of evidence, in a document, and another one beside it."""
    document = make_document(case=case)
    claim = make_claim(document=document, exact="The army is 48,000 strong.", by=ben)
    for n in range(3):
        make_evidence(claim=claim, by=ben, exhibit=Exhibit(title=f"Page {n}", text="The census says 48,000."))
    make_claim(case=case, statement="Another army.")
    make_exhibit(case=case)
    current(by=ben)  # the key that signs is the same in either world
    return claim


def answer(claim, by, how):
    """Somebody's answer, one of two."""
    claim = Claim.objects.get(pk=claim.pk)
    said = {**ANSWERS[how], "rating": claim.case.rating(ANSWERS[how]["rating"])}
    said["relied_on"] = list(claim.evidence.filter(number__in=ANSWERS[how]["relied_on"]))
    return assess(claim, by=by, **said)


def put(claim, by, how):
    """A proposal that says what was answered."""
    said = {"rating": claim.case.rating(ANSWERS[how]["rating"]), "summary": ANSWERS[how]["rationale"]}
    said |= {"one_origin": "Nobody else counts.", "difference": "reading", "to_overruled": ANSWERS[how]["rationale"]}
    return propose(Claim.objects.get(pk=claim.pk), by=by, **said)


def addresses(case):
    """Every address of the workbench's own pages, with what is in the case filled in."""
    keys = {*Exhibit.objects.values_list("pk", flat=True)[:2], *Source.objects.values_list("pk", flat=True)[:2]}
    values = {"code": [case.code], "number": [1], "item": [1, 2], "extension": ["html", "md", "json", "csv"]}
    for each in patterns(get_resolver("claims.urls")):
        if each.name == "installation":
            continue  # it tells of the machine, whose clock and disk go on
        names = list(each.pattern.converters)
        possible = get_resolver("claims.urls").reverse_dict.getlist(each.name)
        names = possible[0][0][0][1] if possible else names
        for chosen in itertools.product(*(values.get(name, sorted(keys)) for name in names)):
            yield reverse(f"claims:{each.name}", kwargs=dict(zip(names, chosen, strict=True)))


def questions(case, ben):
    """Searches and filters that would tell by what they find."""
    for words in ("xylographs", "quartermaster", "quagga", "obelisk", "army", "census"):
        for kind in ("", "claim", "document", "source", "evidence"):
            yield f"/search/?q={words}&kind={kind}"
    for choice in ("rating=supported", "rating=refuted", "rating=none", "status=to_decide", "words=obelisk"):
        yield f"/cases/{case.code}/?{choice}"
    yield f"/cases/{case.code}/?reviewer={ben.pk}"


def administration():
    """The admin's lists, and the pages of the answers."""
    for model in admin.site._registry:
        yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for key in Assessment.objects.values_list("pk", flat=True):
        yield reverse("admin:claims_assessment_change", args=[key])
    yield "/admin/"


@contextmanager
def undone():
    """A world that is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def seen(browser, paths):
    """What a browser is answered at each address, without what passes."""
    pages = {}
    for path in paths:
        said = browser.get(path)
        body = b"".join(said.streaming_content) if said.streaming else said.content
        page = f"{said.status_code} {said.get('Location', '')}\n{unpacked(body)}"
        pages[path] = PASSING.sub("…", page)
    return pages


def unpacked(body):
    """A body as text; of an archive what is in it."""
    if not body.startswith(b"PK"):
        return body.decode(errors="replace")
    with zipfile.ZipFile(BytesIO(body)) as packed:
        return "\n".join(f"{name}\n{packed.read(name).decode(errors='replace')}" for name in packed.namelist())


@pytest.fixture(autouse=True)
def light_bundles(monkeypatch):
    """A bundle holds the formats that can be read here; the others are made of the same frozen data."""
    monkeypatch.setattr(bundle, "FORMATS", {name: FORMATS[name] for name in ("html", "md", "csv", "json")})
    page = {"html": formats.FORMATS["html"]}
    monkeypatch.setattr(bundle, "formats", SimpleNamespace(FORMATS=page, render=formats.render))


def before(claim, how, cast):
    """One answer is in, and more are asked for."""
    answer(claim, cast["ben"], how)


def drafted(claim, how, cast):
    """One's own draft is saved, another's answer is in, and a third one's draft is not."""
    assess(claim, by=cast["ann"], submit=False, rationale="I wonder.")
    answer(claim, cast["ben"], how)


def complete(claim, how, cast):
    """Every required answer is in, and they agree or differ."""
    answer(claim, cast["ben"], how)
    answer(claim, cast["cem"], "yes")


def proposed(claim, how, cast):
    """A verdict is proposed on the answers."""
    complete(claim, how, cast)
    put(claim, cast["eve"], how)


def sent_back(claim, how, cast):
    """A proposal came back, with a reason."""
    proposed(claim, how, cast)
    send_back(Claim.objects.get(pk=claim.pk), by=cast["max"], reason="Look again.")


def given_up(claim, how, cast):
    """A round ended without a verdict that was signed off, and another one has begun."""
    proposed(claim, how, cast)
    Claim.objects.get(pk=claim.pk).withdraw(by=cast["eve"], why="Of another army.")
    Claim.objects.get(pk=claim.pk).reopen(by=cast["eve"], why="It was not.")


def reopened(claim, how, cast):
    """An old round was signed off, which may be read; in the new one others have answered."""
    answer(claim, cast["cem"], "yes")
    answer(claim, cast["ben"], "yes")
    put(claim, cast["eve"], "yes")
    sign_off(Claim.objects.get(pk=claim.pk), by=cast["max"])
    Claim.objects.get(pk=claim.pk).reopen(by=cast["eve"], why="A new census.")
    answer(claim, cast["ben"], how)


STAGES = [before, drafted, complete, proposed, sent_back, given_up, reopened]


@pytest.fixture
def cast(case, ann, ben, eve, max_, rod):
    """Ann has not answered; she is staff besides, but no administrator."""
    cem = make_user(name="Cem")
    case.enrol(cem, Role.ANALYST, by=eve)
    ann.is_staff = True
    ann.save(by=eve)
    return {"ann": ann, "ben": ben, "cem": cem, "eve": eve, "max": max_, "rod": rod}


def worlds(stage, claim, cast, browser, *, also=()):
    """What the pages say in either world."""
    told, now, stood = [], timezone.now(), counters()
    for how in ANSWERS:
        with undone(), time_machine.travel(now, tick=False):
            count_from(stood)
            stage(claim, how, cast)
            freeze(claim.case, claim.case.claims.all(), by=cast["eve"])
            told.append(seen(browser, [*addresses(claim.case), *questions(claim.case, cast["ben"]), *also]))
    return told


def differences(told):
    """Where the two worlds differ, with the lines that do."""
    yes, no = told
    for path, page in yes.items():
        if page != no.get(path):
            lines = difflib.unified_diff(page.splitlines(), no.get(path, "").splitlines(), lineterm="", n=0)
            yield path, [line.strip()[:300] for line in lines if not line.startswith(("---", "+++", "@@"))][:6]


def check(told, *, words=TELLING):
    """Fails where a page tells."""
    found = [f"{path}: {line}" for path, lines in differences(told) for line in lines if line.strip("+- ")]
    assert not found, "\n".join(found)
    for pages in told:
        for path, page in pages.items():
            # What was asked for stands in the search field.
            asked = path.partition("?q=")[2].partition("&")[0].lower()
            for word in words:
                assert word not in page or word.lower() == asked, f"{path}: {word}"


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_tells_a_reviewer_what_others_answered(stage, claim, cast, as_):
    words = TELLING if stage is not reopened else ("An obelisk",)  # what was signed off may be read
    check(worlds(stage, claim, cast, as_(cast["ann"])), words=words)


@pytest.mark.parametrize("stage", [before, complete])
def test_no_part_of_a_page_tells_it_either(stage, claim, cast, as_, htmx):
    check(worlds(stage, claim, cast, as_(cast["ann"], **htmx)))


@pytest.mark.parametrize("stage", [complete, proposed])
def test_nothing_tells_a_reader_before_the_verdict_is_signed_off(stage, claim, cast, as_):
    check(worlds(stage, claim, cast, as_(cast["rod"])))


def test_nothing_tells_an_editor_before_every_required_answer_is_in(claim, cast, as_):
    check(worlds(before, claim, cast, as_(cast["eve"])))


def test_the_admin_tells_nothing_to_staff_who_are_no_administrators(claim, cast, as_):
    browser = as_(cast["ann"])
    answer(claim, cast["ben"], "yes")
    for path, page in seen(browser, administration()).items():
        assert page.startswith(("403", "302")) or path == "/admin/", path
        assert not [word for word in TELLING if word in page], path


def test_the_walk_would_have_found_it_told(claim, cast, as_):
    """Whoever has answered is shown what others did, so the walk looks in the right places for the right words."""

    def answered(claim, how, cast):
        answer(claim, cast["ann"], "yes")
        answer(claim, cast["ben"], how)

    told = worlds(answered, claim, cast, as_(cast["ann"]))
    place = claim.get_absolute_url()
    assert place in dict(differences(told))
    assert "An obelisk denies it." in told[1][place]
    assert sum(page.startswith("200") for page in told[0].values()) > 60, "the walk went somewhere"
