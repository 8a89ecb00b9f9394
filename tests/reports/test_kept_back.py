"""What must not leave in a bundle: looked for in whatever words, texts and files, and told by hashes with a salt."""

import json

import pytest
from django.db import connection

from claims.custody import keys
from claims.models import (
    Entry,
    Exhibit,
    Refused,
    Report,
    Role,
    Source,
)
from claims.reports import bundle
from claims.reports.bundle import make_bundle
from tests.factories import (
    make_capture,
    make_claim,
    make_document,
    make_evidence,
    make_exhibit,
    make_source,
    make_user,
)
from tests.reports.bundles import disclose, files_of, lines_of, report_of
from tests.reports.checked import LETTER, make_checked_case, make_checked_report
from tests.reports.test_pdf import text_of


@pytest.fixture(params=["public", "internal"])
def audience(request) -> str:
    return str(request.param)


def reasons(files: dict[str, bytes]) -> dict[str, str]:
    return {each["what"]: each["reason"] for each in json.loads(files["manifest.json"])["left_out"]}


PLAIN = "it is no plain text, and names in it that are withheld would not be found"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<p>Told by Halina&nbsp;<b>Kavalenka</b> in the depot.</p>", "it names who or what is not named here"),
        (b"So says Kavalenka.", "it names who or what is not named here"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", PLAIN),
        ("Так говорит Kavalenka.".encode("utf-16"), PLAIN),
    ],
)
def test_a_capture_that_names_a_withheld_source_or_may_do_so_unseen_is_left_out(ann, audience, content, reason):
    case = make_checked_case()
    source = Source.objects.get(name="Halina Kavalenka")
    source.kind = Source.Kind.PERSON
    source.save(by=ann)
    said = Exhibit.objects.get(title="Statement on the militia")
    capture = make_capture(exhibit=said, by=ann, content=content)
    files = files_of(make_checked_report(audience, case))
    assert f"captures/{capture.file.sha256}" not in files
    assert reasons(files)["a capture of exhibit 1"] == reason
    assert len([name for name in files if name.startswith("captures/")]) == 1, "the other one names nobody"


def test_captures_that_are_no_text_leave_where_nobody_is_withheld(case, ann, eve):
    claim = make_claim(case=case, document=make_document(case=case), exact="48,000")
    cited = make_evidence(claim=claim, source=make_source(case=case, name="Agency")).cited
    capture = make_capture(exhibit=cited, by=ann, content=b"\x89PNG\r\n\x1a\n\xff\xfe")
    assert f"captures/{capture.file.sha256}" in files_of(report_of(case, eve, "public"))


def test_a_bundle_in_which_names_are_looked_for_is_a_job_sooner(case, ann, eve, monkeypatch):
    make_claim(case=case)
    report = report_of(case, eve, "internal")
    monkeypatch.setattr(bundle, "LARGE", 2 * bundle.about_how_large(report))
    assert not bundle.is_large(report)
    make_evidence(claim=case.claims.get(), source=make_source(case=case, name="Halina Kavalenka"), withheld=True)
    assert bundle.is_large(report)


def test_a_file_leaves_where_it_says_what_its_text_says_and_no_other_names(case, ann, eve, audience):
    source = make_source(case=case, by=ann, name="Halina Kavalenka")
    make_evidence(claim=make_claim(case=case), source=source, withheld=True, by=ann)
    text = "The army is 48,000 strong."
    contents = [text, f"<meta author='Halina Kavalenka'><p>{text}</p>", f"<meta author='Zoe'><p>{text}</p>"]
    for n, content in enumerate(contents):
        document = make_document(case=case, text=f"{text} {n}", content=content.encode())
        make_claim(document=document, exact="48,000")
    files = files_of(report_of(case, eve, audience))
    for n, leaves in enumerate([True, False, True], 1):
        assert f"documents/{n}/text.txt" in files
        assert (f"documents/{n}/original" in files) == leaves, n


@pytest.fixture
def order(case, ann):
    """A document in which a claim stands, and which is a withheld exhibit."""
    text = f"The order stands as it is, {'All is quiet. ' * 50}: 9,000 men go."
    where = {"title": "An order", "url": "https://example.org/orders/9", "author": "A. Clerk"}
    document = make_document(case=case, text=text, by=ann, **where)
    make_claim(document=document, exact="9,000 men", by=ann, statement="They go.")
    make_evidence(
        claim=make_claim(case=case, by=ann), by=ann, source=make_source(case=case, by=ann, name="Quietus Mumm"),
        withheld=True, quote="9,000 men", exhibit=Exhibit(title="An order", document=document, url=where["url"]),
    )  # fmt: skip
    return document


def test_of_a_document_that_is_a_withheld_exhibit_only_the_words_of_the_claim_are_told(case, order, eve, audience):
    files = files_of(report_of(case, eve, audience))
    data = json.loads(files["snapshot.json"])
    (told,) = data["documents"]
    assert told["title"] == "Document withheld"
    assert told["sha256"] not in {each["text_sha256"] for each in data["exhibits"]}
    assert data["claims"][0]["passages"][0]["exact"] == "9,000 men"
    secrets = ("The order stands", "An order", "orders/9", "A. Clerk", order.sha256, order.sha256_bytes)
    for name, content in files.items():
        found = content.decode(errors="replace") + (text_of(content) if name.endswith(".pdf") else "")
        assert not [secret for secret in secrets if secret in found], name
    left = json.loads(files["manifest.json"])["left_out"]
    assert {each["what"]: each["size"] for each in left if "document 1" in each["what"]} == {
        "the text of document 1": None
    }, "the file has the same bytes"
    (hash,) = {each["sha256"] for each in left if each["what"] == "the text of document 1"}
    assert json.loads(disclose("BY", "--hash", hash))["value"] == f"document {order.sha256}"


def test_a_document_that_may_be_named_as_another_exhibit_is_named_and_its_text_stays(case, order, ann, eve, audience):
    make_evidence(claim=case.claims.get(number=1), by=ann, exhibit=Exhibit(title="The same order", document=order))
    files = files_of(report_of(case, eve, audience))
    data = json.loads(files["snapshot.json"])
    assert data["documents"][0]["title"] == "An order"
    hashes = [each["text_sha256"] for each in data["exhibits"] if each["title"] == "Exhibit not named"]
    assert order.sha256 not in hashes
    assert not [name for name, content in files.items() if b"The order stands as it is" in content]
    assert reasons(files)["the text of document 1"] == "it would tell more than this report does"


def test_the_log_does_not_tell_when_something_withheld_came_in(internal, ann):
    letter = Exhibit.objects.get(title="Letter of a quartermaster")
    make_capture(exhibit=letter, by=ann, content=LETTER.encode())
    lines = lines_of(files_of(make_checked_report("internal", internal.case)), "log.jsonl")
    entry = Entry.objects.filter(case=internal.case, thing="capture").latest("number")
    (line,) = (line for line in lines if line["number"] == entry.number)
    assert set(line["shown"]) == {"verb", "thing"}


def test_an_account_that_is_called_as_reports_call_people_stops_no_report(case, eve):
    case.enrol(make_user(email="editor@example.com", name="Editor"), Role.EDITOR, by=eve)
    make_claim(case=case)
    assert report_of(case, eve, "public")


def test_in_a_report_of_an_imported_case_people_of_the_other_house_are_looked_for_too(case, eve):
    case.enrol(make_user(email="x@imported.invalid", name="Olena Past (imported)"), Role.READER, by=eve)
    make_claim(case=case, statement="Olena Past counted 12 men.")
    with pytest.raises(Refused, match="“Olena Past” in BY-1"):
        report_of(case, eve, "public")


def test_nobody_who_has_left_the_case_is_named_in_public_either(case, ann, eve):
    gone = make_user(email="gone@example.org", name="Formerius Past")
    case.enrol(gone, Role.ANALYST, by=eve)
    make_claim(case=case, by=gone)
    case.memberships.get(user=gone).delete(by=eve)
    make_claim(case=case, by=ann, statement="Formerius  Past counted 12 men.")
    with pytest.raises(Refused, match="“Formerius Past” in BY-2"):
        report_of(case, eve, "public")


def test_titles_and_addresses_of_withheld_exhibits_are_looked_for_everywhere(db):
    case = make_checked_case()
    ann, eve = (case.memberships.get(user__name=name).user for name in ("Annika", "Evelina"))
    letter = Exhibit.objects.get(title="Letter of a quartermaster")
    letter.url = "https://example.org/letters/17"
    letter.save(by=ann)
    for statement in ("See the Letter of a quartermaster.", "See http://www.example.org/letters/17/."):
        claim = make_claim(case=case, by=ann, statement=statement)
        with pytest.raises(Refused, match=f"in {claim.ref}"):
            report_of(case, eve, "internal", case.claims.filter(pk=claim.pk))


def test_a_title_that_an_exhibit_bears_that_may_be_named_is_no_secret(db):
    case = make_checked_case()
    ann, eve = (case.memberships.get(user__name=name).user for name in ("Annika", "Evelina"))
    make_exhibit(case=case, title="Letter of a quartermaster")
    make_claim(case=case, by=ann, statement="See the Letter of a quartermaster.")
    assert report_of(case, eve, "internal")


def test_the_words_of_the_scale_are_looked_through_as_well(db):
    case = make_checked_case()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_rating SET meaning = 'As Halina Kavalenka says.'")
    with pytest.raises(Refused, match="“Halina Kavalenka” in the scale"):
        make_checked_report("internal", case)


def test_whoever_joins_later_changes_nothing_of_what_left(public, eve):
    before = make_bundle(public).read()
    public.case.enrol(make_user(email="army@example.org", name="army"), Role.READER, by=public.made_by)
    assert make_bundle(Report.objects.get(pk=public.pk)).read() == before


def test_the_bundle_leaves_the_case_with_the_role_of_whoever_asked(public):
    public.case.role = Role.EDITOR
    make_bundle(public)
    assert public.case.role == Role.EDITOR


def test_no_report_is_made_that_nobody_could_sign(db):
    case = make_checked_case()
    report = make_checked_report("public", case)
    keys.place(report.data["key"]["fingerprint"]).unlink()
    with pytest.raises(keys.KeyGone, match="The key that signs reports is not here"):
        make_checked_report("public", case)
    assert Report.objects.count() == 1
