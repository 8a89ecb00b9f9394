"""A stranger's file is read in a process of its own, with limits: the worst one ends nothing but that process."""

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any, cast

from claims.loading.formats.child import CPU_SECONDS, WALL_SECONDS
from claims.loading.formats.parsed import LONGEST_TEXT, Fault

ROOT = Path(__file__).resolve().parents[2]
# The project comes last on the path, so that nothing in it stands in for a module of Python's.
START = "import sys; sys.path.append(sys.argv[1]); from claims.loading.formats.child import main; main()"
LONGEST_ANSWER = 4 * LONGEST_TEXT + 1_000_000  # bytes: up to four a character
AT_ONCE = 2  # in one web process: each may take a gigabyte
places = threading.BoundedSemaphore(AT_ONCE)
logger = logging.getLogger(__name__)


def read(kind: str, content: bytes, **options: Any) -> dict[str, Any]:
    """What the reader of that kind found in a file, as in `Parsed`. Raises Fault."""
    if not places.acquire(timeout=WALL_SECONDS):
        raise Fault("busy")
    try:
        printed = answered(kind, content, options)
    finally:
        places.release()
    try:
        answer = dict(json.loads(printed))
        reason, detail = answer.get("fault") or ("", "")
    except (ValueError, TypeError, RecursionError) as error:
        logger.warning("Reading a %s file gave nonsense: %s", kind, type(error).__name__)
        raise Fault("crashed") from None
    if reason == "broken":
        logger.info("A %s file could not be read.", kind)
    if reason:
        raise Fault(str(reason), detail)
    return answer


def answered(kind: str, content: bytes, options: dict[str, Any]) -> bytes:
    """What the process printed. Raises Fault where it takes too long, prints too much or dies."""
    # No function of ours runs between fork and exec: in a process with threads it might never return.
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
        [sys.executable, "-I", "-c", START, str(ROOT), kind, json.dumps(options)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        cwd="/",
        env={"LC_ALL": "C.UTF-8"},  # none of our secrets
        start_new_session=True,
    )
    deadline = time.monotonic() + WALL_SECONDS
    try:
        printed, complaints = exchange(process, content, deadline)
        status = process.wait(max(deadline - time.monotonic(), 0.1))
    except subprocess.TimeoutExpired:
        raise Fault("time", WALL_SECONDS) from None
    finally:
        end(process)
    if status in (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGALRM):
        raise Fault("time", CPU_SECONDS)
    if status:
        logger.warning("Reading a %s file ended with %s: %s", kind, status, without_words(complaints))
        raise Fault("crashed")
    return printed


def without_words(complaints: bytes) -> str:
    """Where it broke and on which kind of fault: what a fault says may be a piece of the file."""
    lines = complaints.decode(errors="replace").splitlines()
    places = [line.strip() for line in lines if line.startswith('  File "')]
    return "; ".join([*places[-10:], *(line.partition(":")[0] for line in lines[-1:])])


def exchange(process: subprocess.Popen[bytes], content: bytes, deadline: float) -> tuple[bytes, bytes]:
    """Hand the content over while taking in what is printed, both ends at once. Raises Fault."""
    stdin, stdout, stderr = cast(IO[bytes], process.stdin), process.stdout, process.stderr
    printed: dict[Any, bytearray] = {stdout: bytearray(), stderr: bytearray()}
    os.set_blocking(stdin.fileno(), False)
    left = memoryview(content)
    with selectors.DefaultSelector() as waiting:
        waiting.register(stdin, selectors.EVENT_WRITE)
        for pipe in printed:
            waiting.register(pipe, selectors.EVENT_READ)
        while waiting.get_map():
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise Fault("time", WALL_SECONDS)
            for key, _ in waiting.select(remaining):
                if key.fileobj is stdin:
                    left = written(stdin.fileno(), left)
                    if not left:
                        waiting.unregister(stdin)
                        stdin.close()
                    continue
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    waiting.unregister(key.fileobj)
                printed[key.fileobj] += chunk
                if len(printed[key.fileobj]) > LONGEST_ANSWER:
                    raise Fault("long", LONGEST_TEXT)
    return bytes(printed[stdout]), bytes(printed[stderr])


def written(pipe: int, left: memoryview) -> memoryview:
    """What is still to be written after as much as the pipe takes; nothing once nobody reads it any more."""
    try:
        return left[os.write(pipe, left[:65536]) :] if left else left
    except BlockingIOError:
        return left
    except BrokenPipeError:
        return left[:0]


def end(process: subprocess.Popen[bytes]) -> None:
    """End the process and all it may have started, and let go of its pipes."""
    if process.returncode is None:  # until it is waited for, its number is nobody else's
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()
