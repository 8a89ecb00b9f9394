"""The process that reads one file: it takes its own rights away before the first byte of the file comes in."""

import json
import os
import resource
import signal
import sys
from dataclasses import asdict
from importlib import import_module
from typing import Any

from claims.loading.formats.parsed import Fault
from claims.text.normalising import Unreadable

READERS = {
    "text": "plain", "markdown": "plain", "html": "web_page", "pdf": "pdf", "docx": "word", "eml": "mail",
    "picture": "picture",
}  # fmt: skip
MEMORY = 1_000_000_000  # bytes of address space
CPU_SECONDS, WALL_SECONDS = 20, 30
OPEN_FILES = 32
FORBIDDEN = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.spawn", "os.posix_spawn", "os.system", "ctypes.dlopen",
    "os.remove", "os.rmdir", "os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "os.lchown", "os.chflags", "os.utime", "os.setxattr", "os.removexattr", "os.kill", "signal.pthread_kill",
    "shutil.", "tempfile.",
)  # fmt: skip


def main() -> None:
    """Read the file on standard input and print what is in it, or what is wrong with it, as JSON."""
    kind, options = sys.argv[2], json.loads(sys.argv[3])
    # Before the limits: importing may have to write down what it compiled, and knows nothing of the file yet.
    reader = import_module(f"claims.loading.formats.{READERS[kind]}")
    confine()
    answer = answered(reader.read, options)
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
    # What a library would still tidy up is gone with the process.
    os._exit(0)


def answered(read: Any, options: dict[str, Any]) -> dict[str, Any]:
    """What a reader found in the file, or `fault`: a reason and its detail."""
    try:
        return asdict(read(sys.stdin.buffer.read(), **options))
    except Fault as fault:
        return {"fault": [fault.reason, fault.detail]}
    except Unreadable as fault:
        return {"fault": [fault.reason, fault.position or 0]}
    except MemoryError:
        return {"fault": ["memory", ""]}
    except RecursionError:
        return {"fault": ["deep", ""]}
    except Exception as error:  # whatever a library thinks of a broken file: its name goes to the log
        return {"fault": ["broken", f"{type(error).__name__}: {error}"[:300]]}


def confine() -> None:
    """Limits on memory, time, processes and files from here on, and a net for what Python itself is asked to do.

    The limits hold for whatever runs here. The net holds for Python alone: a library's native code, were it
    taken over by a file, calls the system past it, and could still reach the network, remove or rename files
    and signal other processes as far as the account may. Who fears that runs the workbench in a container.
    """
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
    }
    for which, most in limits.items():
        resource.setrlimit(which, (most, most))
    # Should whoever started this be gone, nobody else would end it.
    signal.alarm(WALL_SECONDS)
    sys.addaudithook(watch)


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """What no reader needs is refused by name, where Python is asked for it; native code is not seen here."""
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)
    if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        raise PermissionError(event)
