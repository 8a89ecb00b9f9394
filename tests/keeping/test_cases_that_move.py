"""A case leaves one installation and comes into another: whole, checked, and as blind as it was."""

import errno
import io
import json
import zipfile

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.models import QuerySet

from claims.custody import former_logs, guards, store
from claims.custody.chain import broken_seals, verify
from claims.keeping import case_format, importing
from claims.keeping.case_format import ALWAYS_LEFT_OUT, HEAD, KINDS, STAYS
from claims.keeping.exporting import export_case
from claims.keeping.importing import Coming, import_case
from claims.keeping.integrity import documents, log, quotations
from claims.models import (
    Assessment,
    Case,
    Claim,
    Derived,
    Entry,
    FormerLog,
    Leaning,
    Matrix,
    Pace,
    Pattern,
    Refused,
    Reliance,
    Report,
    Role,
    Series,
    Share,
    Source,
    StoredFile,
    Tally,
    User,
    Webhook,
)
from claims.models.entries import canonical, sha256
from claims.models.settling import changes_since
from claims.models.unswayed import read_as_editor
from claims.reports.bundle import make_bundle
from claims.reports.choices import SECTIONS, Choice
from claims.reports.comparing import comparable as compared_reports
from claims.reports.freezing import freeze
from claims.reports.render import render
from tests.factories import make_assessment, make_claim, make_user, make_verdict
from tests.keeping.casework import (
    DRAFT,
    brought,
    busy_case,
    comparable,
    in_lines,
    left,
    members,
    of,
    person,
    records,
    tampered,
)
from tests.keeping.conftest import every_row
from tests.keeping.test_moving import in_a_file
from tests.loading import bundling as bundles
from tests.loading.bundling import differences
from tests.processes import ROOT

OLD = ROOT / "fixtures" / "case-1.zip"


@pytest.fixture
def made(db) -> Case:
    """A case in which everything was done here."""
    return busy_case()


@pytest.fixture
def busy(ada) -> Case:
    """The same, as it came in."""
    return import_case(OLD, by=ada).case


def fields_of(model) -> set[str]:
    return {field.name for field in (*model._meta.fields, *model._meta.many_to_many)}


def test_every_field_of_a_case_has_a_word_or_a_reason_to_stay():
    for kind in KINDS:
        said = {field.name for field in kind.fields.values()} | {*kind.beside.split(), *kind.follows.split()}
        have = fields_of(kind.model)
        assert have == said | set(kind.left_out) | (have & set(ALWAYS_LEFT_OUT)), kind.word
        assert all(kind.left_out.values())
    for model, (says, left_out) in HEAD.items():
        have = fields_of(model)
        assert have == {*says.split(), *left_out} | (have & set(ALWAYS_LEFT_OUT)), model
        assert all(left_out.values())


def test_every_model_leaves_or_has_a_reason_to_stay():
    ours = set(apps.get_app_config("claims").get_models())
    assert {kind.model for kind in KINDS} | set(HEAD) | set(STAYS) == ours
    assert all(STAYS.values())


def test_a_field_that_is_forgotten_is_found(monkeypatch):
    kind = case_format.BY_WORD["claim"]
    monkeypatch.setitem(kind.__dict__, "fields", {w: f for w, f in kind.fields.items() if w != "statement"})
    with pytest.raises(AssertionError, match="claim"):
        test_every_field_of_a_case_has_a_word_or_a_reason_to_stay()


def test_a_case_goes_out_comes_in_and_goes_out_again_the_same(made, ada, tmp_path):
    first = left(made, tmp_path)
    assert {each["record"] for each in records(first)} == {kind.word for kind in KINDS} | {"person", "scale", "case"}
    new = brought(first, ada)
    assert comparable(left(new, tmp_path)) == comparable(first)
    assert (verify(new).fault, list(broken_seals(new)), list(former_logs.faults(new))) == (None, [], [])
    assert [*log(), *documents(), *quotations()] == []


def test_what_is_counted_beside_the_records_is_counted_anew(made, ada, tmp_path):
    new = brought(left(made, tmp_path), ada)

    def counted(case):
        sources = {
            key: n
            for n, key in enumerate(Source.objects.filter(cases=case).order_by("pk").values_list("pk", flat=True))
        }
        standing = Tally.objects.filter(case=case, count__gt=0)
        return [
            sorted(map(str, standing.values_list("status", "rating__code", "count"))),
            sorted(Pattern.objects.filter(case=case).values_list("part", "ratings", "rounds")),
            sorted(Pace.objects.filter(case=case).values_list("reviewer", "answers", "steps"), key=str),
            sorted(Series.objects.filter(case=case).values_list("key", "title", "figures", "state")),
            sorted((n, pin, sources[key]) for n, key, pin in
                   Leaning.objects.filter(case=case).values_list("verdict__claim__number", "source", "linchpin")),
            sorted((sources[key], *rest) for key, *rest in
                   Reliance.objects.filter(case=case).values_list("source", "verdicts", "linchpins")),
        ]  # fmt: skip

    assert counted(new) == counted(made)
    assert counted(new)[4]


def test_reports_stand_as_they_were_frozen_and_a_new_one_says_the_same(busy, ada, tmp_path):
    new = brought(left(busy, tmp_path), ada)
    for was in Report.objects.filter(case=busy).order_by("number"):
        came = Report.objects.get(case=new, number=was.number)
        assert came.holds_its_data()
        assert (came.sha256, render(came.data, "csv")) == (was.sha256, render(was.data, "csv"))
        with pytest.raises(Refused, match="brought in from another installation"):
            make_bundle(came)
    choice = Choice(sections=tuple(SECTIONS))
    one, other = (
        freeze(each, Claim.objects.filter(case=each), by=ada, title="A report", choice=choice) for each in (busy, new)
    )
    found = list(differences(compared_reports(one.data), compared_reports(other.data)))
    assert found == []
    with make_bundle(other) as bundle:
        assert zipfile.ZipFile(bundle).testzip() is None


def test_a_person_is_found_by_email_or_comes_in_with_a_closed_account(busy, ada, zoe, tmp_path):
    named = in_lines(lambda line: json.loads(json.dumps(line).replace("analyst@example.org", "NADIA@example.org")))
    file = tampered(left(busy, tmp_path), {"records.jsonl": named, "log.jsonl": named})
    before = User.objects.count()
    came = import_case(file, by=ada, code="NEW")
    nadia = User.objects.get(email="nadia@example.org")
    assert User.objects.count() == before + 1
    assert not nadia.is_active
    assert not nadia.has_usable_password()
    assert came.new == ["Nadia Brandt (nadia@example.org)"]
    assert "Grace Okonkwo (editor@example.org)" in came.found
    assert came.case.role_of(person("editor")) == Role.EDITOR
    assert came.case.role_of(zoe) is None
    assert came.case.role_of(ada) == Role.EDITOR
    entered = Entry.objects.filter(case=None, thing="user", thing_id=nadia.pk).get()
    assert (entered.by, entered.verb) == (ada, "added")


def test_somebody_taken_out_of_an_account_is_not_taken_for_another_of_that_number(busy, ada, tmp_path):
    other = make_user(email="former-2@removed.invalid", name="Former member 2", is_active=False)
    said = json.dumps
    file = tampered(left(busy, tmp_path), {
        name: in_lines(lambda line: json.loads(said(line).replace("analyst@example.org", "former-2@removed.invalid")))
        for name in ("records.jsonl", "log.jsonl")
    })  # fmt: skip
    came = import_case(file, by=ada, code="NEW")
    assert not came.case.memberships.filter(user=other).exists()
    assert len(came.new) == 1


def test_the_review_is_as_blind_as_it_was(busy, ada, tmp_path):
    new = brought(left(busy, tmp_path), ada)
    for was, came in zip(busy.claims.order_by("number"), new.claims.order_by("number"), strict=True):
        for user in User.objects.filter(memberships__case=busy):
            role = busy.role_of(user)
            seen = [
                set(each.assessments.visible_to(user, role).values_list("rationale", flat=True)) for each in (was, came)
            ]
            assert seen[0] == seen[1]
            talk = [
                set(each.comments.all().visible_to(user, role).values_list("text", flat=True)) for each in (was, came)
            ]
            assert talk[0] == talk[1]
    draft = Assessment.objects.get(claim__case=new, rationale=DRAFT)
    assert draft.reviewer == person("analyst")
    assert not Assessment.objects.filter(pk=draft.pk).visible_to(ada, Role.EDITOR).exists()


def test_whoever_could_read_answers_as_an_editor_is_not_unswayed_after_the_move(
    case, ann, ben, eve, max_, ada, tmp_path
):
    claim = make_claim(case=case, by=ann)
    make_assessment(claim=claim, by=ann)
    make_assessment(claim=claim, by=ben)
    case.enrol(eve, Role.ANALYST, by=max_)
    new = brought(left(case, tmp_path), ada)
    there, here = case.claims.get(), new.claims.get()
    assert read_as_editor(there, eve)
    assert read_as_editor(here, eve)
    assert not read_as_editor(here, ann)


def test_a_proposal_can_be_signed_after_the_move_unless_something_changed(case, ann, ben, eve, max_, ada, tmp_path):
    for _ in range(2):
        claim = make_claim(case=case, by=ann)
        make_assessment(claim=claim, by=ann)
        make_assessment(claim=claim, by=ben)
        make_verdict(claim=claim, by=eve)
    QuerySet.update(case.claims.filter(pk=claim.pk), version=claim.version + 9)
    new = brought(left(case, tmp_path), ada)
    one, other = (each.verdicts.get() for each in new.claims.order_by("number"))
    assert changes_since(one)[0] == []
    assert "The claim was edited." in changes_since(other)[0]


def test_marks_are_sealed_anew_as_they_are_called_here_and_go_on_from_there(busy, ada, tmp_path):
    for code in ("NEW", "NEWER"):
        new = brought(left(busy, tmp_path), ada, code)
        assert Matrix.objects.filter(claim__case=new).count() == 2
        for matrix in Matrix.objects.filter(claim__case=new):
            assert matrix.seal_holds()
            entered = Entry.objects.filter(case=new, verb="marked", thing="matrix", thing_id=matrix.pk)
            assert entered.latest("number").parts["after"]["seal"] == matrix.seal
        busy = new


def test_an_answer_that_came_in_a_bundle_without_what_was_sealed_moves_on(case, ann, ben, eve, max_, ada, tmp_path):
    claim = make_claim(case=case, by=ann)
    for by in (ann, ben):
        make_assessment(claim=Claim.objects.get(pk=claim.pk), by=by)
    make_verdict(claim=Claim.objects.get(pk=claim.pk), by=eve, signed_by=max_)
    for by, code in ((eve, "SECOND"), (ada, "THIRD")):  # a bundle holds no answers that were sealed elsewhere
        report = freeze(case, case.claims.all(), by=by, title="A report")
        case = bundles.brought(bundles.bundled(report, tmp_path), ada, code=code)
    new = brought(left(case, tmp_path), ada, "NEWER")
    for each in (case, new):
        assert Assessment.objects.filter(claim__case=each, sealed_as={}).count() == 2
        assert list(broken_seals(each)) == []


def test_no_secret_leaves(made, ada, tmp_path):
    held = b"".join(members(left(made, tmp_path)).values()).decode(errors="replace")
    secrets = {hook.secret for hook in Webhook.objects.all()} | {each.token_hash for each in Share.objects.all()}
    secrets |= {user.password for user in User.objects.all()}
    assert len(secrets) > 3
    assert [secret for secret in secrets if secret in held] == []
    assert "https://hooks" not in held
    assert DRAFT in held, "a draft does leave: it is its author's, there as here"


def test_the_old_log_is_kept_as_it_came_and_the_new_one_goes_on_from_it(busy, ada, tmp_path):
    file = left(busy, tmp_path)
    new = brought(file, ada)
    former = new.former_logs.order_by("-pk")[0]
    assert b"".join(store.read(former.file)) == members(file)["log.jsonl"]
    was, came = (Entry.objects.filter(case=each).order_by("number") for each in (busy, new))
    assert (came[0].verb, came[0].by) == ("imported", ada)
    assert came[0].parts["after"]["log_sha256"] == former.file.sha256
    for old, again in zip(was, came[1:], strict=False):
        assert (again.at, again.by, again.by_name, again.verb, again.label) == (
            old.at, old.by, old.by_name, old.verb, old.label,
        )  # fmt: skip
        assert again.parts["after"]["through"].endswith(f"log of BY, entry {old.number}")
    graded = came.filter(thing="membership")[0]
    assert graded.thing_id in set(new.memberships.values_list("pk", flat=True))


def test_an_entry_of_the_old_log_that_is_altered_later_is_found(busy, ada, tmp_path):
    new = brought(left(busy, tmp_path), ada)
    former = new.former_logs.order_by("-pk")[0]
    place = store.FolderStore(tmp_path / "files").place(former.file.sha256)
    place.chmod(0o600)
    place.write_bytes(place.read_bytes().replace(b"Nadia Brandt", b"Nadja Brandt", 1))
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify_log", case="NEW", stdout=out)
    assert "The log that it had as BY: Entry" in out.getvalue()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM claims_formerlog", ["The log that it had as BY, entered in entry 1, is gone: 1 Ada"]),
        ("UPDATE claims_formerlog SET code = 'QQ'", ["The log kept as QQ ", "The log that it had as QQ: Entry 1 is"]),
        ("UPDATE claims_formerlog SET count = 1", ["The log kept as BY 1:", "The log that it had as BY: The log ends"]),
        (
            "UPDATE claims_formerlog SET file_id = %s, count = 0, head = '" + "0" * 64 + "'",
            ["The log that it had as BY, entered in entry 1, is gone: 1 Ada", "The log that it had as BY was never"],
        ),
    ],
)
def test_a_former_log_that_is_gone_or_another_than_was_entered_is_found(statement, said, case, ada, tmp_path):
    make_claim(case=case)
    new = brought(left(case, tmp_path), ada)
    other = store.keep(b'{"log":{}}\n')
    guards.take_down(connection)
    with connection.cursor() as cursor:
        where = " WHERE case_id = %s"
        cursor.execute(statement + where, [*([other.pk] if "%s" in statement else []), new.pk])
    found = list(former_logs.faults(new))
    assert [each.startswith(begins) for each, begins in zip(found, said, strict=True)] == [True] * len(said), found
    assert [finding.what for finding in log()] == [f"NEW: {each}" for each in found]


def test_the_database_keeps_former_logs(busy):
    former = FormerLog.objects.all()[0]
    with pytest.raises(DatabaseError, match="never changed"):
        former.delete()


def test_a_file_of_the_first_format_is_still_read(ada, db):
    came = import_case(OLD, by=ada)
    assert (came.case.code, came.case.claims.count(), Report.objects.filter(case=came.case).count()) == ("BY", 16, 2)
    assert [*log(), *documents(), *quotations()] == []
    assert Assessment.objects.filter(claim__case=came.case, rationale=DRAFT).exists()


def renamed(name):
    def change(line):
        return {(name + "x" if word == name else word): value for word, value in line.items()}

    return change


def saying(**words):
    return lambda line: line | words


def bare(line):
    return []


def without_lines(first, last):
    def change(content):
        lines = content.splitlines(keepends=True)
        return b"".join(lines[:first] + (lines[last:] if last else []))

    return change


def marked_otherwise(content):
    """Each mark is another, and the seal is that of these marks."""
    said = [json.loads(line) for line in content.splitlines()]
    number = {kind: [0, *(each["number"] for each in said if each["record"] == kind)] for kind in MARKED}
    for each in said:
        if each["record"] == "matrix":
            each["marks"] = [[h, e, "II" if value == "CC" else "CC", at] for h, e, value, at in each["marks"]]
            cells = [[number["hypothesis"][h], number["evidence"][e], value] for h, e, value, at in each["marks"]]
            sealed = each["sealed_as"] | {"round": each["round"], "salt": each["salt"], "marks": sorted(cells)}
            assert each["seal"] != sha256(canonical(sealed))
            each["seal"] = sha256(canonical(sealed))
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in said)


MARKED = ("hypothesis", "evidence")
IN_RECORDS = {
    "a claim says something else": (of("claim", saying(statement="It has none.")), "something else than was entered"),
    "an answer is another": (of("assessment", saying(rationale="Otherwise.")), "is not what was sealed"),
    "an answer is another, and its seal kept back": (
        of("assessment", saying(rationale="Otherwise.", sealed_as={})), "came in no bundle"),
    "an answer has another rating, and its seal kept back": (
        of("assessment", saying(rating="partly", sealed_as={})), "came in no bundle"),
    "an answer is sealed as nothing": (of("assessment", saying(sealed_as=[])), "what claim and reviewer were called"),
    "an answer is gone": (of("assessment", bare, 21), "other records|no assessment|is gone"),
    "a mark is another": (of("matrix", lambda line: line | {"marks": line["marks"][1:]}), "not what was sealed"),
    "marks are others, and sealed": (marked_otherwise, "not what was entered in its log"),
    "a former log is another": (of("former_log", saying(code="QQ")), "The log kept as QQ"),
    "a former log stands in another file": (
        of("former_log", saying(file=sha256("as it came"))), "entered in entry .* is gone"),
    "a report is another": (of("report", saying(sha256="0" * 64)), "not the one that was entered"),
    "a report tells something else": (of("report_claim", saying(text="{}")), "not what was frozen"),
    "a passage is elsewhere": (of("passage", saying(start=1)), "do not stand in"),
    "a quotation is made up": (
        of("evidence", saying(quote="Nobody ever said this."), 22), "quotation does not stand in"),
    "an unknown kind": (of("claim", saying(record="oracle")), "no kind of record"),
    "an unknown word": (of("claim", saying(colour="red")), "a word that none has: 'colour'"),
    "a word is missing": (of("claim", renamed("statement")), "'statement"),
    "a claim stands twice": (of("claim", lambda line: [line, line]), "stands twice, or out of order"),
    "kinds out of order": (of("verdict", lambda line: [line, {"record": "rung"}]), "after what comes after"),
    "it names what is not there": (of("passage", saying(claim=99)), "there is no claim 99"),
    "it names nobody": (of("claim", saying(made_by="nobody@example.org")), "no person nobody@"),
    "a key for a name": (of("passage", saying(claim="1")), "there is no claim 1"),
    "no such status": (of("claim", saying(status="true")), "claim_status_known|claim_rated_only_when"),
    "no number": (of("claim", saying(round="1")), "round cannot be"),
    "a number beyond all": (of("claim", saying(round=10**30)), "round cannot be"),
    "no date": (of("claim", saying(as_of="soon")), "as_of cannot be"),
    "a moment without a zone": (of("claim", saying(made_at="2026-01-01T00:00:00")), "no time zone"),
    "a NUL": (of("claim", saying(statement="a\0b")), "NUL"),
    "half a character": (
        lambda content: content.replace(b'"statement":"', b'"statement":"\\ud800', 1), "cannot be read"),
    "an address that is a script": (of("exhibit", saying(url="javascript:alert(1)")), "no web address"),
    "no JSON": (lambda content: b"{\n" + content, "Line 1 of records.jsonl cannot be read"),
    "a word twice": (lambda content: content.replace(b'{"record', b'{"edits":1,"edits":1,"record', 1), "twice"),
    "endless brackets": (lambda content: b"[" * 200_000 + b"\n" + content, "cannot be read|recursion"),
    "no end": (lambda content: content[:-20], "cut off"),
    "two cases": (of("case", lambda line: [line, line]), "more than one case"),
    "no case": (of("case", bare), "before its case"),
    "a file that is not there": (of("file", saying(sha256="0" * 64)), "is missing"),
}  # fmt: skip
IN_LOG = {
    "an entry says something else": (
        lambda content: content.replace(b"Nadia Brandt", b"Nadja Brandt", 1), "not what was entered",
    ),
    "an entry is gone": (without_lines(5, 6), "is missing"),
    "the newest entries are gone": (without_lines(-3, None), "cut off"),
    "marks are of nothing": (
        in_lines(lambda line: line | {"about": None} if line.get("entry", {}).get("verb") == "marked" else line),
        "are gone",
    ),
    "an entry tells of another answer": (
        in_lines(lambda line: line | {"about": 1} if line.get("entry", {}).get("verb") == "assessed" else line),
        "never entered|another seal",
    ),
}  # fmt: skip
TAMPERED = {
    what: (name, *done)
    for name, table in (("records.jsonl", IN_RECORDS), ("log.jsonl", IN_LOG))
    for what, done in table.items()
} | {"a file that nothing names": ("files/" + "0" * 64, lambda content: b"", "not named by its hash")}


@pytest.fixture
def stands(tmp_path):
    """A copy of a file, to be changed."""
    copy = tmp_path / "BY-0.zip"
    copy.write_bytes(OLD.read_bytes())
    return copy


def everything():
    """Every row, but for the counters that move on: and every file."""
    files = sorted(store.store().names())
    return every_row(), files


@pytest.mark.parametrize("what", TAMPERED)
def test_whatever_was_done_to_the_file_is_found_and_nothing_comes_in(what, stands, ada, subtests):
    name, change, said = TAMPERED[what]
    held = members(stands)
    changed = tampered(stands, {name: change})
    assert members(changed).get(name) != held.get(name), "the test changes something"
    before = everything()
    with pytest.raises(Refused, match=said):
        import_case(changed, by=ada, code="NEW")
    assert everything() == before
    if name in held:
        unhashed = tampered(stands, {name: change}, hashed=False)
        with pytest.raises(Refused, match=r"another size|hash is another"):
            import_case(unhashed, by=ada, code="NEW")


def manifest(**words):
    return lambda content: json.dumps(json.loads(content) | words).encode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"../evil": lambda content: b"x"}, "'../evil' is no part of a case"),
        ({"/etc/passwd": lambda content: b"x"}, "is no part of a case"),
        ({"files/" + "A" * 64: lambda content: b"x"}, "is no part of a case"),
        ({"log.jsonl": None}, "log.jsonl is missing"),
        ({"manifest.json": None}, "manifest.json is missing"),
        ({"manifest.json": manifest(format="workbench-case/2")}, "this program reads workbench-case/1"),
        ({"manifest.json": manifest(format=None)}, "has the format"),
        ({"manifest.json": manifest(extra=1)}, "not what a workbench writes"),
        ({"manifest.json": manifest(members=[])}, "not what a workbench writes"),
        ({"manifest.json": lambda content: b"[]"}, "is no record"),
        ({"manifest.json": manifest(counts={"claim": 1})}, "other records than there are"),
        ({"manifest.json": manifest(code="QQ")}, "another case"),
        ({"manifest.json": manifest(log={"count": 1, "head": "0" * 64})}, "another than its manifest tells of"),
        ({"manifest.json": manifest(members={"log.jsonl": {}})}, "knows nothing of"),
    ],
)  # fmt: skip
def test_no_member_is_trusted(changes, said, stands, ada):
    with pytest.raises(Refused, match=said):
        import_case(tampered(stands, changes), by=ada, code="NEW")
    assert not Case.objects.exists()


def test_a_name_that_stands_twice_a_cut_and_a_stranger_are_found(stands, ada, tmp_path):
    with zipfile.ZipFile(stands, "a") as out, pytest.warns(UserWarning, match="Duplicate name"):
        out.writestr("records.jsonl", b"")
    with pytest.raises(Refused, match="in it twice"):
        import_case(stands, by=ada)
    cut, text = tmp_path / "cut.zip", tmp_path / "text.zip"
    cut.write_bytes(stands.read_bytes()[:-100])
    text.write_text("no zip")
    for file in (cut, text):
        with pytest.raises(Refused, match="no case that left a workbench"):
            import_case(file, by=ada)


def test_a_flipped_byte_of_any_member_is_found(stands, ada, tmp_path):
    content, flipped = stands.read_bytes(), tmp_path / "flipped.zip"
    with zipfile.ZipFile(stands) as opened:
        for info in opened.infolist():
            extra = int.from_bytes(content[info.header_offset + 28 : info.header_offset + 30], "little")
            at = info.header_offset + 30 + len(info.filename) + extra + info.compress_size // 2
            flipped.write_bytes(content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :])
            with pytest.raises(Refused, match=r"damaged|not what was written|cannot be read"):
                import_case(flipped, by=ada)


def test_what_would_not_fit_is_not_unpacked(stands, ada, monkeypatch):
    monkeypatch.setattr("claims.keeping.case_archive.shutil.disk_usage", lambda path: type("", (), {"free": 1000}))
    with pytest.raises(Refused, match="there is room for 1,000"):
        import_case(stands, by=ada)


def test_a_record_longer_than_any_is_not_held_in_memory(stands, ada, monkeypatch):
    monkeypatch.setattr("claims.keeping.case_archive.LONGEST_LINE", 300)
    monkeypatch.setattr("claims.keeping.case_archive.CHUNK", 100)
    with pytest.raises(Refused, match="longer than any record"):
        import_case(stands, by=ada)


@pytest.mark.parametrize("step", ["_record", "_flush", "_log", "_entered", "count_anew", "_check", "_let_in"])
def test_an_import_that_breaks_off_leaves_nothing(step, stands, ada, monkeypatch):
    room = importing if step == "count_anew" else Coming
    before, whole = everything(), getattr(room, step)
    calls = 0

    def breaks(*args):
        nonlocal calls
        calls += 1
        if calls >= 3 or step in ("_log", "count_anew", "_check", "_let_in"):
            raise KeyboardInterrupt
        return whole(*args)

    monkeypatch.setattr(room, step, breaks)
    with pytest.raises(KeyboardInterrupt):
        import_case(stands, by=ada)
    assert everything() == before
    monkeypatch.undo()


def test_a_case_here_a_bad_code_and_another_file_are_refused(busy, ada, tmp_path):
    file = left(busy, tmp_path)
    for options, said in (
        ({}, "There is a case BY here already"),
        ({"code": "no code"}, "is no code of a case"),
        ({"code": "NEW", "sha256": "0" * 64}, "another file than the one that was told of"),
    ):
        with pytest.raises(Refused, match=said):
            import_case(file, by=ada, **options)  # type: ignore[arg-type]
    assert Case.objects.count() == 1


def test_what_somebody_derives_here_while_the_case_comes_in_stands_once(busy, ada, tmp_path, monkeypatch):
    already, asked = Coming._derived_already, []

    def unseen_at_first(self, row):
        asked.append(row)
        return len(asked) > 1 and already(self, row)

    monkeypatch.setattr(Coming, "_derived_already", unseen_at_first)
    brought(left(busy, tmp_path), ada)
    assert (len(asked), Derived.objects.count()) == (2, 1)


def test_a_case_leaves_onto_a_disk_that_knows_no_second_names(busy, ada, tmp_path, monkeypatch):
    def refuse(*names, **options):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    with monkeypatch.context() as disk:
        disk.setattr("claims.keeping.exporting.os.link", refuse)
        file = left(busy, tmp_path)
    assert [path for path in tmp_path.iterdir() if path.is_file()] == [file]
    assert brought(file, ada).claims.count() == busy.claims.count()


def test_nothing_is_overwritten_and_a_case_whose_log_is_broken_does_not_leave(busy, tmp_path):
    file = left(busy, tmp_path)
    with pytest.raises(Refused, match="nothing is overwritten"):
        export_case(busy, file)
    guards.take_down(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_entry SET label = 'other' WHERE number = 3 AND case_id = %s", [busy.pk])
    with pytest.raises(Refused, match="Entry 3 is not what was entered"):
        left(busy, tmp_path)
    assert sorted(path.name for path in tmp_path.glob("*")) == sorted({file.name, "files", "keys", "heads"} & {
        path.name for path in tmp_path.glob("*")
    }), "no half file stays"  # fmt: skip


def test_a_capture_whose_bytes_are_missing_leaves_as_missing_and_comes_in_so(busy, ada, tmp_path):
    capture = StoredFile.objects.get(captures__exhibit__case=busy)
    store.store().remove(capture.sha256)
    out = io.StringIO()
    with pytest.raises(CommandError, match="The file stands"):
        call_command("export_case", "by", str(tmp_path / "by.zip"), stdout=out)
    assert f"files/{capture.sha256} is missing here" in out.getvalue()
    new = brought(tmp_path / "by.zip", ada)
    assert StoredFile.objects.get(captures__exhibit__case=new).sha256 == capture.sha256


def test_the_commands_say_what_left_what_came_and_what_stayed(made, ada, tmp_path):
    out, file = io.StringIO(), tmp_path / "by.zip"
    call_command("export_case", "by", str(file), stdout=out)
    said = out.getvalue()
    assert "claim 16" in said
    assert "Stays here: 1 links by which strangers read reports" in said
    digest = said.partition("SHA-256 ")[2][:64]
    call_command("import_case", str(file), code="NEW", by="ada@example.org", sha256=digest, stdout=out)
    said = out.getvalue()
    assert "/cases/NEW/ is new" in said
    assert "Nadia Brandt (analyst@example.org)" in said
    assert "passwords, tokens, webhooks" in said
    for wrong, said in (
        (["export_case", "QQ", str(tmp_path / "q.zip")], "There is no case QQ"),
        (["export_case", "BY", str(tmp_path / "none" / "q.zip")], "Nothing was written"),
        (["import_case", str(tmp_path / "none.zip"), "--by", "ada@example.org"], "Nothing was brought in"),
        (["import_case", str(file), "--by", "nobody@example.org"], "the account is closed"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command(*wrong)


@pytest.mark.timeout(600)
def test_a_case_goes_to_the_other_kind_of_database_and_back(real_transactions, elsewhere, tmp_path):
    first = left(busy_case(), tmp_path)
    boss = (
        "from claims.models import User; User.objects.create_superuser('boss@example.org', 'a-pass-word-9', name='B')"
    )
    data = tmp_path / "there"
    data.mkdir()
    there = in_a_file(data)
    there.variables["WORKBENCH_DATA"] = str(data)
    said = [comparable(first)]
    for place, file in ((there, first), (elsewhere(), tmp_path / "there.zip")):
        place.manage("migrate", "-v0")
        place.manage("shell", "-v0", "-c", boss)
        place.manage("import_case", str(file))
        onward = tmp_path / ("there.zip" if file == first else "back.zip")
        place.manage("export_case", "BY", str(onward))
        place.manage("verify_log")
        place.manage("integrity")  # last: it notes for every capture that it was looked at
        said.append(comparable(onward))
    assert said[0] == said[1] == said[2]
