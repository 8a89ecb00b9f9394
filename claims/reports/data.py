"""The report as data: the snapshot itself, with its hash beside it."""

from collections.abc import Iterable, Iterator

from .snapshots import Snapshot, canonical, digest


def render(snapshot: Snapshot) -> bytes:
    """``{"sha256":…,"snapshot":…}`` in one line.

    The snapshot stands in it in its canonical spelling, so that a stranger needs no JSON library to check it:
    the SHA-256 is that of everything between ``"snapshot":`` and the last brace.
    """
    return "".join(pieces(digest(snapshot), [canonical(snapshot).decode()])).encode()


def pieces(sha256: str, snapshot: Iterable[str]) -> Iterator[str]:
    """The same piece by piece, given the pieces of the snapshot's canonical spelling."""
    yield f'{{"sha256":"{sha256}","snapshot":'
    yield from snapshot
    yield "}\n"
