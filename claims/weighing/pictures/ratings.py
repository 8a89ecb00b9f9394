"""How many claims have each rating: a row for each, its bar as long as its share of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from claims.weighing.pictures.svg import FAINT, RULE, SOFT, STRONG, Picture, bar, escaped, tag, wide, words

WIDTH, ROW, BAR = 360, 38, 11


class Share(NamedTuple):
    """A rating (or none) with its look and sign, and how many claims have it."""

    label: str
    look: str
    sign: str
    claims: int


def ratings(shares: Sequence[Share], *, title: str, columns: Sequence[str]) -> Picture | None:
    """The bars; None where nothing is counted. The columns of the table are rating, how many, and share."""
    total = sum(share.claims for share in shares)
    if not total:
        return None
    rows = [[share.label, f"{share.claims:,}", percent(share.claims, total)] for share in shares]
    body = "".join(_row(n * ROW, share, rows[n], total) for n, share in enumerate(shares))
    said = "; ".join(f"{label}: {count} ({part})" for label, count, part in rows)
    return Picture("ratings", title, said, WIDTH, len(shares) * ROW + 2, body, list(columns), rows)


def percent(count: int, total: int) -> str:
    """A share as a percentage; all and nothing are said of what is so exactly."""
    if count in (0, total):
        return f"{100 if count else 0} %"
    return f"{min(99, max(1, round(100 * count / total)))} %"


def _row(y: int, share: Share, cells: list[str], total: int) -> str:
    strong, figure = STRONG.get(share.look, FAINT), f"{cells[1]} · {cells[2]}"
    room = WIDTH - 22 - wide(figure) - 12
    track = tag("rect", x=1, y=y + 20, width=WIDTH - 2, height=BAR, rx=2, class_="track", fill=SOFT["unverified"])
    line = tag("path", d=f"M1 {y + 20 + BAR}H{WIDTH - 1}", class_="rule", stroke=RULE, fill="none")
    length = max(3.0, (WIDTH - 2) * share.claims / total) if share.claims else 0
    parts = [
        words(8, y + 14, share.sign, anchor="middle", bold=True, look=f"sign {share.look}", fill=strong),
        words(20, y + 14, share.label, room=room, bold=True),
        words(WIDTH - 1, y + 14, figure, anchor="end", look="faint", fill=FAINT),
        track, line,
    ]  # fmt: skip
    if length:
        parts.append(bar(1, y + 20, length, BAR, share.look))
    return tag("g", tag("title", escaped(f"{cells[0]}: {cells[1]} ({cells[2]})")), *parts)
