"""The reports that are looked into, of the small case with something of everything."""

import pytest

from claims.models import Report
from tests.reports.checked import make_checked_report


@pytest.fixture
def public(db) -> Report:
    return make_checked_report("public")


@pytest.fixture
def internal(db) -> Report:
    return make_checked_report("internal")
