"""A table of claims: each line a claim that stands in its words, once, however often the table comes."""

import datetime

import pytest

from claims.custody.chain import verify
from claims.loading.claim_tables import AT_ONCE, Row, count, import_claims, rows
from claims.models import Cancelled, Claim, Document, Entry, Refused, Tally

TABLE = """statement,quote,speaker,date,url
"The army has 48,000 men.","Our army is ""48,000"" strong",The ministry,2023-02-20,https://example.org/army
"The border guard has 12,000 men.",,,,
"""


def test_each_line_becomes_a_claim_in_its_words_with_speaker_and_date(case, ann):
    outcome = import_claims(case, TABLE.encode(), by=ann, file_name="claims.csv")

    assert (outcome.made, outcome.found, outcome.refused) == (2, 0, [])
    army, guard = Claim.objects.order_by("number")
    assert army.passages.get().exact == 'Our army is "48,000" strong'
    assert army.passages.get().stands()
    assert army.attributions.get().speaker == "The ministry"
    assert army.as_of == datetime.date(2023, 2, 20)
    assert army.kind == "quantity"
    assert guard.passages.get().exact == "The border guard has 12,000 men."
    assert not guard.attributions.exists()
    assert "https://example.org/army" in army.passages.get().document.text


def test_the_table_is_kept_as_it_came(case, ann):
    import_claims(case, TABLE.encode(), by=ann, file_name="claims.csv")
    assert bytes(Document.objects.get().content) == TABLE.encode()


def test_the_same_table_again_doubles_nothing(case, ann, ben):
    import_claims(case, TABLE.encode(), by=ann)
    outcome = import_claims(case, TABLE.encode() + b"Minsk has five brigades.,,,,\n", by=ben)

    assert (outcome.made, outcome.found) == (1, 2)
    assert Claim.objects.count() == 3
    assert Document.objects.count() == 2


def test_a_line_that_stands_twice_is_one_claim(case, ann):
    outcome = import_claims(case, b"statement\nIt grew.\nIt grew.\n", by=ann)
    assert (outcome.made, outcome.found) == (1, 1)


def test_every_claim_is_in_the_log_the_chain_holds_and_the_counts_are_right(case, ann):
    import_claims(case, TABLE.encode(), by=ann)

    assert Entry.objects.filter(case=case, verb="made", thing="claim").count() == 2
    assert verify(case).fault is None
    assert Tally.objects.get(case=case, status="open").count == 2


def test_what_cannot_be_a_claim_is_told_by_its_line_and_the_others_come_in(case, ann):
    table = (
        "statement,date,url\nGood.,,\n,,\nBad day.,yesterday,\nBad way.,,javascript:1\n"
        + "x" * 1001
        + ",,\n,2023-01-01,\n"
    )
    outcome = import_claims(case, table.encode(), by=ann)

    assert outcome.made == 1
    assert [line for line, _why in outcome.refused] == [4, 5, 6, 7]
    assert "2023-02-20" in outcome.refused[0][1], "says how to write a day"


def test_a_comma_without_quotation_marks_is_told_and_nothing_is_cut_off(case, ann):
    outcome = import_claims(case, b"statement,speaker\nIt has 48,000 men,Minsk\n", by=ann)
    assert outcome.refused[0][0] == 2
    assert "quotation marks" in outcome.refused[0][1]
    assert not Claim.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\0\0", b"a,b\n1,2\n", b"\xff\xfe\xff"])
def test_what_is_no_table_is_refused(case, ann, content):
    with pytest.raises(Refused):
        import_claims(case, content, by=ann)
    assert not Document.objects.exists()


def test_semicolons_and_tabs_part_columns_too():
    for sign in (";", "\t"):
        row = next(rows(f"Speaker{sign}Statement\nMinsk{sign}It grew, twice.\n".encode()))
        assert isinstance(row, Row)
        assert (row.speaker, row.statement) == ("Minsk", "It grew, twice.")


def test_an_import_that_was_stopped_goes_on_where_it_was(case, ann):
    table = "statement\n" + "".join(f"Claim {n}.\n" for n in range(AT_ONCE + 5))

    def stop(done):
        raise Cancelled

    with pytest.raises(Cancelled):
        import_claims(case, table.encode(), by=ann, progress=stop)
    assert Claim.objects.count() == AT_ONCE

    outcome = import_claims(case, table.encode(), by=ann)
    assert (outcome.made, outcome.found) == (5, AT_ONCE)
    assert verify(case).fault is None


def test_the_number_of_lines_is_about_that_of_the_bar():
    assert count(TABLE.encode()) == 2


def test_each_claims_entry_has_a_salt_of_its_own_and_the_log_holds(case, ann):
    import_claims(case, TABLE.encode(), by=ann)
    salts = list(Entry.objects.filter(case=case, verb="made").values_list("salt", flat=True))
    assert len(salts) == len(set(salts)) > 1
    assert "" not in salts
    assert verify(case).fault is None
