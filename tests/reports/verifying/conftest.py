"""The bundles that are tampered with, made once for each module."""

import pytest
from django.db import transaction
from django.test import override_settings

from tests.reports.verifying.bundles import Files, Made


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory) -> Made:
    """Made once; nothing of it stays in the database."""
    folder = tmp_path_factory.mktemp("data")
    with django_db_blocker.unblock(), override_settings(DATA=folder), transaction.atomic():
        made = Made(folder)
        transaction.set_rollback(True)
    return made


@pytest.fixture
def files(made) -> Files:
    """The files of the public report, to be tampered with."""
    return dict(made.files["public"])
