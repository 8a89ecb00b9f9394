"""Where the files beside the pages are collected: in a folder that bears the name of what they were made of.

So two versions of the program serve their own from one data folder, while one takes over from the other: the pages that
are open go on having what they were made with. Where the newer one brings migrations, `/readyz` sends nobody new to the
older.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path


def collected_in(folder: Path, apps: Iterable[str]) -> Path:
    """The folder for all that these apps bring along, as it lies there now."""
    made_of = hashlib.sha256()
    for app in apps:
        spec = find_spec(app)
        for place in (spec and spec.submodule_search_locations) or ():
            for path in sorted(files_in(Path(place) / "static")):
                file = os.stat(path)
                made_of.update(f"{path.relative_to(place)}\0{file.st_size}\0{file.st_mtime_ns}\n".encode())
    return folder / made_of.hexdigest()[:16]


def files_in(folder: Path) -> Iterable[Path]:
    """Every file below it."""
    for directory, _, names in os.walk(folder):
        yield from (Path(directory) / name for name in names)
