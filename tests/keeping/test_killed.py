"""A restore that is killed, wherever it is, leaves the old installation or the new one."""

import json

import pytest
from django.db import connection

from tests.factories import make_capture, make_case
from tests.keeping.test_drill import backed_up

pytestmark = pytest.mark.usefixtures("real_transactions")


@pytest.mark.timeout(600)
def test_a_restore_that_is_killed_leaves_the_old_installation_or_the_new_one(elsewhere):
    first = make_case(code="BY", title="First")
    make_capture(case=first, content=b"of both")
    old = backed_up().file
    make_capture(case=make_case(code="UA", title="Second"), content=b"of the new one alone")
    new = backed_up().file
    most = 40 if connection.vendor == "sqlite" else 14  # on SQLite, all of its steps
    done = elsewhere().run("-m", "tests.keeping.killed_restores", str(old), str(new), str(most))
    assert done.returncode == 0, done.stderr
    rounds = json.loads(done.stdout)
    killed = [one["killed"] for one in rounds]
    assert killed == sorted(killed, reverse=True)
    assert sum(killed) > 10
    assert not killed[-1], "the last one took fewer steps than it was given"
    seen = set()
    for one in rounds:
        after, then = one["after"], one["then"]
        assert after["cases"] in (["First"], ["First", "Second"]), one
        assert after["faults"] == [], one
        # The next restore clears away what is left, and undoes nothing that stood.
        assert then["cases"] == after["cases"], one
        assert (then["faults"], then["orphans"], then["left"]) == ([], 0, []), one
        assert then["heads"] == ["BY", "UA", "_outside-cases"][:: 1 if len(then["cases"]) == 2 else 2], one
        seen.add(len(after["cases"]))
    assert seen == {1, 2}, "it was killed both before and after the switch"
