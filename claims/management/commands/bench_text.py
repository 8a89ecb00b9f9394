"""`manage.py bench_text`: how well the text is read, on open data, and how fast."""

from __future__ import annotations

import csv
import json
import resource
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.loading.sample import FIXTURES
from claims.management.scores import average_precision, by_score, f1, same_value, same_words
from claims.management.scratch import scratch_database
from claims.search.bench import ranked, stock
from claims.text.assertions import assertions
from claims.text.direct_speech import speech
from claims.text.figures import Figure, figures
from claims.text.predictions import predict
from claims.text.sentences import sentences
from claims.text.worth import THRESHOLD, worth

WHERE_FROM = """
The data are open but not all may be passed on, so none come with the workbench. In the folder given as --gold:
claimbuster/dev.tsv (github.com/utaresearch/claimbuster-spotter, GPL-3.0), litbank-quotes/dev.jsonl
(github.com/dbamman/litbank, CC BY 4.0), recognizers-text/dev.jsonl (github.com/microsoft/Recognizers-Text, MIT),
claim-retrieval-averitec/docs.jsonl, queries.tsv and qrels.tsv (github.com/Cartus/AVeriTeC, Apache-2.0, and
github.com/MichSchli/AVeriTeC, CC BY-NC 4.0). What is missing is left out.
"""
SIZES = [10_000, 100_000, 1_000_000, 10_000_000]
LONGEST_FIELD = 50_000_000
# Pieces which, repeated, once made a reader go over the text again for each of them.
SLOW: dict[Callable[[str], Any], list[str]] = {
    figures: ["1", "1,", "-1", "twenty-", "$1 ", "one and ", "1 to ", "Monday ", "1/"],
    speech: ['"', "“a ", "'s ", "\n\n “", "'"],
    sentences: ["a. ", "hi\n", "(a. ", "...", "?! "],
    worth: ["1,", "don't ", "$ "],
}

type Row = dict[str, Any]


class Reached(NamedTuple):
    """A figure that was measured, and what it should be at least, if anything."""

    what: str
    value: float
    least: float | None = None


class Task(NamedTuple):
    """``answer`` reads a file and gives a row of each item, ``write`` puts them into a file, ``judge`` weighs them."""

    answer: Callable[[Path], list[Row]]
    write: Callable[[Path, list[Row]], None]
    judge: Callable[[Path, list[Row]], list[Reached]]
    data: str


class Command(BaseCommand):
    """Measures on open data, or answers one file in the form that the scorers of such data read."""

    help = "Print how well and how fast the text is read; or, with --task, answer a file." + WHERE_FROM

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gold", type=Path, metavar="FOLDER", help="where the open data lie")
        parser.add_argument("--task", choices=list(TASKS), help="answer a file instead of measuring")
        parser.add_argument("--in", type=Path, metavar="FILE", dest="source", help="the file to answer")
        parser.add_argument("--out", type=Path, metavar="FILE", help="where the answers go")
        parser.add_argument(
            "--sizes", type=int, nargs="*", default=SIZES, metavar="N", help="texts to time, characters"
        )

    def handle(self, *args: Any, gold: Path | None, task: str | None, sizes: list[int], **options: Any) -> None:
        source, out = options["source"], options["out"]
        csv.field_size_limit(LONGEST_FIELD)
        if task:
            if not source or not out:
                raise CommandError("--task needs --in FILE and --out FILE.")
            self.stdout.write(f"{out}: {answered(TASKS[task], source, out)} answers")
        elif source or out:
            raise CommandError("--in and --out need --task.")
        else:
            self.measure(gold, sizes)

    def measure(self, data: Path | None, sizes: list[int]) -> None:
        """Print what each task reaches, and how long texts of these sizes take."""
        if data and not data.is_dir():
            raise CommandError(f"There is no folder {data}.")
        if not data:
            self.stdout.write(f"Without --gold only the time is measured.{WHERE_FROM}")
        # First, since the most memory used so far is all that the system tells.
        self.stdout.write(f"{'characters':>10}{'CPU seconds':>13}{'kB a second':>13}{'MiB more at most':>18}")
        for size, seconds, more in timed(running_text(data), sizes):
            self.stdout.write(f"{size:10,}{seconds:13.2f}{size / 1000 / seconds:13.0f}{more / 2**20:18.1f}")
        self.stdout.write("\nFour times a text made to be slow, times as long (4 in proportion, 16 squared):")
        for name, piece, ratio in grown():
            self.stdout.write(f"{name:14}{piece!r:34}{ratio:9.1f}")
        if data:
            self.stdout.write(f"\n{'task':14}{'measure':34}{'reached':>9}{'at least':>10}")
            for name, task in TASKS.items():
                self.judge(name, task, data / task.data)

    def judge(self, name: str, task: Task, gold: Path) -> None:
        """Print what one task reaches on its data."""
        if not gold.exists():
            self.stdout.write(f"{name:14}{task.data} is not there")
            return
        for one in task.judge(gold, task.answer(gold)):
            least = "" if one.least is None else f"{one.least:.2f}"
            self.stdout.write(f"{name:14}{one.what:34}{one.value:9.3f}{least:>10}")


def answered(task: Task, source: Path, out: Path) -> int:
    """Answer a file, or each file of a folder into a folder: how many items. Raises CommandError."""
    try:
        pairs = [(source, out)]
        if source.is_dir():
            out.mkdir(exist_ok=True)
            pairs = [(each, out / each.name) for each in sorted(source.glob(f"*{Path(task.data).suffix}"))]
        count = 0
        for one, other in pairs:
            rows = task.answer(one)
            task.write(other, rows)
            count += len(rows)
        return count
    except OSError as fault:
        raise CommandError(f"{fault.filename}: {fault.strerror}.") from fault


def read_tsv(path: Path, *columns: str) -> list[Row]:
    """The rows of a file with a header, without quoting. Raises CommandError unless it has these columns."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (csv.Error, UnicodeDecodeError) as fault:
        raise CommandError(f"{path} is no table in UTF-8 with tabs: {fault}.") from fault
    for number, row in enumerate(rows, start=2):
        if any(row.get(column) is None for column in columns):
            raise CommandError(f"{path}, line {number}: each row has {' and '.join(columns)}.")
    return rows


def read_jsonl(path: Path, *keys: str) -> list[Row]:
    """The objects of a file, one a line. Raises CommandError unless each has these keys."""
    rows = []
    # Not splitlines: a text may hold U+2028, which ends no line of this form.
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if line.strip():
            try:
                row = json.loads(line)
                rows.append({**row, **{key: row[key] for key in keys}})
            except (ValueError, KeyError, TypeError) as fault:
                raise CommandError(f"{path}, line {number}: an object with {' and '.join(keys)} is needed.") from fault
    return rows


def write_tsv(path: Path, rows: list[Row]) -> None:
    lines = ["\t".join(rows[0] if rows else ("id", "score", "label"))]
    lines += ["\t".join(map(str, row.values())) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_jsonl(path: Path, rows: list[Row]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def check_worthy(path: Path) -> list[Row]:
    """Each sentence's score, and whether it counts as check-worthy."""
    found = ((row["id"], worth(row["text"]).score) for row in read_tsv(path, "id", "text"))
    return [{"id": name, "score": f"{score:.6f}", "label": int(score >= THRESHOLD)} for name, score in found]


def judge_check_worthy(gold: Path, rows: list[Row]) -> list[Reached]:
    right = {row["id"] for row in read_tsv(gold, "id", "label") if row["label"] == "1"}
    given = {row["id"] for row in rows if row["label"]}
    order = by_score({row["id"]: float(row["score"]) for row in rows})
    return [
        Reached("F1", f1(len(right & given), len(given), len(right)), 0.66),
        Reached("average precision", average_precision([name in right for name in order], len(right)), 0.76),
    ]


def attribution(path: Path) -> list[Row]:
    """Each text's direct speech; who speaks it is not looked for."""
    return [
        {
            "id": row["id"],
            "attributions": [{"source": [], "cue": [], "content": [list(span)]} for span in speech(row["text"])],
        }
        for row in read_jsonl(path, "id", "text")
    ]


def judge_attribution(gold: Path, rows: list[Row]) -> list[Reached]:
    counts = Counter[str]()
    answers = {row["id"]: [tuple(each["content"][0]) for each in row["attributions"]] for row in rows}
    for row in read_jsonl(gold, "id", "text", "quotes"):
        wanted = [(quote["start"], quote["end"]) for quote in row["quotes"]]
        given = answers.get(row["id"], [])
        counts.update(right=same_words(row["text"], given, wanted), given=len(given), wanted=len(wanted))
    return [Reached("exact F1 of direct speech", f1(**counts), 0.75)]


def figures_found(path: Path) -> list[Row]:
    """Each text's figures: those of the kind that the row names, in the test set's own form, or else all of them."""
    return [{"id": row["id"], "spans": spans_in(row)} for row in read_jsonl(path, "id", "text")]


def spans_in(row: Row) -> list[Row]:
    if "kind" not in row:
        return [figure_span(figure) for figure in figures(row["text"])]
    try:
        return predict(row["text"], row["kind"], row.get("reference"))
    except ValueError as fault:
        raise CommandError(f"{row['id']}: {fault}") from fault


def figure_span(figure: Figure) -> Row:
    span: Row = {"start": figure.start, "end": figure.end}
    if figure.timex:
        span["timex"] = figure.timex
    if figure.low is not None and figure.low == figure.high:
        span["value"] = f"{figure.low:f}"
    return span | ({"unit": figure.unit} if figure.unit else {})


def judge_figures(gold: Path, rows: list[Row]) -> list[Reached]:
    counts = Counter[str](right=0, given=0, wanted=0)
    alike = 0
    answers = {row["id"]: row["spans"] for row in rows}
    for row in read_jsonl(gold, "id", "text", "spans"):
        given = {(span["start"], span["end"]): span for span in reversed(answers.get(row["id"], []))}
        exact = [(span, given[place]) for span in row["spans"] if (place := (span["start"], span["end"])) in given]
        alike += sum(same_value(values(answer), values(span["resolution"] or {})) for span, answer in exact)
        counts.update(right=len(exact), given=len(answers.get(row["id"], [])), wanted=len(row["spans"]))
    return [
        Reached("exact F1", f1(**counts), 0.65),
        Reached("right value, of all wanted", alike / (counts["wanted"] or 1), 0.60),
    ]


def values(resolution: Row) -> set[str]:
    """What a figure comes to, in whichever of the forms it is written."""
    several = [resolution, *(resolution.get("values") or [])]
    names = ("value", "timex", "start", "end")
    return {str(one[name]) for one in several for name in names if one.get(name) is not None}


def similar(path: Path) -> list[Row]:
    """For each statement of queries.tsv the most similar ones of docs.jsonl beside it, by the pages' own search."""
    claims = [(str(row["id"]), row["claim"]) for row in read_jsonl(path.with_name("docs.jsonl"), "id", "claim")]
    queries = [(row["id"], row["text"]) for row in read_tsv(path, "id", "text")]
    with scratch_database():
        reader, names = stock(claims)
        rows, began = [], time.perf_counter()
        for name, near in ranked(queries, reader, names):
            seconds, began = time.perf_counter() - began, time.perf_counter()
            rows.append({"query": name, "ranking": near, "seconds": seconds})
    return rows


def write_run(path: Path, rows: list[Row]) -> None:
    """A TREC run."""
    lines = [
        f"{row['query']} Q0 {name} {rank} {score:.6f} workbench\n"
        for row in rows
        for rank, (name, score) in enumerate(row["ranking"], start=1)
    ]
    path.write_text("".join(lines), encoding="utf-8")


def judge_similar(gold: Path, rows: list[Row]) -> list[Reached]:
    right: dict[str, set[str]] = {}
    for line in gold.with_name("qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, _, claim, relevance = line.split()
        if float(relevance) > 0:
            right.setdefault(query, set()).add(claim)
    answers = {row["query"]: [name for name, _score in row["ranking"]] for row in rows}
    precisions = [
        average_precision([name in wanted for name in answers.get(query, [])], len(wanted), first=5)
        for query, wanted in right.items()
    ]
    median = statistics.median(row["seconds"] for row in rows) * 1000
    return [Reached("MAP@5", statistics.mean(precisions), 0.90), Reached("median ms a statement", median)]


TASKS = {
    "check-worthy": Task(check_worthy, write_tsv, judge_check_worthy, "claimbuster/dev.tsv"),
    "attribution": Task(attribution, write_jsonl, judge_attribution, "litbank-quotes/dev.jsonl"),
    "figures": Task(figures_found, write_jsonl, judge_figures, "recognizers-text/dev.jsonl"),
    "similar": Task(similar, write_run, judge_similar, "claim-retrieval-averitec/queries.tsv"),
}


def running_text(data: Path | None) -> str:
    """A text to time: the sentences of debates where the data are there, or else the sample briefing."""
    sentences_in = data / TASKS["check-worthy"].data if data else None
    if sentences_in and sentences_in.exists():
        texts = [row["text"] for row in read_tsv(sentences_in, "text")]
        return "\n\n".join(" ".join(texts[start : start + 5]) for start in range(0, len(texts), 5))
    return (FIXTURES / "briefing.txt").read_text(encoding="utf-8")


def timed(text: str, sizes: Iterable[int]) -> Iterator[tuple[int, float, int]]:
    """For each size: characters, CPU seconds on one core, and by how much the memory grew beyond the text's own."""
    read_through(text[: 2 * SIZES[0]])  # the first text fills caches and is not measured
    for size in sorted(sizes):
        # Kept until the end: memory that was given back before would hide what the reading takes.
        laid_out = (text + "\n\n") * (size // (len(text) + 2) + 1)
        whole, before = laid_out[:size], peak()
        began = time.process_time()
        read_through(whole)
        yield size, time.process_time() - began, peak() - before


def grown(size: int = 5_000) -> Iterator[tuple[str, str, float]]:
    """For each reader and piece: how many times as long four times the text takes, the fastest of three runs each."""
    for read, pieces in SLOW.items():
        for piece in pieces:
            texts = [piece * (length // len(piece)) for length in (size, 4 * size)]
            one, four = (min(seconds(read, text) for _ in range(3)) for text in texts)
            yield read.__name__, piece, four / one


def seconds(read: Callable[[str], Any], text: str) -> float:
    """The CPU seconds that reading this text takes."""
    began = time.process_time()
    read(text)
    return max(time.process_time() - began, 1e-6)


def read_through(text: str) -> None:
    """All that is asked of a text when its assertions are looked for; none is kept."""
    for _ in assertions(text):
        pass


def peak() -> int:
    """The most memory that this process has had so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
