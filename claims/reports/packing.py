"""Office files are zip archives; here they get the same bytes on every machine."""

import io
import re
import zipfile

EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip archive can name
# What XML 1.0 cannot hold. The door drops it; a report made before there was a door may have it.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


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
