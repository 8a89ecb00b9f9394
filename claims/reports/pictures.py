"""The pictures of a report, from its frozen data alone; the app's pages draw theirs by the same functions.

What a picture shows stands in words elsewhere in the report or in the table beside it. Data of earlier formats lack
some of it: then there is no picture.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils import dateformat
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from claims.models.quantities import COMPARED
from claims.weighing.agreement import size_of
from claims.weighing.figures import Figure, comparable, series_key
from claims.weighing.pictures.agreement import Answer, Coefficient, answers, coefficients
from claims.weighing.pictures.lineage import Link, Node, lineage
from claims.weighing.pictures.ranges import Range, ranges
from claims.weighing.pictures.ratings import Share, ratings
from claims.weighing.pictures.svg import Picture
from claims.weighing.pictures.timeline import Day, Lane, timeline

from . import wording
from .snapshots import Snapshot

SERIES, FIGURES = 20, 30  # figures that count the same: how many such groups are drawn, and of each how many
SIGNS = {"supported": "✓", "mixed": "≈", "refuted": "✕", "unverified": "?"}
STANCES = {"supports": "+", "refutes": "\N{MINUS SIGN}", "context": "•"}
LOOKS = {
    "agrees": "supported", "overlaps": "mixed", "other_date": "unverified", "other_definition": "unverified",
    "contradicts": "refuted",
}  # fmt: skip
UNDEFINED = "–"
NAMED = ' xmlns="http://www.w3.org/2000/svg"'


@dataclass(frozen=True)
class Drawn:
    """A picture as the formats place it: as SVG, in words, and as a table."""

    kind: str
    title: str
    said: str
    svg: str
    width: int
    height: int
    columns: list[str]
    rows: list[list[str]]

    @property
    def inline(self) -> str:
        """The SVG as it stands in a web page, which needs no name of its language."""
        return self.svg.replace(NAMED, "", 1)


def placed(picture: Picture | None, name: str) -> list[Drawn]:
    """The picture under a name that is its own in the report; none where nothing was drawn."""
    if picture is None:
        return []
    size = picture.width, picture.height
    return [Drawn(picture.kind, picture.title, picture.said, picture.svg(name), *size, picture.columns, picture.rows)]


class Pictures:
    """The pictures of a report, from its snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.documents = {document["number"]: document for document in snapshot["documents"]}
        self.exhibits = {exhibit["id"]: exhibit for exhibit in snapshot.get("exhibits") or []}

    def shows(self, section: str) -> bool:
        """Whether a section was chosen; before one could choose, all were."""
        return "sections" not in self.snapshot or section in self.snapshot["sections"]

    def of_claim(self, claim: Mapping[str, Any]) -> list[Drawn]:
        """Those of one claim: when things were, where its evidence comes from, and its figures."""
        name = f"claim-{claim['number']}"
        drawn = placed(claim_timeline(claim, self.documents), f"{name}-timeline")
        if self.shows("lineage"):
            drawn += placed(claim_lineage(claim, self.exhibits), f"{name}-lineage")
        for n, picture in enumerate(claim_ranges(claim) if self.shows("figures") else [], 1):
            drawn += placed(picture, f"{name}-figures-{n}")
        return drawn

    def of_figures(self) -> list[Drawn]:
        """The figures of several claims that count the same."""
        series = series_ranges(self.snapshot["claims"]) if self.shows("figures") else []
        return [each for n, one in enumerate(series, 1) for each in placed(one, f"report-figures-{n}")]

    def of_agreement(self) -> list[Drawn]:
        """How far the reviewers agree, and which of their answers stand beside which."""
        if not self.shows("agreement"):
            return []
        told = placed(agreement_coefficients(self.snapshot.get("agreement")), "report-agreement")
        return told + placed(agreement_answers(self.snapshot), "report-answers")


def of_ratings(shares: Iterable[tuple[str, str, str, int]]) -> list[Drawn]:
    """How many claims have each rating, given as (label, look, sign, count)."""
    columns = [_("Rating"), _("Claims"), _("Share")]
    return placed(ratings([Share(*share) for share in shares], title=_("Ratings"), columns=columns), "report-ratings")


# ---- when things were


def spell(day: datetime.date, unit: str) -> str:
    """A day as an axis or a table tells it."""
    return _spelt(day, {"year": "Y", "month": "M Y", "day": "j M Y"}[unit], get_language())


@lru_cache(maxsize=4096)
def _spelt(day: datetime.date, form: str, language: str | None) -> str:
    return dateformat.format(day, form)


def claim_timeline(claim: Mapping[str, Any], documents: Mapping[int, Mapping[str, Any]]) -> Picture | None:
    """The days of a claim, of its documents, its evidence and its verdicts; None where fewer than two are known."""
    cited = {passage["document"] for passage in claim["passages"]}
    published = [documents[number] for number in sorted(cited) if number in documents]
    figures = [q for q in claim["quantities"] if q["as_of"] and q["as_of"] != claim["as_of"]]
    lanes = [
        _once(_("As of"), claim["as_of"], guide=True),
        Lane(_("Figures, as of"), "own", "diamond", [_day(q["as_of"], "", q["measure"]) for q in figures]),
        Lane(_("Document published"), "own", "square",
             [_day(each["published"], str(each["number"]), each["title"]) for each in published]),
        *_evidence_lanes(claim["evidence"]),
        Lane(_("Verdict"), "unverified", "square", [_signed(verdict) for verdict in _verdicts(claim)]),
        _once(_("Resolves on"), claim["resolves_on"]),
        _once(_("Review by"), claim["review_by"]),
    ]  # fmt: skip
    columns, title = [_("When"), _("What"), _("Which")], _("Timeline")
    return timeline(lanes, title=title, spell=spell, columns=columns, undated=_("no date"))


def _evidence_lanes(evidence: Sequence[Mapping[str, Any]]) -> list[Lane]:
    names = {
        "supports": _("Evidence that supports"),
        "refutes": _("Evidence that refutes"),
        "context": _("Context"),
    }
    lanes = [
        Lane(names[stance], stance, "circle", [
            _day(item["published"], str(item["number"]), cited(item))
            for item in evidence if item["stance"] == stance and not item.get("absence")
        ])
        for stance in names
    ]  # fmt: skip
    searches = [item for item in evidence if item.get("absence")]
    days = [_day(item["absence"]["searched_on"], str(item["number"]), item["absence"]["query"]) for item in searches]
    return [*lanes, Lane(_("Searched, not found"), "none", "circle", days)]


def cited(item: Mapping[str, Any]) -> str:
    """A piece of evidence by its number and what it is."""
    return ", ".join(filter(None, (f"{item['number']} {item['source_name']}".strip(), item["exhibit"])))


def _verdicts(claim: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*claim["earlier_verdicts"], *([claim["verdict"]] if claim["verdict"] else [])]


def _signed(verdict: Mapping[str, Any]) -> Day:
    day = (verdict["signed_off_at"] or "")[:10]
    return _day(day, SIGNS.get(verdict["look"], "?"), verdict["label"])._replace(look=verdict["look"])


def _once(name: str, day: str | None, *, guide: bool = False) -> Lane:
    return Lane(name, "own", "diamond", [_day(day, "", "")] if day else [], guide)


def _day(day: str | None, label: str, said: str) -> Day:
    try:
        return Day(datetime.date.fromisoformat(day or ""), label, said)
    except ValueError:
        return Day(None, label, said)


# ---- where evidence comes from


def claim_lineage(claim: Mapping[str, Any], exhibits: Mapping[int, Mapping[str, Any]]) -> Picture | None:
    """Speakers, what they put out, and what repeats it; None where the data do not say, or there is nothing."""
    items: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for item in claim["evidence"]:
        if item.get("exhibit_id") in exhibits:
            items[item["exhibit_id"]].append(item)
    keys = _with_originals(list(items), exhibits)
    speakers = dict.fromkeys(name for key in keys if (name := exhibits[key]["source_name"]))
    nodes = [Node(("speaker", name), "speaker", name, _("speaker"), leftmost=True) for name in speakers]
    nodes += [exhibit_node(key, exhibits[key]["title"], items[key]) for key in keys]
    links = [
        Link(("speaker", name), key, said_out(name, exhibits[key]["title"]))
        for key in keys
        if (name := exhibits[key]["source_name"])
    ]
    links += [
        Link(each["exhibit"], key, f"{exhibits[key]['title']} {each['label']} {exhibits[each['exhibit']]['title']}")
        for key in keys
        for each in exhibits[key]["repeats"]
        if each["exhibit"] in exhibits
    ]
    if not links:
        return None  # exhibits that nothing leads to are listed with the evidence
    try:
        return lineage_of(nodes, links, claim.get("origins", {}).get("said", ""))
    except ValueError:
        return None  # a circle: nothing that we have frozen has one, but data from elsewhere might


def lineage_of(nodes: Sequence[Node], links: Sequence[Link], counted: str) -> Picture | None:
    """The drawing, with what is counted said beside it."""
    way = _("From the speakers at the left to what they put out, and on to what repeats it.")
    said = " ".join(filter(None, (f"{counted.rstrip('.')}." if counted else "", way)))
    columns = [_("Exhibit"), _("What it is"), _("Where it comes from")]
    cut = _("Only the first are drawn; the table has all.")
    return lineage(nodes, links, title=_("Where the evidence comes from"), said=said, columns=columns, cut=cut)


def said_out(speaker: str, exhibit: str) -> str:
    """That somebody put something out."""
    return _("%(speaker)s put out %(exhibit)s") % {"speaker": speaker, "exhibit": exhibit}


def exhibit_node(key: int, title: str, items: Sequence[Mapping[str, Any]]) -> Node:
    """An exhibit as it is drawn: how it bears on the claim, and for which origin it counts."""
    looks = {item["stance"] for item in items}
    look = "repeated" if not items else looks.pop() if len(looks) == 1 else "mixed"
    what = ", ".join(f"{STANCES[item['stance']]} {item['number']}" for item in items) or _("only repeated")
    if len(items) == 1:
        what += f" {items[0]['stance_label']}"
    origins = {item["origin"] for item in items}
    if origins and None not in origins:
        what += " · " + _("origin %(n)s") % {"n": ", ".join(str(origin) for origin in sorted(origins))}
    elif items:
        what += " · " + _("lineage unknown")
    return Node(key, look, title, what)


def _with_originals(keys: list[int], exhibits: Mapping[int, Mapping[str, Any]]) -> list[int]:
    seen, waiting = dict.fromkeys(keys), list(keys)
    while waiting:
        for each in exhibits[waiting.pop()]["repeats"]:
            if each["exhibit"] in exhibits and each["exhibit"] not in seen:
                seen[each["exhibit"]] = None
                waiting.append(each["exhibit"])
    return list(seen)


# ---- figures


def claim_ranges(claim: Mapping[str, Any]) -> list[Picture]:
    """For each of the claim's figures, that and those of its evidence that count the same, where there are such."""
    brought = [(cited(item), q) for item in claim["evidence"] for q in item.get("quantities", [])]
    drawn = []
    for own in claim["quantities"]:
        same = [(whose, q) for whose, q in brought if q["compared"] and comparable(_figure(own), _figure(q))]
        drawn += [_ranges([(_("the claim"), own), *same])] if same else []
    return [picture for picture in drawn if picture]


def series_ranges(claims: Iterable[Mapping[str, Any]]) -> list[Picture]:
    """The figures of several claims that count the same, each group on one axis, the largest groups first."""
    series: dict[str, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for claim in claims:
        for quantity in claim["quantities"]:
            if quantity["low"] or quantity["high"]:
                series[series_key(_figure(quantity))].append((claim["ref"], quantity))
    several = [lines for lines in series.values() if len({ref for ref, _quantity in lines}) > 1]
    several.sort(key=len, reverse=True)
    return [picture for lines in several[:SERIES] if (picture := _ranges(lines))]


def _ranges(lines: Sequence[tuple[str, Mapping[str, Any]]]) -> Picture | None:
    first = lines[0][1]
    own, shown = _figure(first), []
    for whose, quantity in lines[:FIGURES]:
        # Between claims nothing is said of how figures compare: the data do not hold which were told apart.
        figure, kind = _figure(quantity), quantity.get("compared")
        factor = figure.counted_in.factor / own.counted_in.factor
        low, high = (None if end is None else float(end * factor) for end in (figure.low, figure.high))
        said = f"{wording.span(quantity['low'], quantity['high'])} {quantity['unit']}".strip()
        word = str(COMPARED[kind]) if kind else ""
        shown.append(Range(whose, low, high, said, wording.day(quantity["as_of"]), LOOKS.get(kind or "", "own"), word))
    counted = " · ".join(filter(None, (first["measure"], first["entity"], first["place"])))
    if len(lines) > FIGURES:
        told = {"counted": counted, "n": FIGURES, "all": f"{len(lines):,}"}
        counted = _("%(counted)s: the first %(n)s of %(all)s figures") % told
    return figure_ranges(shown, counted)


def figure_ranges(lines: Sequence[Range], counted: str) -> Picture | None:
    """Figures on one axis, the first being what the others are held against."""
    columns = [_("Whose"), _("Figure"), _("As of"), _("Compared")]
    return ranges(lines, title=counted or _("Figures"), columns=columns)


def _figure(quantity: Mapping[str, Any]) -> Figure:
    low, high = (Decimal(quantity[end]) if quantity[end] else None for end in ("low", "high"))
    as_of = _day(quantity["as_of"], "", "").day
    return Figure(quantity["measure"], low, high, quantity["unit"], quantity["entity"], quantity["place"], as_of)


# ---- agreement


def agreement_coefficients(figures: Mapping[str, Any] | None) -> Picture | None:
    """Alpha as a report's data tell it, with its interval."""
    if not figures:
        return None
    low, high = figures["interval"] or (None, None)
    n = ngettext("%(n)s review", "%(n)s reviews", figures["rounds"]) % {"n": f"{figures['rounds']:,}"}
    nominal, ordinal = _value(figures["alpha_nominal"]), _value(figures["alpha_ordinal"])
    return alphas_of([
        (_("Alpha, nominal"), n, nominal, _value(low), _value(high)),
        (_("Alpha, ordinal"), _("answers on the scale alone"), ordinal, None, None),
    ])  # fmt: skip


def alphas_of(rows: Iterable[tuple[str, str, float | None, float | None, float | None]]) -> Picture | None:
    """Coefficients, each (what it is, what it rests on, its value, and between what it lies)."""
    columns = [_("What"), _("How many"), _("Figure")]
    drawn = [Coefficient(name, n, value, low, high, _lying(value, low, high)) for name, n, value, low, high in rows]
    return coefficients(drawn, title=_("How far the reviewers agree"), columns=columns)


def _lying(value: float | None, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return two_places(value)
    told = {"value": two_places(value), "low": two_places(low), "high": two_places(high)}
    return _("%(value)s (%(low)s to %(high)s)") % told


def two_places(value: float | None) -> str:
    """A coefficient with two places."""
    # A minus, not a hyphen; and what rounds to nothing has no sign.
    return UNDEFINED if value is None else f"{round(value, 2) + 0:.2f}".replace("-", "\N{MINUS SIGN}")


def _value(told: str | float | None) -> float | None:
    return None if told is None else float(told)


def agreement_answers(snapshot: Snapshot) -> Picture | None:
    """Which first answers stand beside which, counted in the frozen claims; None where none has two."""
    patterns: Counter[tuple[str, ...]] = Counter()
    for claim in snapshot["claims"]:
        rounds: dict[int, list[str]] = defaultdict(list)
        for given in claim["assessments"]:
            if not given.get("follows"):
                rounds[given["round"]].append(given["rating"])
        patterns.update(tuple(sorted(each)) for each in rounds.values())
    if not size_of(patterns).units:
        return None
    scale = [(rating["code"], rating["label"], rating["look"]) for rating in snapshot["scale"]["ratings"]]
    return answers_of(scale, patterns)


def answers_of(scale: Iterable[tuple[Any, str, str]], patterns: Mapping[tuple[Any, ...], int]) -> Picture | None:
    """Which answers, as (key, label, look), stand beside which."""
    shown = [Answer(key, label, look, SIGNS.get(look, "?")) for key, label, look in scale]
    columns = [_("One answer"), _("The other"), _("Pairs of answers")]
    return answers(shown, patterns, title=_("Which answers stand beside which"), columns=columns)
