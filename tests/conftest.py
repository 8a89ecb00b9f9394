"""The cast, and what every test stands on."""

import os
import shutil
import time

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from claims.custody import guards
from claims.models import Case, Role, User
from tests.factories import make_case, make_user
from tests.processes import set_up_demo

# A busy machine is slow, which says nothing of what is tested.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")


@pytest.fixture(autouse=True)
def scratch_data(tmp_path, settings):
    """Each test has a data folder of its own."""
    settings.DATA = tmp_path


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory):
    """A data folder with the sample case in it, as of a server and not of a demo."""
    folder = set_up_demo(tmp_path_factory)
    (folder / "demo").unlink()
    return folder


@pytest.fixture
def server_folder(sample_folder, tmp_path):
    """A copy of it, for one server."""
    return shutil.copytree(sample_folder, tmp_path / "data")


@pytest.fixture
def real_transactions(transactional_db):
    """A database in which transactions really commit, for concurrent writers; its guards come down to empty it."""
    yield
    guards.take_down(connection)


@pytest.fixture
def nothing_yet(real_transactions):
    """The variables for a database of its own, with nothing in it, of the kind that this run is on."""
    if connection.vendor == "sqlite":
        yield {}
        return
    name, stands = f"serve_{os.getpid()}", connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield {"DATABASE_URL": f"postgres://{stands['USER']}@{stands['HOST']}:{stands['PORT']}/{name}"}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def ann(db) -> User:
    """Reviews."""
    return make_user(email="ann@example.org", name="Ann")


@pytest.fixture
def ben(db) -> User:
    """Reviews."""
    return make_user(email="ben@example.org", name="Ben")


@pytest.fixture
def eve(db) -> User:
    """Edits."""
    return make_user(email="eve@example.org", name="Eve")


@pytest.fixture
def max_(db) -> User:
    """Edits, as the second person."""
    return make_user(email="max@example.org", name="Max")


@pytest.fixture
def rod(db) -> User:
    """Reads."""
    return make_user(email="rod@example.org", name="Rod")


@pytest.fixture
def ada(db) -> User:
    """Administers."""
    return make_user(email="ada@example.org", name="Ada", is_staff=True, is_superuser=True)


@pytest.fixture
def zoe(db) -> User:
    """A stranger: signed in, but belongs to no case."""
    return make_user(email="zoe@example.org", name="Zoe")


@pytest.fixture
def case(ann, ben, eve, max_, rod) -> Case:
    """A case with the cast in it, coded BY; Zoe is not, and Ada needs no role."""
    roles = {ann: Role.ANALYST, ben: Role.ANALYST, eve: Role.EDITOR, max_: Role.EDITOR, rod: Role.READER}
    return make_case(code="BY", title="Belarus, February 2023", members=roles)


@pytest.fixture
def as_():
    """`as_(ann)` is a browser in which Ann is signed in."""

    def browser(user: User, **headers: str) -> Client:
        client = Client(headers=headers)
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
        return client

    return browser


@pytest.fixture
def htmx():
    """The headers with which htmx asks for a part."""
    return {"HX-Request": "true", "HX-Request-Type": "partial"}
