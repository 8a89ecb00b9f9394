"""What servers that are to meet with faults begin with."""

import pytest
from django.db import connection


@pytest.fixture
def folder(request, tmp_path):
    """A data folder for a server: with SQLite one that is set up, which is quicker than to do it again."""
    return request.getfixturevalue("server_folder") if connection.vendor == "sqlite" else tmp_path
