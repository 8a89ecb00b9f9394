"""Commands where there is nothing for them to work on say that, and what to do."""

import pytest

from tests.processes import manage


@pytest.mark.parametrize("command", [["verify_log"], ["backup"], ["integrity"], ["export_case", "BY", "by.zip"]])
def test_where_there_is_no_installation_a_command_says_so(tmp_path, command):
    done = manage(*command, WORKBENCH_DATA=str(tmp_path / "mistyped"))
    assert done.returncode == 1
    assert "There is no installation here" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_doctor_tells_an_empty_folder_from_a_broken_installation(tmp_path):
    done = manage("doctor", WORKBENCH_DATA=str(tmp_path / "mistyped"))
    assert "There is no installation" in done.stdout
    assert "Find out who was at the database" not in done.stdout
