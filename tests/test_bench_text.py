"""`manage.py bench_text`, on small files written here."""

import json
import re
from contextlib import nullcontext
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from claims.management.commands import bench_text
from claims.management.scores import average_precision, by_score, f1, same_value, same_words
from claims.text.worth import worth

SENTENCES = {
    "a": (1, "The ministry says 3,400 reservists were called up in March."),
    "b": (0, "Is that so?"),
    "c": (1, "Ministers spoke."),
    "d": (0, "I think it is a mistake."),
}
TALK = "“The bridge is closed today,” said the mayor. The “old” bridge stands."


@pytest.fixture(autouse=True)
def one_slow_piece(monkeypatch):
    """The whole table takes seconds and says the same."""
    monkeypatch.setattr(bench_text, "SLOW", {worth: ["$ "]})


def bench(*options, **more):
    out = StringIO()
    call_command("bench_text", *options, stdout=out, **more)
    return out.getvalue()


def answers(tmp_path, task, source):
    out = tmp_path / "answers"
    bench("--task", task, "--in", str(source), "--out", str(out))
    return out


@pytest.fixture
def gold(tmp_path):
    """A folder laid out as that of the open data, with a few items of each kind."""
    folder = tmp_path / "gold"
    for name in ("claimbuster", "litbank-quotes", "recognizers-text", "claim-retrieval-averitec"):
        (folder / name).mkdir(parents=True)
    rows = [f"{name}\t{label}\t{text}\n" for name, (label, text) in SENTENCES.items()]
    (folder / "claimbuster" / "dev.tsv").write_text("id\tlabel\ttext\n" + "".join(rows))
    quotes = [{"start": 0, "end": 29, "speaker": "Mayor"}, {"start": 49, "end": 54, "speaker": "Nobody"}]
    talk = json.dumps({"id": "t", "text": TALK, "quotes": quotes}) + "\n"
    (folder / "litbank-quotes" / "dev.jsonl").write_text(talk, encoding="utf-8")
    percent = {"start": 15, "end": 18, "resolution": {"value": "25%"}}
    cases = [
        {"id": "p", "kind": "percent", "text": "Prices rose by 25%.", "spans": [percent]},
        {"id": "w", "kind": "percent", "text": "Prices rose by 30%.", "spans": [percent]},
        {"id": "n", "kind": "number", "text": "Nobody came.", "spans": []},
    ]
    (folder / "recognizers-text" / "dev.jsonl").write_text("".join(json.dumps(row) + "\n" for row in cases))
    found_again = folder / "claim-retrieval-averitec"
    (found_again / "queries.tsv").write_text("id\ttext\nq1\tThe bridge at Orsk is closed\nq2\tPrices rose again\n")
    docs = ["The Orsk bridge was closed.", "Prices have risen.", "An army of 48,000 marched."]
    found_again.joinpath("docs.jsonl").write_text(
        "".join(json.dumps({"id": f"c{n}", "claim": text}) + "\n" for n, text in enumerate(docs))
    )
    (found_again / "qrels.tsv").write_text("q1\t0\tc0\t1\nq2\t0\tc2\t1\nq2\t0\tc1\t0\n")
    return folder


@pytest.fixture
def scratch(db, monkeypatch):
    """The tests' own database instead of one more."""
    monkeypatch.setattr(bench_text, "scratch_database", nullcontext)


def test_precision_at_each_right_answer_is_averaged():
    assert average_precision([True, False, True, False], 2) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision([False, True], 4) == pytest.approx(0.5 / 4)
    assert average_precision([], 0) == average_precision([False], 1) == 0


def test_only_the_first_answers_count_where_so_many_are_looked_at():
    assert average_precision([False, False, False, True], 1, first=3) == 0
    assert average_precision([True, True, False], 9, first=2) == 1


@given(st.lists(st.booleans(), min_size=1))
def test_no_order_is_better_than_all_right_answers_first(ranked):
    best = sorted(ranked, reverse=True)
    assert 0 <= average_precision(ranked, sum(ranked)) <= average_precision(best, sum(ranked)) <= 1


def test_f1_is_between_precision_and_recall():
    assert f1(2, 4, 2) == pytest.approx(2 / 3)
    assert f1(0, 0, 0) == 0


def test_equal_scores_are_not_put_in_the_order_given():
    names = [f"s{n}" for n in range(50)]
    assert by_score(dict.fromkeys(names, 0.5)) == by_score(dict.fromkeys(reversed(names), 0.5)) != names
    assert by_score({"a": 0.1, "b": 0.9}) == ["b", "a"]


def test_marks_at_the_edges_of_a_quotation_do_not_count():
    assert same_words(TALK, [(1, 27)], [(0, 29)]) == 1
    assert same_words(TALK, [(5, 27)], [(0, 29)]) == 0


@pytest.mark.parametrize(
    ("given", "wanted", "same"),
    [
        ({"48,000"}, {"48000"}, True),
        ({"5"}, {"5%"}, True),
        ({"0.3333333"}, {"0.33333331"}, True),
        ({"2019-01-04"}, {"2019-01-04"}, True),
        ({"2019-01-04"}, {"2019-01-05"}, False),
        ({"1e3"}, {"1000"}, True),
        ({"nan"}, {"5"}, False),
        (set(), {"5"}, False),
    ],
)
def test_values_are_the_same_as_words_or_as_numbers(given, wanted, same):
    assert same_value(given, wanted) is same


def test_sentences_are_answered_with_a_score_and_a_label(tmp_path, gold):
    lines = answers(tmp_path, "check-worthy", gold / "claimbuster" / "dev.tsv").read_text().splitlines()
    assert lines[0] == "id\tscore\tlabel"
    assert lines[1] == f"a\t{worth(SENTENCES['a'][1]).score:.6f}\t1"
    assert [line.split("\t")[2] for line in lines[1:]] == ["1", "0", "0", "0"]


def test_a_folder_is_answered_file_by_file(tmp_path, gold):
    lines = answers(tmp_path, "check-worthy", gold / "claimbuster").joinpath("dev.tsv").read_text().splitlines()
    assert len(lines) == 5


def test_a_file_without_a_single_item_gets_an_answer_too(tmp_path):
    (tmp_path / "none.tsv").write_text("id\ttext\n")
    assert answers(tmp_path, "check-worthy", tmp_path / "none.tsv").read_text() == "id\tscore\tlabel\n"


def test_direct_speech_is_answered_by_where_it_stands(tmp_path, gold):
    (line,) = answers(tmp_path, "attribution", gold / "litbank-quotes" / "dev.jsonl").read_text().splitlines()
    row = json.loads(line)
    assert row == {"id": "t", "attributions": [{"source": [], "cue": [], "content": [[0, 29]]}]}


def test_figures_are_answered_in_the_kind_that_the_file_names(tmp_path, gold):
    lines = answers(tmp_path, "figures", gold / "recognizers-text" / "dev.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert [(span["start"], span["end"], span["value"]) for span in rows[0]["spans"]] == [(15, 18, "25%")]
    assert rows[2] == {"id": "n", "spans": []}


def test_all_figures_are_answered_where_no_kind_is_named(tmp_path):
    (tmp_path / "any.jsonl").write_text('{"id": "1", "text": "The army has 48,000 men and 12 ships."}\n')
    row = json.loads(answers(tmp_path, "figures", tmp_path / "any.jsonl").read_text())
    assert [float(span["value"]) for span in row["spans"]] == [48_000, 12]


def test_similar_claims_are_answered_as_a_run(tmp_path, gold, scratch):
    run = answers(tmp_path, "similar", gold / "claim-retrieval-averitec" / "queries.tsv").read_text().splitlines()
    query, mark, claim, rank, score, tag = run[0].split()
    assert (query, mark, claim, rank, tag) == ("q1", "Q0", "c0", "1", "workbench")
    assert 0 < float(score) <= 1


def test_what_is_reached_is_printed_beside_what_should_be(gold, scratch):
    printed = bench("--gold", str(gold), "--sizes", "1000", "2000")
    assert "F1                                    0.667      0.66" in printed
    assert "exact F1 of direct speech             0.667      0.75" in printed
    assert "exact F1                              1.000      0.65" in printed
    assert "right value, of all wanted            0.500      0.60" in printed
    assert "MAP@5                                 0.500      0.90" in printed
    assert [line.split()[0] for line in printed.splitlines()[1:3]] == ["1,000", "2,000"]


def test_data_that_are_missing_are_left_out(tmp_path):
    assert "claimbuster/dev.tsv is not there" in bench("--gold", str(tmp_path), "--sizes")


def test_without_data_it_says_where_they_may_be_had():
    printed = bench("--sizes", "1000")
    assert re.search(r"worth +'\$ ' +\d+\.\d\n", printed)
    assert "github.com/dbamman/litbank" in printed
    assert "1,000" in printed


@pytest.mark.parametrize(
    ("task", "content", "fault"),
    [
        ("check-worthy", "id\tlabel\n1\t0\n", "line 2"),
        ("check-worthy", "id\ttext\n1\n", "line 2"),
        ("check-worthy", b"id\ttext\n1\t\xff\n", "no table in UTF-8"),
        ("attribution", '{"id": "1", "text": "x"}\n[]\n', "line 2"),
        ("attribution", '{"id": "1"}\n', "line 1"),
        ("attribution", "{\n", "line 1"),
        ("figures", '{"id": "1", "text": "x", "kind": "colour"}\n', "colour"),
        ("figures", '{"id": "1", "text": "x", "kind": "datetime", "reference": "soon"}\n', "soon"),
    ],
)
def test_a_file_of_another_form_is_named(tmp_path, task, content, fault):
    source = tmp_path / "source"
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CommandError, match=fault):
        bench("--task", task, "--in", str(source), "--out", str(tmp_path / "out"))


@pytest.mark.parametrize(
    "options",
    [
        ["--task", "check-worthy"],
        ["--in", "somewhere.tsv"],
        ["--gold", "/no/such/folder"],
        ["--task", "check-worthy", "--in", "/no/such/file", "--out", "/no/such/other"],
    ],
)
def test_options_that_lead_nowhere_are_refused(options):
    with pytest.raises(CommandError):
        bench(*options)
