"""What stands once in a data folder, however many begin in it at once."""

import errno
import os

import pytest

from tests.at_once import at_once
from workbench.data_folder import installation, secret_key


def test_who_is_second_reads_the_key_of_the_first(tmp_path, monkeypatch):
    write, seen = os.fsync, []

    def second_comes(handle: int) -> None:
        monkeypatch.setattr(os, "fsync", write)
        seen.append(secret_key(tmp_path))
        write(handle)

    monkeypatch.setattr(os, "fsync", second_comes)
    assert [secret_key(tmp_path)] == seen
    assert {path.name for path in tmp_path.iterdir()} == {"secret_key"}


@pytest.mark.parametrize("kept", [secret_key, installation])
def test_of_many_that_begin_at_once_all_have_the_same(tmp_path, kept):
    said = at_once([lambda: kept(tmp_path)] * 8)
    assert said == [said[0]] * 8
    assert isinstance(said[0], str)
    assert len({path.name for path in tmp_path.iterdir()}) == 1


def test_a_folder_without_hard_links_keeps_a_key_too(tmp_path, monkeypatch):
    def refuse(*_args: object) -> None:
        raise PermissionError(errno.EPERM, "no second names here")

    monkeypatch.setattr(os, "link", refuse)
    key = secret_key(tmp_path)
    assert len(key) >= 50
    assert secret_key(tmp_path) == key
    kept = [path for path in tmp_path.iterdir() if path.name != ".scratching"]
    assert [(path.name, path.stat().st_mode & 0o777) for path in kept] == [("secret_key", 0o600)]
