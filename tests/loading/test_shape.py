"""The shape of a snapshot, as it is asked of what another installation made."""

import copy
import random

import pytest
from jsonschema import Draft202012Validator

from claims.loading.shape import misshapen, schema
from tests.reports.snapshots import make_claim, make_snapshot, make_unsigned

ODD = [None, True, 7, -1, 1.5, "", "odd", [], {}, ["odd"], {"odd": 1}, 2**80]


def places(value, at=()):
    """Every place of plain data at which something else could stand."""
    yield at
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in pairs:
        yield from places(each, (*at, name))


def with_odd(data, place, odd):
    """The data with something odd at a place."""
    data = copy.deepcopy(data)
    if not place:
        return odd
    room = data
    for name in place[:-1]:
        room = room[name]
    room[place[-1]] = odd
    return data


def test_a_snapshot_is_in_shape():
    assert list(misshapen(make_snapshot(make_claim(), make_unsigned()))) == []


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_it_finds_what_a_whole_validator_finds(odd):
    data = make_snapshot(make_claim(), make_unsigned())
    whole = Draft202012Validator(schema())
    for place in places(data):
        changed = with_odd(data, place, odd)
        assert bool(list(misshapen(changed))) == (not whole.is_valid(changed)), place


def test_what_is_missing_is_named_by_its_place():
    data = make_snapshot(make_claim())
    gone = random.Random(1)
    for place in gone.sample([each for each in places(data) if each and isinstance(each[-1], str)], 60):
        changed = copy.deepcopy(data)
        room = changed
        for name in place[:-1]:
            room = room[name]
        del room[place[-1]]
        assert all(str(place[-1]) in said for said in misshapen(changed)), place
