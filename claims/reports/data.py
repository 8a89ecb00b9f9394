"""The report as data: the snapshot itself, with its hash beside it."""

from .snapshots import Snapshot, canonical, digest


def render(snapshot: Snapshot) -> bytes:
    """``{"sha256":…,"snapshot":…}`` in one line.

    The snapshot stands in it in its canonical spelling, so that a stranger needs no JSON library to check it:
    the SHA-256 is that of everything between ``"snapshot":`` and the last brace.
    """
    return b'{"sha256":"%s","snapshot":%s}\n' % (digest(snapshot).encode(), canonical(snapshot))
