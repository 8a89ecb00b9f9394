"""The key that signs: made once, kept from others, and vouched for by the one before."""

import json
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from claims.custody import keys
from claims.custody.chain import verify
from claims.models import Entry, Key


def test_the_first_key_is_made_when_it_is_asked_for_and_entered_in_the_log_outside_cases(ann):
    key = keys.current(by=ann)

    assert keys.current(by=ann) == key
    entry = Entry.objects.get(case=None, thing="key")
    assert (entry.verb, entry.by, entry.parts["after"]["fingerprint"]) == ("added", ann, key.fingerprint)
    assert verify(None).fault is None


def test_only_the_owner_may_read_the_secret_half(ann):
    file = keys.place(keys.current(by=ann).fingerprint)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_what_is_signed_can_be_checked_and_nothing_else_passes(ann):
    key, signature = keys.sign_with(keys.current(by=ann).fingerprint, b"words")
    other = keys.rotate(by=ann)

    assert keys.signed_by(key.public, signature, b"words")
    assert not keys.signed_by(key.public, signature, b"other words")
    assert not keys.signed_by(other.public, signature, b"words")
    assert not keys.signed_by(key.public, "no signature", b"words")


def test_the_fingerprint_is_read_out_in_groups_of_four(ann):
    key = keys.current(by=ann)
    assert key.grouped.replace(" ", "") == key.fingerprint == keys.fingerprint_of(key.public)
    assert {len(group) for group in key.grouped.split()} == {4}


def test_a_new_key_is_vouched_for_by_the_old_one_which_stays(ann):
    old = keys.current(by=ann)
    new = keys.rotate(by=ann, why="Once a year.")
    old.refresh_from_db()

    assert keys.current(by=ann) == new
    assert old.until == new.since
    assert keys.place(old.fingerprint).exists()
    assert keys.signed_by(old.public, new.signature, new.statement.encode())
    said = json.loads(new.statement)
    assert (said["public_key"], said["takes_over_from"]) == (new.public, old.fingerprint)
    entry = Entry.objects.filter(case=None, thing="key").latest("number")
    assert (entry.verb, entry.why, entry.parts["before"]["fingerprint"]) == ("rotated", "Once a year.", old.fingerprint)


def test_what_is_published_holds_no_secret(ann):
    keys.current(by=ann)
    keys.rotate(by=ann)
    told = json.dumps(keys.publishable())
    for file in (keys.place("x").parent).iterdir():
        secret = file.read_text().splitlines()[1]
        assert secret not in told


@pytest.mark.parametrize("damage", ["gone", "rubbish", "another"])
def test_a_secret_half_that_is_gone_or_another_is_told_and_nothing_is_signed(ann, damage):
    key = keys.current(by=ann)
    file = keys.place(key.fingerprint)
    if damage == "gone":
        file.unlink()
    elif damage == "rubbish":
        file.write_text("rubbish")
    else:
        other = keys.rotate(by=ann)
        keys.place(other.fingerprint).write_bytes(file.read_bytes())
    with pytest.raises(keys.KeyGone, match=r"put|Put"):
        keys.salt_of(keys.current(by=ann), "a letter")
    before = Key.objects.count()
    with pytest.raises(keys.KeyGone):
        keys.rotate(by=ann)
    assert Key.objects.count() == before
    assert len(list(file.parent.iterdir())) == before - (damage == "gone"), "the new secret half is not left behind"


def test_a_lost_key_gives_way_to_one_that_nobody_vouches_for(ann):
    old = keys.current(by=ann)
    keys.place(old.fingerprint).unlink()
    new = keys.rotate(by=ann, lost=True)
    assert (new.statement, new.signature, new.before) == ("", "", old)
    assert keys.current(by=ann) == new
    assert keys.sign_with(new.fingerprint, b"words")[0] == new


def test_a_salt_is_made_again_by_the_same_key_alone_and_is_of_one_thing(ann):
    key = keys.current(by=ann)
    salt = keys.salt_of(key, "a letter")
    assert keys.salt_of(key, "a letter") == salt
    assert len({salt, keys.salt_of(key, "another"), keys.salt_of(keys.rotate(by=ann), "a letter")}) == 3


def test_a_key_is_neither_changed_nor_deleted_and_ends_once(ann):
    keys.current(by=ann)
    new = keys.rotate(by=ann)
    for table in ("public = 'x'", "fingerprint = 'x'", "statement = 'x'", "since = NULL"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE claims_key SET {table} WHERE id = {new.pk}")
    with pytest.raises(DatabaseError), transaction.atomic():
        Key.objects.filter(until__isnull=False).update(until=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        Key.objects.filter(pk=new.pk)._raw_delete("default")


def test_processes_that_ask_at_the_same_instant_get_one_key(real_transactions, ann):
    start = threading.Barrier(4)

    def ask(_n: int) -> str:
        start.wait()
        try:
            return keys.current(by=ann).fingerprint
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(ask, range(4)))
    assert len(found) == 1
    assert [file.stem for file in keys.place("x").parent.iterdir()] == list(found)


def rotated(*args: str) -> str:
    out = StringIO()
    call_command("rotate_key", *args, stdout=out)
    return out.getvalue()


def test_the_command_says_which_key_signs_and_which_vouches(ada):
    first = rotated()
    assert Key.objects.get().grouped in first
    said = rotated("--by", "ada@example.org", "--why", "Once a year.")
    new, old = Key.objects.order_by("-pk")
    assert f"This key signs from now on: {new.grouped}" in said
    assert f"The key before vouches for it: {old.grouped}" in said
    keys.place(new.fingerprint).unlink()
    with pytest.raises(CommandError, match="--lost"):
        rotated()
    assert "cannot vouch for it" in rotated("--lost")


def test_the_command_needs_somebody_whose_act_it_is(db):
    with pytest.raises(CommandError, match="There is no administrator"):
        rotated()
    with pytest.raises(CommandError, match="Nobody has that"):
        rotated("--by", "no@example.org")
