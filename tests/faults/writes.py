"""The database goes away at a chosen write, as when its server is killed or its disk fills up."""

import hashlib
from contextlib import contextmanager
from unittest import mock

from django.apps import apps
from django.db import OperationalError, connection

PASSING = {"session", "presence", "worker", "contenttype", "permission", "logentry"}
WRITES = ("INSERT", "UPDATE", "DELETE")
MOST = 150  # writes of one act


def everything():
    """All rows of all records, as one hash for each table."""
    found = {}
    for model in apps.get_models():
        if model._meta.model_name not in PASSING and model._meta.managed:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)} ORDER BY 1")
                rows = repr(cursor.fetchall())
            found[model._meta.label] = hashlib.sha256(rows.encode()).hexdigest()
    return found


def writes(sql):
    """Whether a statement writes anything but that somebody passed by."""
    passing = any(f"_{name}" in sql for name in ("session", "presence"))
    return sql.lstrip().upper().startswith((*WRITES, "COPY")) and not passing


class NthWrite:
    """Lets so many writes through, then the database is gone."""

    def __init__(self, n):
        self.left, self.failed = n, False

    def __call__(self, execute, sql, params, many, context):
        self.let(sql)
        return execute(sql, params, many, context)

    def let(self, sql):
        """Count a statement, if it writes. Raises OperationalError from the chosen one on, whatever it does."""
        if self.failed or (writes(sql) and self.left == 0):
            self.failed = True
            raise OperationalError("the database is gone")
        self.left -= writes(sql)


class Commit(NthWrite):
    """Lets every write through, and the first COMMIT of one fails; then the database is gone."""

    def __init__(self):
        super().__init__(-1)
        self.wrote, self.really = False, connection._commit  # type: ignore[attr-defined]

    def let(self, sql):
        """Take note of a write. Outside a transaction a statement is its own COMMIT."""
        if writes(sql) and not connection.in_atomic_block:
            self.left = 0
        self.wrote = self.wrote or writes(sql)
        super().let(sql)

    def commit(self):
        """In the place of the connection's own. Raises OperationalError where something was written."""
        if self.wrote:
            self.failed = True
            raise OperationalError("the database is gone")
        self.really()


@contextmanager
def uncommitted():
    """Within the block nothing that is written is committed, and once that was told nothing is answered."""
    broken = Commit()
    with mock.patch.object(connection, "_commit", broken.commit), meeting(broken):
        yield broken


@contextmanager
def breaking(n):
    """Within the block so many writes come through, by statements and by PostgreSQL's COPY, and then nothing does."""
    with meeting(NthWrite(n)) as broken:
        yield broken


@contextmanager
def meeting(broken):
    """Within the block every statement is let through by it, or not."""
    with connection.execute_wrapper(broken):
        if connection.vendor != "postgresql":
            yield broken
            return
        from psycopg import Cursor  # an extra

        copy = Cursor.copy  # Django's wrappers do not see it

        def counted(cursor, sql, *arguments, **more):
            broken.let(str(sql))
            return copy(cursor, sql, *arguments, **more)

        with mock.patch.object(Cursor, "copy", counted):
            yield broken
