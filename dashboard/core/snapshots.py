"""Read much at one instant."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from dashboard.core.db import db

_SETTINGS = ("statement_timeout = 0", "work_mem = '64MB'", "max_parallel_workers_per_gather = 2")


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection beside the session's that sees the database as it is at its first statement.

    It may read as long as it takes. Whoever writes meanwhile neither waits nor is seen.
    """
    with db.engine.connect() as pooled:
        connection = pooled.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        for setting in _SETTINGS:
            connection.execute(text(f"SET LOCAL {setting}"))
        yield connection
