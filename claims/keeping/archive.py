"""The form of a backup: a tar file that begins with what it is of, and ends with a manifest of all that is in it.

What is written is hashed on its way, and what is read is too; nothing is held in memory but one piece. The members:

    about.json                        format, program, kind of database, migrations, heads of the log
    heads/NAME keys/HEX.key           heads of the log, and the keys that sign, as they stand in the data folder
    secret_key demo                   where they stand in the data folder
    database.sqlite3.gz               or database.dump, as pg_dump writes it
    files/HEX                         each file of the store under its SHA-256
    manifest.json                     what about.json says, SHA-256 and size of each member, and what was amiss
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
import zlib
from collections.abc import Callable
from typing import IO, Any, Self, cast

from claims.models import Refused

FORMAT = "workbench-backup/1"
ABOUT, MANIFEST = "about.json", "manifest.json"
SQLITE, POSTGRES = "database.sqlite3.gz", "database.dump"
CHUNK = 1 << 20
MOST = 1 << 30  # bytes of a manifest, which is held in memory: enough for ten million files
# A case's code is what `heads` takes it for: the name of a file.
MEMBER = re.compile(
    r"about\.json|manifest\.json|heads/[A-Za-z0-9_][A-Za-z0-9_.-]*|keys/[0-9a-f]{64}\.key|secret_key|demo"
    r"|database\.sqlite3\.gz|database\.dump|files/[0-9a-f]{64}"
)


class Hashed:
    """A stream that is read once, hashed and measured as it goes by."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.hash, self.size = stream, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        """Some of it, or all the rest."""
        piece = self.stream.read(size)
        self.hash.update(piece)
        self.size += len(piece)
        return piece

    def drain(self) -> None:
        """Read what nobody wanted."""
        while self.read(CHUNK):
            pass


class Writer:
    """A backup on its way out, to any stream."""

    def __init__(self, out: IO[bytes], about: dict[str, Any]) -> None:
        self.out: IO[bytes] | None = out
        self.tar = tarfile.open(fileobj=cast(IO[bytes], self), mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed at the end
        self.about = {"format": FORMAT} | about
        self.members: dict[str, dict[str, Any]] = {}
        self.amiss: dict[str, str] = {}
        self.put(ABOUT, written(self.about))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *fault: object) -> None:
        """End it with its manifest; where something went wrong, write no more, and leave it without."""
        if kind is None:
            self.put(MANIFEST, written(self.about | {"members": self.members, "amiss": self.amiss}))
        else:
            self.out = None  # tarfile writes an end even when it is only cleared away
        self.tar.close()

    def write(self, piece: bytes) -> int:
        """What tarfile makes of it, on to where it goes."""
        return self.out.write(piece) if self.out else len(piece)

    def put(self, name: str, content: bytes) -> None:
        """Add what is in memory."""
        self.add(name, io.BytesIO(content), len(content))

    def add(self, name: str, stream: IO[bytes], size: int) -> str:
        """Add so many bytes of a stream; gives their SHA-256. Raises OSError where there are fewer."""
        if not MEMBER.fullmatch(name):
            raise ValueError(f"{name!r} is no part of a backup")
        member, passing = tarfile.TarInfo(name), Hashed(stream)
        member.size, member.mode = size, 0o400
        self.tar.addfile(member, passing)
        self.members[name] = {"sha256": passing.hash.hexdigest(), "size": size}
        return passing.hash.hexdigest()


def written(value: dict[str, Any]) -> bytes:
    """As JSON."""
    return json.dumps(value, indent=1, ensure_ascii=False).encode()


type Take = Callable[[str, Hashed], object]


def read(stream: IO[bytes], take: Take, *, before: Callable[[dict[str, Any]], object] = lambda about: None) -> Any:
    """Read a backup from its beginning to its end, and give its manifest.

    `before` hears what the backup is of before anything else is read; `take` gets each member's name and bytes, of
    which it need not read all. What it was given is true only once this has come back. Raises Refused, in a sentence,
    for what is no backup, is cut off or is not as it was written; and whatever the two raise.
    """
    seen: dict[str, dict[str, Any]] = {}
    about: dict[str, Any] = {}
    try:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or not MEMBER.fullmatch(member.name) or member.name in seen:
                    raise Refused(f"It is no backup: {member.name[:80]!r} is no part of one.")
                if not seen and member.name != ABOUT:
                    raise Refused("It is no backup of a workbench: it does not begin with what it is of.")
                if member.name == MANIFEST:
                    return compared(content.read(MOST), about, seen)
                passing = Hashed(content)
                if member.name == ABOUT:
                    about = parsed(passing.read(MOST))
                    before(about)
                else:
                    take(member.name, passing)
                passing.drain()
                seen[member.name] = {"sha256": passing.hash.hexdigest(), "size": passing.size}
    except (tarfile.TarError, EOFError, zlib.error) as fault:
        what = "It is damaged or cut off" if seen else "It is no backup of a workbench"
        raise Refused(f"{what}: {fault}.") from fault
    raise Refused("It is cut off: the manifest that ends a backup is missing.")


def parsed(content: bytes) -> Any:
    """What stands in about.json or in the manifest. Raises Refused."""
    try:
        value = json.loads(content)
        form = value["format"]
    except (ValueError, TypeError, KeyError) as fault:
        raise Refused("It is damaged, or no backup of a workbench: what it says of itself cannot be read.") from fault
    if form != FORMAT:
        raise Refused(f"It has the form {form!r}, and this program reads {FORMAT}: a newer program may have made it.")
    return value


def compared(content: bytes, about: dict[str, Any], seen: dict[str, dict[str, Any]]) -> Any:
    """The manifest, if what was read is what it lists. Raises Refused, by the first name that differs."""
    manifest = parsed(content)
    listed = manifest.get("members")
    if not isinstance(listed, dict) or manifest != manifest | about or content != written(manifest):
        raise Refused("It is damaged: its manifest is not what was written.")
    for name in sorted(seen.keys() | listed.keys()):
        if name not in seen:
            raise Refused(f"It is damaged: {name} is missing.")
        if name not in listed:
            raise Refused(f"It is damaged: its manifest knows nothing of {name}.")
        if seen[name] != listed[name]:
            raise Refused(f"It is damaged: {name} is not what was written.")
    return manifest
