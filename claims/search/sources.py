"""Finding sources by their names and other names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import batched

from claims.models import Role, Source, User
from claims.search.everything import Term, found, in_cases
from claims.search.words import WORDS, folded

MOST_LIKE = 50  # of sources whose names hold the same words, so many are held against a name


def named(words: str, reader: User, most: int) -> list[int] | None:
    """The keys of sources in whose names each of these begins a word, the newest `most`; None where no word is given.

    Only of sources that the reader sees and that were not merged into another.
    """
    asked = [Term(word, begins=True) for word in words.replace("\0", " ").split() if WORDS.search(folded(word))]
    return _keys(asked[:20], reader, most) if asked else None


def called(name: str, reader: User) -> list[Source]:
    """The sources that bear this very name, be it as another name of theirs; capitals and accents do not matter."""
    if not WORDS.search(folded(name)):
        return list(Source.objects.visible_to(reader).listed().filter(name=name).order_by("pk")[:MOST_LIKE])
    keys = _keys([Term(name.replace("\0", " "))], reader, MOST_LIKE)
    sources = Source.objects.visible_to(reader).filter(pk__in=keys).order_by("pk") if keys else []
    wanted = plain(name)
    return [source for source in sources if wanted in map(plain, source.names)]


def finder(names: list[str], reader: User) -> Callable[[str], list[Source]]:
    """Finds what is `called` so. Of these names, those that are borne to the letter are looked up many at once."""
    exact: dict[str, list[Source]] = defaultdict(list)
    for some in batched(names, 500, strict=False):
        for source in Source.objects.visible_to(reader).listed().filter(name__in=some).order_by("pk"):
            exact[source.name].append(source)

    def find(name: str) -> list[Source]:
        return exact.get(name) or called(name, reader)

    return find


def plain(name: str) -> str:
    """A name as it is compared with others."""
    return " ".join(folded(name).split())


def _keys(asked: list[Term], reader: User, most: int) -> list[int]:
    roles = in_cases(reader, None)
    if roles == {}:
        return []
    reads = [key for key, role in (roles or {}).items() if role == Role.READER]
    return found("source", asked, None if roles is None else list(roles), None, most, reads, named=True)
