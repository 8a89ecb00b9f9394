"""A disk of a server's own, small and soon full or not to be written to. It is gone with the server.

The server runs in a namespace of its own, in which a file system in memory is mounted: anybody may do that where the
kernel lets them, and nothing outside sees it.
"""

import errno
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.processes import ROOT
from tests.serving import until

APART = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
MOUNT = 'mount -t tmpfs -o "size=$1" disk "$2"'


@cache
def why_not():
    """Why there can be no such disk on this machine; "" where there can."""
    if not (shutil.which("unshare") and shutil.which("nsenter")):
        return "there is no unshare on this machine, so no disk can be mounted"
    tried = subprocess.run([*APART, "sh", "-c", MOUNT, "-", "64k", "/mnt"], capture_output=True, text=True)
    return f"nothing can be mounted here: {tried.stderr}" if tried.returncode else ""


class Disk:
    """A disk at a place, filled with what stands in a folder; `within` is the command that runs a server on it."""

    def __init__(self, place, folder=None, size="64m"):
        if why_not():
            pytest.skip(why_not())
        place.mkdir()
        self.place, fill = place, f' && cp -a "{folder}/." "$2/"' if folder else ""
        self.within = [*APART, "sh", "-c", f'{MOUNT}{fill} && shift 2 && exec "$@"', "-", size, str(place)]

    def inside(self, process):
        """The place as the server's process sees it."""
        return Path(f"/proc/{process}/root{self.place}")

    def fill_up(self, process):
        """Write until there is not a byte left; the file to remove when there is to be room again."""
        ballast = self.inside(process) / "ballast"
        with open(ballast, "wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError as fault:
                    if fault.errno != errno.ENOSPC:
                        raise
        return ballast

    def beside(self, process):
        """What runs a command where the server's process runs."""
        way = ["--mount"] if os.getuid() == 0 else ["--user", "--preserve-credentials", "--mount"]
        return ["nsenter", f"--target={process}", *way, f"--wd={ROOT}"]

    def turn(self, process, how):
        """Mount it anew, `ro` or `rw`: False while somebody has a file open to write to."""
        command = [*self.beside(process), "mount", "-o", f"remount,{how}", self.place]
        return subprocess.run(command, capture_output=True).returncode == 0

    def take_writes_away(self, process):
        """Have it be read-only, once nobody writes to it."""
        assert until(lambda: self.turn(process, "ro"))

    def give_back(self, process):
        """Have it take writes again."""
        assert self.turn(process, "rw")
