"""`manage.py move_database`: every record is there afterwards, no key is given twice, and what protects them stands."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from django.db import connection, connections

from claims.loading.sample import load_sample
from claims.models import Source
from tests.factories import make_capture, make_exhibit, make_source
from tests.keeping.conftest import Place
from tests.keeping.test_drill import backed_up

pytestmark = pytest.mark.usefixtures("real_transactions")
MARK = "from claims.models import *; s = Source(name='New'); s.save(by=User.objects.first()); print(s.pk)"


@pytest.fixture
def here(elsewhere) -> Place:
    """An installation with the sample in it, and a source that was the newest and is gone."""
    case = load_sample()
    make_capture(case=case, content=b"as it came")
    make_exhibit(case=case)
    last = make_source(case=case)
    last.delete(by=case.documents.get().loaded_by)
    place: Place = elsewhere()
    place.manage("restore", str(backed_up().file))
    return place


def moved(place: Place, there: Place) -> Place:
    """Where the installation is once its database is another: its data folder stays."""
    address = there.variables.get("DATABASE_URL", f"sqlite:///{there.data / 'workbench.sqlite3'}")
    said = place.manage("move_database", address)
    assert "are the same there" in said
    found: Place = replace(there, data=place.data, variables=place.variables | {"DATABASE_URL": address})
    return found


def in_a_file(tmp_path) -> Place:
    """An empty place with a SQLite database, whichever kind the tests run on."""
    entry = {name: value for name, value in connection.settings_dict.items() if name != "OPTIONS"}
    entry |= {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "workbench.sqlite3"), "OPTIONS": {}}
    return Place(tmp_path, {}, entry)


@pytest.mark.timeout(600)
def test_every_record_moves_to_the_other_kind_and_back(here, elsewhere, tmp_path):
    before = here.rows()
    assert len(before["claims_entry"]) > 150
    highest = max(Source.objects.values_list("pk", flat=True)) + 1
    there = moved(here, in_a_file(tmp_path))
    assert there.rows() == before
    assert here.rows() == before, "what stands here stays"
    assert "no issues" in there.manage("check", "--database", "default"), "what protects the log stands there"
    with closing(sqlite3.connect(tmp_path / "workbench.sqlite3")) as file:
        asked = "SELECT count(*) FROM claims_found_claims WHERE claims_found_claims MATCH 'army'"
        assert file.execute(asked).fetchone()[0] > 0
        assert file.execute("SELECT seq FROM sqlite_sequence WHERE name = 'claims_source'").fetchone()[0] >= highest
    back = moved(there, elsewhere())
    assert back.rows() == before
    assert "as it should be" in back.manage("integrity")
    assert int(back.manage("shell", "-v0", "-c", MARK)) > highest, "the key of a source that is gone is not given again"


def test_a_target_that_holds_anything_is_refused_and_stays_as_it_is(here, tmp_path):
    file_there = tmp_path / "workbench.sqlite3"
    address = f"sqlite:///{file_there}"
    with closing(sqlite3.connect(file_there)) as file:
        file.execute("CREATE TABLE recipes (id INTEGER)")
    assert "tables of something else, as recipes" in here.refuses("move_database", address)
    file_there.unlink()
    with closing(sqlite3.connect(file_there)) as file:
        file.execute("CREATE TABLE claims_user AS SELECT 1 AS id")
        file.commit()
    before = file_there.read_bytes()
    assert "The target is not empty" in here.refuses("move_database", address)
    assert file_there.read_bytes()[100:] == before[100:]
    own = here.variables.get("DATABASE_URL", "sqlite")
    assert "That is the database that is in use here" in here.refuses("move_database", own)
    secret = here.refuses("move_database", "postgres://me:secret@127.0.0.1/name")
    assert "Others can read a password" in secret
    assert "must name a SQLite or a PostgreSQL database" in here.refuses("move_database", "mysql://127.0.0.1/name")


def test_nothing_moves_while_somebody_is_at_work(here, tmp_path):
    with here.looked_into() as alias, connections[alias].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM claims_case")
        said = here.refuses("move_database", f"sqlite:///{tmp_path / 'workbench.sqlite3'}")
    assert "Somebody is at work in the database" in said
    assert not (tmp_path / "workbench.sqlite3").exists()
