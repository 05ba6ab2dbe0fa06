"""Fill an empty database with the demo."""

from datetime import datetime
from typing import Any

from psycopg import Connection, Cursor
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import text

from dashboard.audit.commands import record
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.core.transactions import command
from dashboard.demo.bulk import bare
from dashboard.demo.filling import BULK, Advance, fill_bulk, move_sequences, run, write_plan
from dashboard.demo.plan import reference_instant
from dashboard.demo.scales import SCALES, Scale
from dashboard.demo.staff import DEMO_STAFF


def load(scale: str, *, progress: bool = True, now: datetime | None = None) -> None:
    """Fill the database with invented data of the size `small`, `medium` or `large`.

    The same scale at the same instant gives the same data. `now` is where the demo stands: the
    last messages were sent just before it. By default it is the first instant of this hour.

    Raises:
        DomainError: the database holds owners already.
    """
    size = SCALES[scale]
    columns = (TextColumn("{task.description:<42}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, disable=not progress) as bar:
        task = bar.add_task("Planning", total=_units(size))

        def advance(doing: str, done: float) -> None:
            bar.update(task, description=doing[:42], advance=done)

        fill(size, now or reference_instant(), advance)
        advance("Tidying the tables", 0)
        _vacuum()
        bar.update(task, description=f"The {scale} demo is loaded", completed=_units(size))


def _units(scale: Scale) -> int:
    """The length of the progress bar: one for each row, and as many for indexes and keys."""
    return 2 * (scale.messages + scale.memberships + 2 * scale.contacts)


@command
def fill(scale: Scale, now: datetime, advance: Advance) -> None:
    """Fill the database with data of that scale, as it would be at `now`, in one transaction.

    Raises:
        DomainError: the database holds owners already.
    """
    connection: Connection[Any] = db.session.connection().connection.driver_connection  # type: ignore[assignment]
    with connection.cursor() as cursor:
        _prepare(cursor)
        staff_ids = _add_staff(cursor, now)
        owners = write_plan(cursor, scale, staff_ids, now)

        def restoring(name: str, share: float) -> None:
            advance(name, share * _units(scale) / 2)

        with bare(cursor, BULK, restoring):
            fill_bulk(cursor, scale, owners, advance)
        run(cursor, "notices")
        run(cursor, "tags")
        move_sequences(cursor)
        advance("Analysing", 0)
        cursor.execute("ANALYZE")
    record("demo.load", "database", staff_id=None, after={"messages": scale.messages, "now": now.isoformat()})


def _prepare(cursor: Cursor[Any]) -> None:
    # Nobody adds an owner between the question and the answer.
    cursor.execute("LOCK TABLE owner IN EXCLUSIVE MODE")
    if cursor.execute("SELECT 1 FROM owner LIMIT 1").fetchone():
        raise DomainError(
            "This database already holds owners, and the demo never mixes with them."
            " Make an empty database and set DATABASE_URL to it."
        )
    if cursor.execute("SELECT 1 FROM staff LIMIT 1").fetchone():
        raise DomainError(
            "People sign in to this database already, and the demo's password is known to everybody."
            " Make an empty database and set DATABASE_URL to it."
        )
    for setting in (
        "statement_timeout = 0",
        "lock_timeout = 0",
        "timezone = 'UTC'",
        "work_mem = '128MB'",
        "maintenance_work_mem = '512MB'",
        "jit = off",
        "synchronous_commit = off",
    ):
        cursor.execute(f"SET LOCAL {setting}")


def _add_staff(cursor: Cursor[Any], now: datetime) -> list[int]:
    return [
        cursor.execute(
            "INSERT INTO staff (email, name, role, password_hash, timezone, created_at)"
            " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
            (one.email, one.name, one.role.value, one.password_hash, one.timezone, now),
        ).fetchone()[0]  # type: ignore[index]
        for one in DEMO_STAFF
    ]


def _vacuum() -> None:
    """Mark the new pages as seen by all, so that index-only scans work from the start."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text(f"VACUUM (INDEX_CLEANUP OFF) {', '.join(BULK)}"))
        connection.execute(text("RESET statement_timeout"))
