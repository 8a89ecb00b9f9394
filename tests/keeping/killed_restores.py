"""Kills a restore before its first step, before its second and so on: `-m tests.keeping.killed_restores OLD NEW MOST`.

There are MOST rounds at most, spread over all steps. A step is whatever changes a folder, has something on disk, or
starts a program. Before each round OLD stands; then NEW is restored over it, in a process that kills itself. Prints, as
JSON, for each round what stands afterwards, and what stands once the next restore has been refused, which clears away
what was left.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

STEPS = ("rename", "replace", "link", "unlink", "mkdir", "rmdir", "fsync")


def in_child(act) -> bytes | None:
    """What the act gives, in a process of its own; None where that was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            os.write(writing, json.dumps(act()).encode())
            os._exit(0)
        except BaseException as fault:
            os.write(writing, json.dumps(f"{type(fault).__name__}: {fault}").encode())
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else said


def kill_before(step: int) -> list[str]:
    """From now on this process lives for so many steps; those that it took are in the list."""
    taken: list[str] = []

    def counted(real):
        def take(*args, **kwargs):
            taken.append(real.__name__)
            if len(taken) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return take

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    subprocess.Popen.__init__ = counted(subprocess.Popen.__init__)  # type: ignore[method-assign]
    return taken


def standing() -> dict[str, object]:
    """What stands: the titles of the cases, what is wrong with any log or file, and what lies about."""
    from django.conf import settings

    from claims.custody.chain import gone, verify
    from claims.custody.store import store
    from claims.custody.verifying import orphans
    from claims.models import Case, StoredFile

    cases = list(Case.objects.order_by("title"))
    faults = [account.fault for one in [None, *cases] if (account := verify(one)).fault]
    missing = [name for name in StoredFile.objects.values_list("sha256", flat=True) if not store().has(name)]
    return {
        "cases": [case.title for case in cases],
        "faults": faults + gone() + missing,
        "orphans": len(list(orphans(store()))),
        "left": sorted(path.name for path in Path(settings.DATA).iterdir() if path.name == "restoring"),
        "heads": sorted(path.name for path in (Path(settings.DATA) / "heads").glob("[!.]*")),
    }


def main(old: Path, new: Path, most: int) -> None:
    import django

    django.setup()
    from claims.custody.store import store
    from claims.custody.verifying import orphans
    from claims.keeping.restoring import restore
    from claims.models import Refused

    def whole(backup: Path) -> bool:
        restore(backup, replace=True)
        return True

    def begun_anew() -> bool:
        whole(old)
        for orphan in list(orphans(store())):  # of the round before: each must take the same steps
            store().remove(orphan.name)
        return True

    def broken_off(step: int) -> int:
        taken = kill_before(step)
        whole(new)
        return len(taken)

    def cleared() -> dict[str, object]:
        try:
            restore(old)
        except Refused:
            return standing()
        raise AssertionError("an installation that stands was replaced unasked")

    assert in_child(begun_anew) == b"true"
    steps = int(in_child(lambda: broken_off(0)) or 0)
    assert steps, "it was never killed, and is counted to its end"
    rounds = []
    for step in sorted({1 + round(n * steps / (most - 1)) for n in range(most)}):
        stands = in_child(begun_anew)
        assert stands == b"true", stands
        said = in_child(lambda step=step: broken_off(step))
        after, then = in_child(standing), in_child(cleared)
        assert after, "looking was killed"
        assert then, "clearing away was killed"
        rounds.append({
            "step": step, "killed": said is None, "after": json.loads(after), "then": json.loads(then),
        })  # fmt: skip
    print(json.dumps(rounds))


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "workbench.settings"
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
