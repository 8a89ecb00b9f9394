"""Office files are zip archives; here they get the same bytes on every machine."""

import io
import zipfile

EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip archive can name


def repacked(archive: bytes) -> bytes:
    """The archive with its members in the same order and as they are, without time, rights or compression.

    Compressed bytes depend on the zlib of the machine: zlib-ng, which Python brings on Windows and some
    distributions build on, packs the same text otherwise.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, EARLIEST)
            member.create_system = 3  # otherwise it names the machine's own
            member.external_attr = 0o644 << 16
            new.writestr(member, old.read(name))
    return out.getvalue()
