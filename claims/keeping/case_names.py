"""By which name each record of a case leaves, and which record a name is of: held in arrays, 16 bytes for each."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable


class Names:
    """One kind's: a number for each record, and its key in the database here; looked up by whichever rises."""

    def __init__(self, what: str, rows: Iterable[tuple[int, int]] = ()) -> None:
        """`rows` are pairs of what is looked up and what is found by it, rising."""
        self.what = what
        self.sought, self.found = array("q"), array("q")
        for one, other in rows:
            self.add(one, other)

    def add(self, sought: int, found: int) -> None:
        """Keep one more."""
        self.sought.append(sought)
        self.found.append(found)

    def __len__(self) -> int:
        return len(self.sought)

    def get(self, sought: int) -> int | None:
        """What is found by this; None where it is not there."""
        at = bisect_left(self.sought, sought)
        return self.found[at] if at < len(self.sought) and self.sought[at] == sought else None

    @property
    def last(self) -> int:
        """The last that was kept; 0 where none was."""
        return self.sought[-1] if self.sought else 0
