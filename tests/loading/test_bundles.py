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
from claims.management.commands.import_bundle import verified
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
    Key,
    Rating,
    Refused,
    Source,
    StoredFile,
    User,
    Verdict,
    comment,
    reply,
    tell_apart,
    trace,
)
from claims.reports.bundle import make_bundle
from claims.reports.choices import Choice
from claims.reports.comparing import comparable
from claims.reports.freezing import freeze
from claims.reports.kept_back import salted
from claims.reports.render import render
from claims.reports.verify import Wrong
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
)
from tests.loading.bundling import ALL, brought, bundled, differences, few_formats, left_out_of, settle

STATEMENT = "We shall form a militia. Every village will know how to defend itself. So said the minister, in Minsk."


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    few_formats(monkeypatch)


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


def counts() -> dict[str, int]:
    """How many rows there are of each kind."""
    kinds = [Case, Claim, Document, Evidence, Exhibit, Source, StoredFile, User, Verdict, Entry, Chain]
    return {kind.__name__: kind._base_manager.count() for kind in kinds}


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
    kinds = [
        "passages",
        "attributions",
        "quantities",
        "evidence",
        "assessments",
        "earlier_verdicts",
        "changed_since",
        "changes",
    ]
    for name in (*kinds, "changed_since", "changes", "corrections", "known_gaps", "comments", "verdict"):
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


def test_a_report_of_it_says_whose_verdicts_these_are(new, zoe):
    report = freeze(new, new.claims.all(), by=zoe, choice=Choice(audience="public"))
    brought_in = report.data["case"]["brought_in"]
    assert (brought_in["case"], brought_in["report"], brought_in["key"]) == ("BY", 1, new.bundle.key)
    page = render(report.data, "md").decode()
    assert "from another installation, with report 1 of BY there" in page
    assert "What was said, judged and signed off before was so there." in page


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


def test_claims_under_review_there_are_in_review_here_with_nobody_asked(told, eve, zoe, ann, as_, tmp_path):
    claim = make_claim(case=told, statement="Under review.")
    make_assessment(claim=claim, by=ann)
    new = brought(bundled(freeze(told, told.claims.all(), by=eve), tmp_path), zoe)
    here = new.claims.get(number=claim.number)
    assert (here.status, here.unasked, here.answers_in) == ("in_review", True, 0)
    assert not Assessment.objects.filter(claim__case=new, claim__number=claim.number).exists()
    assert f"/cases/NEW/claims/{claim.number}/assign/?from=unasked" in as_(zoe).get("/").text
    make_assessment(claim=here, by=zoe)
    assert new.claims.get(number=claim.number).answers_in == 1


def spoilt(file, spoil) -> Path:
    """A bundle whose snapshot somebody has written anew, as if its verifier had passed it."""
    spoiled = file.parent / "spoiled.zip"
    with zipfile.ZipFile(file) as zip, zipfile.ZipFile(spoiled, "w") as other:
        for name in zip.namelist():
            content = zip.read(name)
            if name == "snapshot.json":
                data = json.loads(content)
                other_data = spoil(data)
                data = other_data if isinstance(other_data, list) else data
                content = json.dumps(data).encode()
            other.writestr(name, content)
    return Path(spoiled)


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


def test_a_report_without_its_evidence_becomes_claims_that_have_none(told, eve, zoe, tmp_path):
    report = freeze(told, told.claims.all(), by=eve, choice=Choice(sections=("summary", "verdicts", "assessments")))
    new = brought(bundled(report, tmp_path), zoe)
    assert not Evidence.objects.standing().filter(claim__case=new).exists()
    assert getattr(new.claims.get(number=1).rating, "code", "") == "supported"
    assert list(broken_seals(new)) == []
    assert {"evidence", "absence"} <= set(new.bundle.account["sections_left_out"])


@pytest.mark.parametrize("left_out", ALL)
def test_a_report_without_one_section_comes_in_without_it(told, eve, zoe, tmp_path, left_out):
    choice = Choice(sections=tuple(section for section in ALL if section != left_out))
    report = freeze(told, told.claims.all(), by=eve, choice=choice)
    file = bundled(report, tmp_path)
    new = brought(file, zoe)
    again = freeze(new, new.claims.all(), by=zoe, title=report.title, choice=choice).data
    was, became = (comparable(data, left_out_of(file)) for data in (report.data, again))
    places = {place.rpartition("]")[2] or place for place, _one, _other in differences(was, became)}
    # What counts over a section tells of it even where it was left out: of these alone, more cannot be known.
    counted = {"assessments": {".agreement"}, "evidence": {".origins"}}
    assert {place.rpartition(".")[0] or place for place in places} <= counted.get(left_out, set())


def test_another_scale_of_the_same_name_is_left_alone(told, eve, zoe, tmp_path):
    file = bundled(freeze(told, told.claims.all(), by=eve), tmp_path)
    models.QuerySet.update(Rating.objects.filter(scale=told.scale, code="partly"), label="Half true")
    new = brought(file, zoe)
    assert (new.scale.name, new.scale == told.scale) == (f"{told.scale.name} (2)", False)
    assert new.scale.ratings.get(code="partly").label == "Partly supported"


def test_captures_that_were_left_out_are_known_by_their_hash_as_missing(told, eve, zoe, tmp_path):
    letter = told.exhibits.get(title="Letter")
    content = b"The letter as a picture."
    make_capture(exhibit=letter, content=content)
    with make_bundle(freeze(told, told.claims.all(), by=eve, choice=Choice(audience="public"))) as bundle:
        file = tmp_path / "report.zip"
        file.write_bytes(bundle.read())
    new = brought(file, zoe)
    capture = Capture.objects.get(exhibit__case=new, exhibit__title="Exhibit not named")
    key = Key.objects.get(until=None)
    assert capture.file.sha256 == salted(key, told)(hashlib.sha256(content).hexdigest())
    assert "Kavalenka" not in "".join(Source.objects.filter(cases=new).values_list("name", flat=True))


@pytest.fixture
def leaked(case, eve, tmp_path) -> Path:
    """A report whose one document was left out, as it names a withheld source."""
    text = "The army is 48,000 strong. " + "It rained all day. " * 60 + "So says Halina Kavalenka."
    document = make_document(case=case, text=text, title="A leak")
    claim = make_claim(case=case, document=document, exact="48,000")
    make_evidence(claim=claim, source=make_source(case=case, name="Halina Kavalenka"), withheld=True)
    make_evidence(claim=claim, source=None, quote="The army is 48,000", exhibit=Exhibit(title="It", document=document))
    return bundled(freeze(case, case.claims.all(), by=eve), tmp_path)


def test_words_of_a_document_that_was_left_out_come_in_as_not_checked(leaked, zoe, as_):
    new = brought(leaked, zoe)
    claim = new.claims.get()
    words = claim.unchecked.get()
    assert (words.start, words.end, words.exact) == (12, 18, "48,000")
    assert words.document["reason"] == "it names who or what is not named here"
    assert not claim.passages.exists()
    assert not new.documents.exists()
    assert claim.evidence.get(number=2).quote_stands is None
    for page in ("claims/1/", "bundle/"):
        told = as_(zoe).get(f"/cases/NEW/{page}").text
        assert "Not checked here" in told
        assert "A leak" in told


def test_what_was_not_checked_leaves_with_no_report(leaked, zoe, tmp_path):
    new = brought(leaked, zoe)
    data = freeze(new, new.claims.all(), by=zoe).data
    assert data["documents"] == []
    assert data["claims"][0]["passages"] == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data["claims"][0].update(kind="rumour"), "kind"),
        (lambda data: data["claims"][0].pop("statement"), "statement"),
        (lambda data: data["claims"][0]["passages"][0].update(exact="49,000"), "quotes what does not stand"),
        (lambda data: data["exhibits"][0].update(repeats=[{"exhibit": 1, "kind": "quotes", "label": ""}]), "itself"),
        (lambda data: data["claims"][0].update(statement=""), "statement"),
        (lambda data: data["report"].update(made_at="yesterday"), "made_at"),
        (lambda data: data.update(format="workbench-report/9"), "workbench-report/9"),
        (lambda data: data["sources"][0].update(name="x" * 300), "name"),
        (lambda data: ["no object"], "of the format list"),
        (lambda data: data.update(claims=7), "claims is no array"),
        (lambda data: data["claims"][0].update(number="1"), r"claims\[0\].number is no integer"),
        (lambda data: data["claims"][0].update(round=True), r"claims\[0\].round is no integer"),
        (lambda data: data["claims"].append(data["claims"][0]), "more than one claim 1"),
        (lambda data: data["documents"].append(data["documents"][0]), "more than one document 1"),
        (lambda data: data["claims"][0]["evidence"].append(data["claims"][0]["evidence"][0]), "more than one evidence"),
        (lambda data: data["claims"][0].update(ref="BY-9"), "it is claim 1 of BY"),
        (lambda data: data["claims"][0].update(status="loved"), "status"),
        (lambda data: data["claims"][0].update(status="open"), "signed off"),
        (lambda data: data["claims"][0]["verdict"].update(rating="splendid"), "“splendid” is no answer of its scale"),
        (lambda data: data["claims"][0]["verdict"].update(round=7), "round 7"),
        (lambda data: data["claims"][0]["assessments"][0].update(rating="splendid"), "“splendid”"),
        (
            lambda data: data["claims"][0]["assessments"][0].update(follows="f" * 64),
            "follows another that is not there",
        ),
        (lambda data: data["claims"][0]["passages"][0].update(end=10**9), "are not as many"),
        (lambda data: data["claims"][0]["passages"][0].update(start=-1), "less than 0"),
        (lambda data: data["claims"][0]["passages"][0].update(document=99), "document 99, which is not there"),
        (lambda data: data["claims"][0]["evidence"][0].update(exhibit_id=99), "exhibit 99, which is not there"),
        (lambda data: data["claims"][0]["evidence"][0].update(exhibit_id=None), "neither an exhibit nor an absence"),
        (lambda data: data["claims"][0]["evidence"][0].update(source=99), "source 99, which is not there"),
        (lambda data: data["claims"][0]["evidence"][0].update(quote="Not there."), "does not stand"),
        (lambda data: data["claims"][0].update(as_of="2023-02-31"), "2023-02-31"),
        (lambda data: data["claims"][0].update(number=2**40, ref=f"BY-{2**40}"), "out of all proportion"),
        (lambda data: data["claims"][0].update(statement="a\0b"), "characters that no text can hold"),
        (lambda data: data["claims"][0].update(statement="\ud800"), "characters that no text can hold"),
        (lambda data: data["custody"][0].update(exhibit=99), "exhibit 99, which is not there"),
        (lambda data: data["custody"][0].update(how="stolen"), "unknown way"),
        (lambda data: data["sources"][0].update(kind_label="Ghost"), "no known kind"),
        (lambda data: data.update(language="../../etc"), "its language is called"),
        (lambda data: data["scale"]["ratings"].append(data["scale"]["ratings"][0]), "more than one rating"),
        (lambda data: data.update(extra=1), "extra is nothing that this format knows"),
        (lambda data: data["claims"][0]["quantities"][0].update(low="NaN"), "NaN|low"),
        (lambda data: data["claims"][0]["quantities"][0].update(low="9" * 99), "low"),
        (lambda data: data["claims"][0]["quantities"][0].update(low="5", high="1"), "low"),
        (lambda data: data["claims"][0]["evidence"][0].update(url="javascript:alert(1)"), "url"),
    ],
)
def test_what_no_workbench_writes_is_refused_even_where_it_is_signed(told, eve, zoe, tmp_path, spoil, said):
    spoiled = spoilt(bundled(freeze(told, told.claims.all(), by=eve), tmp_path), spoil)
    before, files = counts(), sorted(store().names())
    with pytest.raises(Refused, match=said):
        import_bundle(spoiled, check=lambda path: None, by=zoe, code="NEW")
    assert (counts(), sorted(store().names())) == (before, files)


DEEP = '{"a":' * 100_000


@pytest.mark.parametrize("name", ["snapshot.json", "manifest.json", "seals.jsonl"])
@pytest.mark.parametrize("content", ["", "null", "7", "{}", "[]", "\ufffd{", DEEP, '{"format": "workbench-report/4"}'])
def test_files_of_a_bundle_that_are_something_else_are_refused_in_a_sentence(file, zoe, name, content):
    spoiled = file.parent / "spoiled.zip"
    with zipfile.ZipFile(file) as zip, zipfile.ZipFile(spoiled, "w") as other:
        for each in zip.namelist():
            other.writestr(each, content if each == name else zip.read(each))
    before, files = counts(), sorted(store().names())
    for check in (lambda path: None, lambda path: verified(path, "")):
        if (name, content) == ("seals.jsonl", "") and check.__code__.co_names == ():
            continue  # no answer is sealed in it, as in a report that was made without them
        with pytest.raises((Refused, Wrong)):
            import_bundle(spoiled, check=check, by=zoe, code="NEW")
        assert (counts(), sorted(store().names())) == (before, files)


def test_whatever_the_verifier_ends_in_is_told_in_a_sentence(file, zoe, monkeypatch):
    def fails(*args):
        raise RecursionError("too deep")

    monkeypatch.setattr("claims.reports.verify.verify", fails)
    assert "It cannot be checked: RecursionError, too deep" in refusal(file, zoe)


def test_changes_that_an_older_report_tells_in_words_alone_come_in_by_the_day(told, eve, zoe, tmp_path):
    def older(data):
        for claim in data["claims"]:
            del claim["changes"]

    report = freeze(told, told.claims.all(), by=eve)
    file = spoilt(bundled(report, tmp_path), older)
    new = import_bundle(file, check=lambda path: None, by=zoe, code="NEW")
    again = freeze(new, new.claims.all(), by=zoe).data
    said = [claim["changed_since"] for claim in report.data["claims"]]
    assert any(said)
    assert [claim["changed_since"] for claim in again["claims"]] == said


def test_what_changed_comes_in_by_its_code_in_whatever_words_it_is_told(told, eve, zoe, tmp_path):
    def reworded(data):
        for claim in data["claims"]:
            claim["changed_since"] = ["Нешта змянілася" for _each in claim["changed_since"]]

    report = freeze(told, told.claims.all(), by=eve)
    new = import_bundle(spoilt(bundled(report, tmp_path), reworded), check=lambda path: None, by=zoe, code="NEW")
    again = freeze(new, new.claims.all(), by=zoe).data
    assert [claim["changes"] for claim in again["claims"]] == [claim["changes"] for claim in report.data["claims"]]


def test_the_importer_is_told_what_came_in_and_what_nobody_here_has_checked(told, eve, zoe, rod, as_, tmp_path):
    out = StringIO()
    file = bundled(freeze(told, told.claims.all(), by=eve), tmp_path)
    call_command("import_bundle", file, by=zoe.email, code="NEW", stdout=out)
    page = as_(zoe).get("/cases/NEW/bundle/")
    for said in (
        "nobody named the key",
        "Verdicts and assessments are theirs",
        "“(imported)”",
        "stand in their documents",
    ):
        assert said in out.getvalue()
        assert said in page.text
    assert "/cases/NEW/bundle/" in as_(zoe).get("/cases/NEW/").text
    assert "/bundle/" not in as_(eve).get("/cases/BY/").text
    assert as_(eve).get("/cases/BY/bundle/").status_code == 404
    assert as_(rod).get("/cases/NEW/bundle/").status_code == 404


def test_nobody_unknown_brings_anything_in(file, zoe):
    zoe.email = "nobody@example.org"
    assert "the account is closed" in refusal(file, zoe)
