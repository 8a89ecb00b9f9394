"""Running text put together piece by piece: white space collapses as in a browser, paragraphs stay apart."""

import re

from claims.loading.formats.parsed import LONGEST_TEXT, Fault

SPACES = re.compile("[ \t\r\n\f]+")
SPACES_ONLY = re.compile("  +")
AROUND_BREAKS = re.compile(" *([\t\n]) *")


class Paragraphs:
    """Paragraphs under way. Raises Fault where they grow beyond what a document may hold."""

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._now: list[str] = []
        self._length = 0

    def write(self, words: str) -> None:
        """Words of the paragraph under way."""
        self._length += len(words)
        if self._length > LONGEST_TEXT:
            raise Fault("long", LONGEST_TEXT)
        self._now.append(SPACES.sub(" ", words))

    def line(self) -> None:
        """A new line in the same paragraph."""
        self._now.append("\n")

    def cell(self) -> None:
        """The next cell of a table's row."""
        self._now.append("\t")

    def end(self, *, row: bool = False) -> None:
        """The paragraph ends here, or the row of a table, which stays close to the row before."""
        words = AROUND_BREAKS.sub(r"\1", SPACES_ONLY.sub(" ", "".join(self._now))).strip()
        self._now = []
        if words:
            self._blocks.append(words + ("\n" if row else "\n\n"))
        elif not row and self._blocks and not self._blocks[-1].endswith("\n\n"):
            self._blocks[-1] += "\n"

    def text(self) -> str:
        """All of them."""
        self.end()
        return "".join(self._blocks).rstrip("\n")
