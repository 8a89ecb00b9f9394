"""Help: how a claim moves, drawn from the one table of moves that the rules themselves read."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from claims.models import MOVES, Role, Status
from claims.models.moves import Move
from claims.views.access import Request
from claims.weighing.moves_picture import BOX, TALL, Drawn, pictured


@dataclass(frozen=True)
class Row:
    """A move with its arrows, and in words where it starts, where it ends, and who may make it."""

    move: Move
    drawn: Drawn
    starts: str
    end: str
    roles: str

    @property
    def said(self) -> str:
        """The whole of it, for whoever points at its arrows."""
        return f"{self.move.label}: {self.starts} → {self.end}"


def moves_help(request: Request) -> HttpResponse:
    """The states that a claim can be in, and the moves between them: as a picture and as a table."""
    moves = list(MOVES.values())
    picture = pictured(list(Status), [(move.name, move.start, move.end) for move in moves])
    rows = [
        Row(
            move,
            drawn,
            ", ".join(str(status.label) for status in Status if status in move.start),
            str(move.end.label),
            ", ".join(str(role.label) for role in Role if role in move.roles),
        )
        for move, drawn in zip(moves, picture.moves, strict=True)
    ]
    labels = [(state, Status(str(state.key)).label) for state in picture.states]
    context = {
        "room": "help",
        "picture": picture,
        "states": labels,
        "rows": rows,
        "box": {"width": BOX, "height": TALL},
    }
    return render(request, "claims/help.html", context)
