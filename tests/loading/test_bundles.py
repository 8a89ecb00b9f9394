"""A report of another installation becomes a case of this one: checked first, whole or not at all."""

import hashlib
import json
import zipfile
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import models

from claims.custody.chain import broken_seals
from claims.custody.store import store
from claims.loading.bundles import import_bundle
from claims.models import (
    Assessment,
    Capture,
    Case,
    Chain,
    Claim,
    Document,
    Entry,
    Evidence,
    Exhibit,
    Rating,
    Refused,
    Source,
    StoredFile,
    User,
    Verdict,
    comment,
    reconsider,
    reply,
    tell_apart,
    trace,
)
from claims.reports.bundle import make_bundle
from claims.reports.choices import SECTIONS, Choice
from claims.reports.comparing import comparable
from claims.reports.freezing import freeze
from tests.factories import (
    make_absence,
    make_assessment,
    make_capture,
    make_claim,
    make_document,
    make_evidence,
    make_exhibit,
    make_question,
    make_source,
    make_verdict,
)

STATEMENT = "We shall form a militia. Every village will know how to defend itself. So said the minister, in Minsk."
ALL = tuple(SECTIONS)


@pytest.fixture
def told(case, ann, ben, eve, max_):
    """A case with something of everything that a report tells."""
    document = make_document(case=case, publisher="The Gazette", language="en", by=ann)
    first = make_claim(case=case, document=document, exact="48,000", by=ann, as_of=document.loaded_at.date())
    first.set_attributions([{"speaker": "The minister", "verb": "said", "hedged": True}], by=ann)
    first.set_quantities([{"measure": "strength", "low": Decimal(48000), "unit": "men"}], by=ann)
    second = make_claim(case=case, statement="It will grow.", document=document, exact="100,000 to 150,000 men", by=ben)
    third = make_claim(case=case, statement="A decree was signed.", by=ann)
    make_claim(case=case, statement="Nobody has looked at this.", by=ann)
    make_claim(case=case, statement="This was a mistake.", by=ann).withdraw(by=eve, why="It is not said.")
    ministry = make_source(case=case, name="Ministry of Defence", kind="organisation", country="BY", by=ann)
    ministry.grade("C", by=ann, reason="It was right at times.")
    said = make_evidence(
        claim=first, by=ann, source=ministry, quote="Every village will know how to defend itself.",
        exhibit=Exhibit(title="Statement", url="https://example.org/statement", text=STATEMENT, language="be"),
    )  # fmt: skip
    ministry.grade("B", by=ben, reason="It was right since.")
    agency = make_source(case=case, name="élan agency", kind="outlet", by=ann)
    wire = make_evidence(claim=first, by=ann, source=agency, exhibit=Exhibit(title="Wire report", text=STATEMENT))
    wire.set_quantities([{"measure": "strength", "low": Decimal(60000), "unit": "men"}], by=ann)
    tell_apart(first.quantities.get(), wire.quantities.get(), by=ann, reason="One counts reserves.")
    quoting = make_evidence(
        claim=first, by=ben, source=None, quote="The army is 48,000 strong.", where="second paragraph",
        exhibit=Exhibit(title="The briefing", document=document),
    )  # fmt: skip
    uncited = make_exhibit(case=case, title="The minister's speech", source=ministry, by=ann)
    trace(said.cited, "derived", uncited, by=ann, reason="The transcript of it.")
    trace(uncited, "first_hand", None, by=ann, reason="The minister himself.")
    trace(wire.cited, "quotes", said.cited, by=ann, reason="It names the statement.")
    trace(quoting.cited, "unknown", None, by=ben, reason="It names nobody.")
    make_evidence(
        claim=second, by=ben, source=make_source(case=case, name="Halina Kavalenka", by=ben), withheld=True,
        stance="refutes", quote="no boots", exhibit=Exhibit(title="Letter", text="There are no boots in the depot."),
    )  # fmt: skip
    make_evidence(
        claim=second, by=ben, source=make_source(case=case, name="Zeta", by=ben), stance="context", level="secondary",
        level_reason="It tells what others saw.", exhibit=Exhibit(title="A post", url="https://example.org/post"),
    )  # fmt: skip
    make_absence(claim=second, by=ben)
    make_capture(exhibit=said.cited, by=ann, content=b"<p>" + STATEMENT.encode() + b"</p>")
    make_capture(exhibit=wire.cited, by=ann, content=b"another", name="wire.html")
    comment(first, by=ann, text="The depot is said to be empty.")
    settle(first, (ann, ben), (eve, max_))
    settle(second, (ann, ben), (eve, max_), ("refuted", "supported"), "refuted", difference="sources")
    reply(second.verdicts.get(), by=ben, text="The census is of 2019.")
    settle(third, (ann, ben), (eve, max_), ("not-enough", "not-enough"), "not-enough")
    Claim.objects.get(pk=third.pk).reopen(by=eve, why="A decree was found.")
    settle(third, (ann, ben), (max_, eve))
    second = Claim.objects.get(pk=second.pk)
    second.reopen(by=eve, why="The letter was found.")
    make_question(claim=first, by=eve)
    agency.grade("D", by=ann, reason="It was wrong since.")
    return case


def settle(claim, reviewers, editors, ratings=("supported", "supported"), rating="supported", **fields):
    """Take a claim to a signed verdict."""
    for reviewer, said in zip(reviewers, ratings, strict=True):
        make_assessment(claim=Claim.objects.get(pk=claim.pk), by=reviewer, rating=said, rationale=f"I read {said}.")
    claim = Claim.objects.get(pk=claim.pk)
    make_verdict(claim=claim, by=editors[0], signed_by=editors[1], rating=rating, **fields)


def bundled(report, folder) -> Path:
    """The report's bundle as a file."""
    file = Path(folder) / "report.zip"
    with make_bundle(report) as bundle:
        file.write_bytes(bundle.read())
    return file


def brought(file, by, **options) -> Case:
    """The case that the command makes of it."""
    call_command("import_bundle", file, by=by.email, stdout=StringIO(), **{"code": "NEW"} | options)
    return Case.objects.get(code=options.get("code", "NEW"))


def left_out_of(file) -> set[str]:
    with zipfile.ZipFile(file) as zip:
        return {each["sha256"] for each in json.loads(zip.read("manifest.json"))["left_out"]}


def counts() -> dict[str, int]:
    """How many rows there are of each kind."""
    kinds = [Case, Claim, Document, Evidence, Exhibit, Source, StoredFile, User, Verdict, Entry, Chain]
    return {kind.__name__: kind._base_manager.count() for kind in kinds}


def differences(one, other, place=""):
    """Where two frozen data differ, leaf by leaf."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from differences(one[name], other[name], f"{place}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{place}[{number}]")
    elif one != other:
        yield place, one, other


@pytest.mark.parametrize("audience", ["public", "internal"])
def test_freezing_the_imported_case_says_what_the_report_said(told, eve, zoe, tmp_path, audience):
    choice = Choice(audience=audience, sections=ALL)
    report = freeze(told, told.claims.all(), by=eve, title="Militia", selection="All", choice=choice)
    file = bundled(report, tmp_path)
    new = brought(file, zoe)
    again = freeze(new, new.claims.all(), by=zoe, title="Militia", selection="All", choice=choice)

    left_out = left_out_of(file)
    was, became = comparable(report.data, left_out), comparable(again.data, left_out)
    assert list(differences(was, became)) == []


def test_what_was_compared_holds_something_of_everything(told, eve):
    data = comparable(freeze(told, told.claims.all(), by=eve, choice=Choice(sections=ALL)).data)
    for name in ("documents", "sources", "exhibits", "custody", "agreement"):
        assert data[name], name
    kinds = ["passages", "attributions", "quantities", "evidence", "assessments", "earlier_verdicts", "changed_since"]
    for name in (*kinds, "corrections", "known_gaps", "comments", "verdict"):
        assert any(claim[name] for claim in data["claims"]), name
    evidence = [item for claim in data["claims"] for item in claim["evidence"]]
    for name in ("withheld", "absence", "quote", "level", "figures", "lineage", "held_in"):
        assert any(item[name] for item in evidence), name
    assert any(verdict["replies"] for claim in data["claims"] for verdict in claim["earlier_verdicts"])
    assert {each["compared"] for item in evidence for each in item["quantities"]} == {"other_definition"}


@pytest.mark.parametrize("audience", ["public", "internal"])
def test_a_report_of_the_imported_case_is_checked_and_brought_in_like_any_other(told, eve, zoe, tmp_path, audience):
    choice = Choice(audience=audience, sections=ALL)
    first = freeze(told, told.claims.all(), by=eve, title="Militia", choice=choice)
    new = brought(bundled(first, tmp_path), zoe)
    second = freeze(new, new.claims.all(), by=zoe, title="Militia", choice=choice)
    file = bundled(second, tmp_path)
    newer = brought(file, zoe, code="NEWER")
    third = freeze(newer, newer.claims.all(), by=zoe, title="Militia", choice=choice)
    left_out = left_out_of(file)
    assert list(differences(comparable(second.data, left_out), comparable(third.data, left_out))) == []


@pytest.fixture
def new(told, eve, zoe, tmp_path) -> Case:
    report = freeze(told, told.claims.all(), by=eve, choice=Choice(sections=ALL))
    return brought(bundled(report, tmp_path), zoe)


def test_the_new_log_begins_with_what_was_brought_in_and_holds(new, told, zoe):
    first = Entry.objects.get(case=new, number=1)
    report = told.reports.get()
    assert (first.verb, first.by, first.thing) == ("imported", zoe, "case")
    after = first.parts["after"]
    assert after["snapshot_sha256"] == report.sha256
    assert after["key"] == report.data["key"]["fingerprint"]
    assert after["log"] == f"{report.data['log']['count']}:{report.data['log']['head']}"
    assert after["bundle_sha256"] == new.bundle.file.sha256
    call_command("verify_log", case="NEW", stdout=StringIO())
    assert list(broken_seals(new)) == []


def test_the_bundle_is_kept_with_the_log_of_the_other_house(new, told):
    with store().open(new.bundle.file.sha256) as kept, zipfile.ZipFile(BytesIO(kept.read())) as zip:
        log = zip.read("log.jsonl").splitlines()
    assert len(log) == told.reports.get().data["log"]["count"] + 1
    assert new.bundle.code == "BY"


def test_an_answer_that_is_changed_after_it_came_breaks_its_seal(new):
    answer = Assessment.objects.filter(claim__case=new)[0]
    assert answer.sealed_as["claim"].startswith("BY-")
    assert answer.seal_holds()
    answer.rationale += "!"
    assert not answer.seal_holds()


def test_people_of_the_other_house_are_closed_accounts(new):
    guests = User.objects.filter(name__endswith=" (imported)")
    assert {guest.name for guest in guests} == {f"{name} (imported)" for name in ("Ann", "Ben", "Eve", "Max")}
    assert not any(guest.is_active or guest.has_usable_password() for guest in guests)
    verdict = Verdict.objects.filter(claim__case=new)[0]
    assert verdict.proposed_by != verdict.decided_by


def test_sources_are_new_entries_that_name_where_they_are_from(new, told):
    ministries = Source.objects.filter(name="Ministry of Defence").order_by("pk")
    assert len(ministries) == 2
    assert "from report 1 of BY" in ministries[1].note
    assert [grade.letter for grade in ministries[1].grades.all()] == ["B", "C"]


def test_captures_are_kept_and_their_bytes_are_the_same(new):
    for capture in Capture.objects.filter(exhibit__case=new, file__fault=""):
        with store().open(capture.file.sha256) as kept:
            assert len(kept.read()) == capture.file.size


def test_every_page_of_the_new_case_opens(new, as_, zoe):
    browser = as_(zoe)
    pages = ["", "log/", "exhibits/", "questions/", "leaning/", "agreement/", "figures/", "reports/", "documents/1/"]
    pages += [f"claims/{claim.number}/" for claim in new.claims.all()]
    pages += [f"claims/{claim.number}/{page}/" for claim in new.claims.all() for page in ("history", "origins", "talk")]
    pages += [f"exhibits/{exhibit.pk}/" for exhibit in new.exhibits.all()]
    for page in pages:
        assert browser.get(f"/cases/NEW/{page}").status_code == 200, page
    assert browser.get("/search/?q=militia").status_code == 200


def test_work_goes_on_in_the_new_case(new, zoe, ann, ben):
    claim = new.claims.get(number=4)
    make_assessment(claim=claim, by=zoe)
    assert make_claim(case=new).number == 6


def test_claims_under_review_there_are_open_here(told, eve, zoe, ann, tmp_path):
    claim = make_claim(case=told, statement="Under review.")
    make_assessment(claim=claim, by=ann)
    new = brought(bundled(freeze(told, told.claims.all(), by=eve), tmp_path), zoe)
    assert new.claims.get(number=claim.number).status == "open"
    assert not Assessment.objects.filter(claim__case=new, claim__number=claim.number).exists()


def refusal(file, by, **options) -> str:
    """What the command says where it brings nothing in, and leaves nothing behind."""
    before, files = counts(), sorted(store().names())
    with pytest.raises(CommandError) as refused:
        brought(file, by, **options)
    assert counts() == before
    assert sorted(store().names()) == files
    return str(refused.value)


@pytest.fixture
def file(told, eve, tmp_path) -> Path:
    return bundled(freeze(told, told.claims.all(), by=eve, choice=Choice(audience="public")), tmp_path)


def test_a_bundle_that_was_tampered_with_is_refused_by_name(file, zoe):
    content = file.read_bytes()
    place = content.index(b"Every village will know")
    file.write_bytes(content[:place] + b"e" + content[place + 1 :])
    assert "is not what was signed" in refusal(file, zoe)


def test_one_that_another_key_signed_than_was_named_is_refused(file, zoe):
    assert "not by the key that you named" in refusal(file, zoe, key="0" * 64)


def test_what_is_no_bundle_is_refused(file, zoe):
    file.write_bytes(b"PK, or so it says")
    assert "no whole zip archive" in refusal(file, zoe)
    assert "cannot be read" in refusal(file.parent / "nothing.zip", zoe)


def test_a_code_that_is_taken_or_is_none_is_refused(file, zoe):
    assert "--code" in refusal(file, zoe, code="BY")
    assert "no code of a case" in refusal(file, zoe, code="3-X")


def test_where_something_fails_half_way_nothing_stays(file, zoe, monkeypatch):
    def fails(*args):
        raise ValueError("the disk said no")

    monkeypatch.setattr("claims.loading.bundled_claims.recount", fails)
    assert "the disk said no" in refusal(file, zoe)


def test_a_report_without_its_evidence_is_not_brought_in(told, eve, zoe, tmp_path):
    report = freeze(told, told.claims.all(), by=eve, choice=Choice(sections=("summary", "verdicts", "assessments")))
    before = counts()
    with pytest.raises(Refused, match="evidence, absence"):
        import_bundle(bundled(report, tmp_path), check=lambda path: None, by=zoe, code="NEW")
    assert counts() == before


def round_trip(case, by, other, folder, **fields):
    """Where a report of the case and one of what is made of its bundle differ."""
    choice = Choice(sections=ALL, **fields)
    report = freeze(case, case.claims.all(), by=by, title="A report", choice=choice)
    file = bundled(report, folder)
    new = brought(file, other)
    again = freeze(new, new.claims.all(), by=other, title="A report", choice=choice)
    left_out = left_out_of(file)
    return list(differences(comparable(report.data, left_out), comparable(again.data, left_out)))


def test_exhibits_share_an_origin_again_whatever_it_was_that_they_shared(case, ann, eve, zoe, tmp_path):
    claim = make_claim(case=case)
    agency, where = make_source(case=case, name="Agency"), "https://example.org/one"
    uncited = make_exhibit(case=case, title="The page", url=where)
    trace(make_evidence(claim=claim, source=agency).cited, "quotes", uncited, by=ann, reason="It says so.")
    make_evidence(claim=claim, source=None, exhibit=Exhibit(title="The same page", url=where))
    for n in range(2):  # two letters of one withheld source, and a third of another
        source = agency if n else make_source(case=case, name="Halina Kavalenka")
        make_evidence(claim=claim, source=source, withheld=not n, exhibit=Exhibit(title=f"Letter {n}", text="Short."))
    hidden = case.exhibits.get(title="Letter 0").source
    make_evidence(claim=claim, source=hidden, exhibit=Exhibit(title="Another letter"))
    make_capture(exhibit=case.exhibits.get(title="Another letter"), content=b"same")
    make_capture(exhibit=uncited, content=b"same")
    assert round_trip(case, eve, zoe, tmp_path) == []


def test_two_people_of_one_name_stay_two(case, ann, ben, eve, max_, zoe, tmp_path):
    for person in (ben, eve, max_):
        person.name = "Ann"
        person.save(by=person)
    claim = make_claim(case=case)
    settle(claim, (ann, ben), (eve, max_))
    assert round_trip(case, eve, zoe, tmp_path) == []
    new = Case.objects.get(code="NEW")
    assert len({answer.reviewer for answer in Assessment.objects.filter(claim__case=new)}) == 2


def test_an_answer_that_was_changed_follows_the_first_again(case, ann, ben, eve, max_, zoe, tmp_path):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann, rating="refuted")
    make_assessment(
        claim=Claim.objects.get(pk=claim.pk), by=ben, facets={"place": {"rating": "supported", "note": "x"}}
    )
    said = {"rating": case.rating("supported"), "rationale": "It is so.", "reason": "Ben is right."}
    reconsider(Claim.objects.get(pk=claim.pk), by=ann, **said)
    make_verdict(claim=Claim.objects.get(pk=claim.pk), by=eve, signed_by=max_)
    assert round_trip(case, eve, zoe, tmp_path) == []
    assert list(broken_seals(Case.objects.get(code="NEW"))) == []


def test_another_scale_of_the_same_name_is_left_alone(told, eve, zoe, tmp_path):
    file = bundled(freeze(told, told.claims.all(), by=eve), tmp_path)
    models.QuerySet.update(Rating.objects.filter(scale=told.scale, code="partly"), label="Half true")
    new = brought(file, zoe)
    assert (new.scale.name, new.scale == told.scale) == (f"{told.scale.name} (2)", False)
    assert new.scale.ratings.get(code="partly").label == "Partly supported"


def test_evidence_that_waits_for_its_rating_waits_for_it_here(case, ann, eve, zoe, tmp_path):
    case.hides_sources = True
    case.save(by=eve)
    make_evidence(claim=make_claim(case=case), by=ann, credibility="")
    assert round_trip(case, eve, zoe, tmp_path) == []
    assert Evidence.objects.get(claim__case__code="NEW").waits_for_rating


def test_captures_that_were_left_out_are_known_by_their_hash_as_missing(told, eve, zoe, tmp_path):
    letter = told.exhibits.get(title="Letter")
    content = b"The letter as a picture."
    make_capture(exhibit=letter, content=content)
    with make_bundle(freeze(told, told.claims.all(), by=eve, choice=Choice(audience="public"))) as bundle:
        file = tmp_path / "report.zip"
        file.write_bytes(bundle.read())
    new = brought(file, zoe)
    capture = Capture.objects.get(exhibit__case=new, exhibit__title="Exhibit not named")
    assert capture.file.sha256 == hashlib.sha256(content).hexdigest()
    assert "Kavalenka" not in "".join(Source.objects.filter(cases=new).values_list("name", flat=True))


def test_a_document_that_was_left_out_leaves_nothing_to_quote_from(case, ann, eve, zoe, tmp_path):
    text = "The army is 48,000 strong. " + "It rained all day. " * 60 + "So says Halina Kavalenka."
    document = make_document(case=case, text=text, title="A leak")
    claim = make_claim(case=case, document=document, exact="48,000")
    make_evidence(claim=claim, source=make_source(case=case, name="Halina Kavalenka"), withheld=True)
    file = bundled(freeze(case, case.claims.all(), by=eve), tmp_path)
    assert "Document 1 was left out" in refusal(file, zoe)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data["claims"][0].update(kind="rumour"), "kind"),
        (lambda data: data["claims"][0].pop("statement"), "statement"),
        (lambda data: data["claims"][0]["passages"][0].update(exact="49,000"), "does not stand"),
        (lambda data: data["exhibits"][0].update(repeats=[{"exhibit": 1, "kind": "quotes"}]), "itself|two_exhibits"),
        (lambda data: data["claims"][0].update(statement=""), "statement"),
        (lambda data: data["report"].update(made_at="yesterday"), "yesterday"),
        (lambda data: data.update(format="workbench-report/9"), "workbench-report/9"),
        (lambda data: data["sources"][0].update(name="x" * 300), "name"),
    ],
)
def test_what_no_workbench_writes_is_refused_even_where_it_is_signed(told, eve, zoe, tmp_path, spoil, said):
    file, spoiled = bundled(freeze(told, told.claims.all(), by=eve), tmp_path), tmp_path / "spoiled.zip"
    with zipfile.ZipFile(file) as zip, zipfile.ZipFile(spoiled, "w") as other:
        for name in zip.namelist():
            content = zip.read(name)
            if name == "snapshot.json":
                data = json.loads(content)
                spoil(data)
                content = json.dumps(data).encode()
            other.writestr(name, content)
    before, files = counts(), sorted(store().names())
    with pytest.raises(Refused, match=said):
        import_bundle(spoiled, check=lambda path: None, by=zoe, code="NEW")
    assert (counts(), sorted(store().names())) == (before, files)


def test_nobody_unknown_brings_anything_in(file, zoe):
    zoe.email = "nobody@example.org"
    assert "no active account" in refusal(file, zoe)
