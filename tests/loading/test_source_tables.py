"""The register of sources as CSV: what goes out comes in again, and nothing that is known is lost."""

import csv
import datetime
import io

import pytest
from django.db import connection
from django.utils import timezone

from claims.custody import guards
from claims.loading import source_tables
from claims.loading.source_lines import as_meant, as_words, read
from claims.loading.source_tables import export, import_sources, plan
from claims.models import Entry, Grade, Refused, Source
from claims.search.sources import finder
from tests.factories import make_case, make_source


def table(*lines: str, head: str = "name,kind,aliases,belongs_to,letter,reason,date") -> bytes:
    return "\n".join((head, *lines)).encode()


@pytest.fixture
def bring(case, ann):
    """Plans and imports a table as Ann."""

    def act(content: bytes, key: str = "form-1"):
        planned = plan(content, finder=lambda names: finder(names, ann), may_fill=lambda source: True)
        return planned, import_sources(case, planned, by=ann, key=key)

    return act


def register() -> list[tuple[object, ...]]:
    """All that the table holds of each source, whatever its key."""
    return sorted(
        (
            one.name, one.kind, one.aliases, one.country, one.languages, one.interests, one.note, one.reliability,
            one.belongs_to.name if one.belongs_to else "",
            *((grade.letter, grade.reason, grade.graded_at) for grade in one.grades.order_by("graded_at", "pk")),
        )
        for one in Source.objects.all()
    )  # fmt: skip


def test_what_was_exported_gives_the_same_register_in_an_empty_installation(db, ada):
    case = make_case(by=ada)
    body = make_source(
        case=case, name="Ministry", kind="organisation", by=ada, aliases="MoD\n=SUM(A1)", country="Belarus"
    )
    twin = make_source(case=case, name="Ministry", kind="organisation", by=ada, note='Another\nof that name; "quoted".')
    make_source(case=case, name="-5 Agency", kind="sensor", by=ada, belongs_to=twin, languages="be, ru")
    make_source(case=case, name="'=odd", by=ada, belongs_to=body, interests="Sells, among others, arms.")
    for day, letter in ((1, "B"), (2, "F")):
        at = timezone.now() - datetime.timedelta(days=9 - day)
        body.grade(letter, by=ada, reason=f"Imported: as of {day}.", at=at)
    before = register()
    content = "".join(export(Source.objects.visible_to(ada).listed())).encode()
    guards.take_down(connection)  # as where none of them ever stood
    Grade._base_manager.all().delete()
    Source._base_manager.update(belongs_to=None)
    Source.cases.through.objects.all().delete()
    Source._base_manager.all().delete()

    planned = plan(content, finder=lambda names: finder(names, ada), may_fill=lambda source: True)
    outcome = import_sources(case, planned, by=ada, key="form-1")

    assert not planned.refused
    assert not outcome.noted
    assert outcome.made == 4
    assert register() == before


def test_no_cell_is_taken_for_a_formula(case, ann, ada):
    make_source(case=case, name="=HYPERLINK(1)", note="@home", by=ann)
    lines = list(csv.reader(io.StringIO("".join(export(Source.objects.visible_to(ada))))))
    assert lines[1][1] == "'=HYPERLINK(1)"
    assert "'@home" in lines[1]
    for cell in ("=1", "+1", "-1", "@a", "\ta", "\ra", "'=1", "''@", "'plain", "plain", ""):
        assert as_meant(as_words(cell)) == cell


def test_the_table_names_no_source_that_the_person_does_not_see(case, ann):
    hidden = make_source(name="Hidden owner")
    seen = make_source(case=case, name="Seen", by=ann)
    Source._base_manager.filter(pk=seen.pk).update(belongs_to=hidden)
    whole = "".join(export(Source.objects.visible_to(ann).listed()))
    assert "Seen" in whole
    assert "Hidden owner" not in whole


def test_the_table_is_read_in_pieces_with_as_many_queries_as_pieces(
    case, ann, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(source_tables, "AT_ONCE", 4)
    for n in range(9):
        make_source(case=case, name=f"Source {n}", by=ann).grade("C", by=ann, reason="So so.")
    with django_assert_max_num_queries(9):
        pieces = list(export(Source.objects.visible_to(ann)))
    assert len(pieces) == 3
    assert sum(piece.count("So so.") for piece in pieces) == 9


def test_new_sources_come_in_with_their_grades_and_what_they_belong_to(case, ann, bring):
    planned, outcome = bring(
        table(
            "Belta,outlet,BelTA;Агентство,Ministry,C,Often late.,2023-02-20",
            "Belta,outlet,,,B,Better since.,2023-05-01",
            "Ministry,Organisation,MoD,,,,",
        )
    )
    belta = Source.objects.get(name="Belta")
    assert (outcome.made, outcome.noted, planned.refused) == (2, [], [])
    assert list(belta.cases.all()) == [case]
    assert belta.belongs_to == Source.objects.get(name="Ministry")
    assert belta.reliability == "B"
    grades = belta.grades.order_by("graded_at")
    assert [(one.letter, one.reason, one.graded_at.date().isoformat()) for one in grades] == [
        ("C", "Imported: Often late.", "2023-02-20"), ("B", "Imported: Better since.", "2023-05-01"),
    ]  # fmt: skip
    assert Entry.objects.filter(case=None, verb="graded", by=ann).count() == 2


def test_what_is_known_is_left_alone_or_filled_where_it_is_empty(case, ann, bring):
    known = make_source(case=case, name="Ministry", kind="organisation", note="Ours.", by=ann)
    known.grade("A", by=ann, reason="Ours too.")
    paper = make_source(case=case, name="The paper", kind="outlet", aliases="Gazette", by=ann)
    head = "name,kind,note,country,letter,reason"
    planned, outcome = bring(
        table("MINISTRY,organisation,Theirs.,Belarus,E,Theirs.", "gazette,outlet,,,D,Late.", head=head)
    )

    known.refresh_from_db()
    paper.refresh_from_db()
    assert (known.note, known.country, known.reliability) == ("Ours.", "Belarus", "A")
    assert (paper.name, paper.reliability) == ("The paper", "D")
    assert (outcome.made, outcome.filled) == (0, 2)
    assert [each.fills for each in planned.filled] == [{"country": "Belarus"}, {}]
    again, outcome = bring(table("Ministry,organisation,,,,", head=head), "form-2")
    assert len(again.alone) == 1
    assert Source.objects.count() == 2


def test_one_of_another_kind_is_another_source(case, ann, bring):
    make_source(case=case, name="Mercury", kind="person", by=ann)
    assert bring(table("Mercury,sensor,,,,,"))[1].made == 1


def test_the_same_form_imports_once(bring):
    content = table("Belta,outlet,,Ministry,C,Late.,", "Ministry,,,,,,")
    first = bring(content)[0]
    for _ in range(2):
        bring(content)
    assert Source.objects.count() == 2
    assert Grade.objects.count() == 1
    assert len(first.new) == 2


def test_the_plan_made_before_another_imported_makes_nothing_twice(case, ann):
    planned = plan(
        table("Belta,outlet,,,C,Late.,"), finder=lambda names: finder(names, ann), may_fill=lambda source: True
    )
    outcomes = [import_sources(case, planned, by=ann, key="form-1") for _ in range(2)]
    assert [outcome.made for outcome in outcomes] == [1, 0]
    assert (Source.objects.count(), Grade.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (",outlet,,,,,", "no name"),
        ("Belta,newspaper,,,,,", "no kind of source"),
        ("Belta,outlet,,,G,Odd.,", "write A, B, C, D, E or F"),
        ("Belta,outlet,,,B,,", "no reason"),
        ("Belta,outlet,,,,Odd.,", "no letter"),
        ("Belta,outlet,,,B,Odd.,tomorrow", "is no date"),
        ("Belta,outlet,,,B,Odd.,2999-01-01", "yet to come"),
        (f"{'x' * 201},outlet,,,,,", "at most 200 fit"),
        ("Bel\u202eta,outlet,,,,,", "turns the direction"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_reason(line, why):
    rows, refused, _repeated = read(table("Good,outlet,,,,,", line))
    assert [row.name for row in rows] == ["Good"]
    assert [number for number, _said in refused] == [3]
    assert why in refused[0][1]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"title,kind\nx,person", "first line must name the columns"),
        (b"name,letter\nx,A", "needs a column reason"),
        ("name\nЛюди".encode("cp1251"), "no table in UTF-8"),
        (b"name\n" + b"x\n" * 5001, "more than 5,000 lines"),
        (b"name\n" + b"x" * 5_000_001, "more than 5 MB"),
        (b"", "no table"),
    ],
)
def test_what_is_no_such_table_is_refused_with_a_sentence(content, why):
    with pytest.raises(Refused, match=why) as refusal:
        read(content)
    assert refusal.value.field == "file"


def test_what_a_source_is_to_belong_to_is_left_empty_where_it_is_not_known_or_would_be_a_circle(case, ann, bring):
    planned, outcome = bring(table("One,,,Nobody,,,", "Two,,,Three,,,", "Three,,,Two,,,"))
    assert [line for line, _why in planned.noted] == [2]
    assert [line for line, _why in outcome.noted] == [2, 4]
    assert Source.objects.get(name="Two").belongs_to == Source.objects.get(name="Three")
    assert Source.objects.get(name="Three").belongs_to is None


def test_rows_come_in_some_at_a_time(bring, monkeypatch):
    monkeypatch.setattr(source_tables, "AT_ONCE", 2)
    assert bring(table(*(f"Source {n},,,Source {(n + 3) % 7},,," for n in range(7))))[1].made == 7
    assert Source.objects.exclude(belongs_to=None).count() == 6


def test_lines_that_say_nothing_new_are_told_and_not_lost_without_a_word():
    rows, refused, repeated = read(
        table("Belta,outlet,,,C,Late.,", ",,,,,,", "BELTA,outlet,,,C,Late.,", "Belta,outlet,,,B,Better.,")
    )
    assert [(row.name, [grade.letter for grade in row.grades]) for row in rows] == [("Belta", ["C", "B"])]
    assert refused == []
    assert repeated == [(3, "It is empty."), (4, "It says of “BELTA” what line 2 says.")]


@pytest.mark.parametrize(
    ("head", "line", "why"),
    [
        ("name", "Colour;semi", "parted by “;”"),
        ("name,kind", "Colour\tsemi", "parted by “tab”"),
        ("name,kind", "Colour,outlet,more", "3 cells, and the first line names 2 columns"),
        ("name,languages", "Colour,xx-notalang", "no code of a language"),
    ],
)
def test_a_line_that_fits_in_no_columns_is_no_name(head, line, why):
    rows, refused, _repeated = read(table(line, head=head))
    assert rows == []
    assert why in refused[0][1]


def test_a_separator_in_quotation_marks_is_part_of_the_name_and_a_table_may_have_any_separator():
    assert [row.name for row in read(table('"Colour;semi"', head="name"))[0]] == ["Colour;semi"]
    assert [(row.name, row.kind) for row in read(table("Colour;outlet", head="name;kind"))[0]] == [("Colour", "outlet")]
