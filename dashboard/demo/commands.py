"""Fill an empty database with the demo."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from psycopg import Connection, Cursor
from psycopg import sql as pg
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import text

from dashboard.audit.commands import record
from dashboard.contacts.suppression import phone_hash
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.core.transactions import command
from dashboard.demo.bulk import bare
from dashboard.demo.campaign_plan import plan_campaigns
from dashboard.demo.people import names
from dashboard.demo.plan import STEP, PlannedOwner, plan_owners, reference_instant, sender_numbers
from dashboard.demo.scales import SCALES, Scale, shares, zipf
from dashboard.demo.staff import DEMO_STAFF

Advance = Callable[[str, int], None]  #: what is done next, and how many units were done just now

SQL = Path(__file__).parent / "sql"
BULK = [
    *("contact", "subscription_event", "list_membership", "membership_event"),
    *("campaign_message", "campaign_skip", "credit_transaction"),
]


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

        def advance(doing: str, done: int) -> None:
            bar.update(task, description=doing, advance=done)

        fill(size, now or reference_instant(), advance)
        advance("Tidying the tables", 0)
        _vacuum()
        bar.update(task, description=f"The {scale} demo is loaded", completed=_units(size))


def _units(scale: Scale) -> int:
    """The length of the progress bar, where one message is one unit."""
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
        owners = _plan(cursor, scale, staff_ids, now)

        def restoring(table: str, name: str) -> None:
            advance(f"{table}: {name}"[:42], 0)

        with bare(cursor, BULK, restoring):
            _fill_bulk(cursor, scale, owners, advance)
        _run(cursor, "notices")
        _move_sequences(cursor)
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
    for setting in (
        "statement_timeout = 0",
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


def _plan(cursor: Cursor[Any], scale: Scale, staff_ids: list[int], now: datetime) -> list[PlannedOwner]:
    """Decide on owners, lists and campaigns, and write them down for the statements that follow."""
    random = Random(f"signalbox {scale.owners}")  # noqa: S311  the same data every time
    owners = plan_owners(scale, now.astimezone(UTC), random)
    campaigns = plan_campaigns(scale, owners, staff_ids, now.astimezone(UTC), random)
    _run(cursor, "plans")
    known = [owner.known_contact_id for owner in owners if owner.known_contact_id]
    for name, type_, value in (
        ("now_there", "timestamptz", now),
        ("step", "bigint", STEP),
        ("known_contacts", "bigint[]", known),
        ("staff_ids", "bigint[]", staff_ids),
        ("messages_wanted", "bigint", scale.messages),
    ):
        cursor.execute(
            pg.SQL(
                "CREATE OR REPLACE FUNCTION pg_temp.{}() RETURNS {}"
                " LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN {}::{}"
            ).format(pg.Identifier(name), pg.SQL(type_), pg.Literal(value), pg.SQL(type_))
        )
    _copy(cursor, "planned_owner", (owner.row for owner in owners))
    _copy(cursor, "planned_list", (one.row for owner in owners for one in owner.lists))
    _copy(cursor, "planned_campaign", (campaign.row for campaign in campaigns))
    _copy(cursor, "person_name", names())
    cursor.execute("ANALYZE planned_owner, planned_list, planned_campaign, person_name")
    _run(cursor, "owners")
    _copy(cursor, "sender_number (owner_id, number)", sender_numbers(owners))
    return owners


def _fill_bulk(cursor: Cursor[Any], scale: Scale, owners: list[PlannedOwner], advance: Advance) -> None:
    for script, doing, units in (
        ("members", "Choosing members", scale.memberships),
        ("opt_outs", "Deciding who leaves", scale.contacts),
        ("contacts", "Contacts", scale.contacts),
        ("memberships", "Memberships", scale.memberships),
        ("consent", "History of consent", scale.contacts),
        ("audiences", "Choosing audiences", scale.contacts),
    ):
        advance(doing, 0)
        _run(cursor, script)
        advance(doing, units)
    _suppress(cursor)
    _add_messages(cursor, advance)
    advance("Counting", 0)
    _run(cursor, "counts")
    advance("Ledgers", 0)
    _add_ledgers(cursor, scale, owners)


def _suppress(cursor: Cursor[Any]) -> None:
    left = cursor.execute(
        "SELECT owner_id, phone, unsubscribed_at FROM contact WHERE NOT is_subscribed ORDER BY owner_id, id"
    ).fetchall()
    _copy(
        cursor,
        "suppression (owner_id, phone_hash, since)",
        ((owner_id, phone_hash(owner_id, phone), since) for owner_id, phone, since in left),
    )


def _add_messages(cursor: Cursor[Any], advance: Advance) -> None:
    insert = (SQL / "messages.sql").read_text(encoding="utf-8")
    for (batch,) in cursor.execute("SELECT DISTINCT batch FROM slice ORDER BY batch").fetchall():
        cursor.execute(insert.encode(), (batch,))
        advance("Messages", cursor.rowcount)


def _add_ledgers(cursor: Cursor[Any], scale: Scale, owners: list[PlannedOwner]) -> None:
    """Book what campaigns cost, and as much small change as the scale wants."""
    _run(cursor, "ledger_plan")
    (booked,) = cursor.execute("SELECT count(*) FROM movement").fetchone()  # type: ignore[misc]
    older = owners[:-1]
    pairs = shares(max(0, scale.entries - booked) // 2, zipf(len(older), 1.0))
    cursor.execute("CREATE TEMP TABLE planned_pairs (owner_id bigint, pairs bigint) ON COMMIT DROP")
    _copy(cursor, "planned_pairs", ((owner.id, count) for owner, count in zip(older, pairs, strict=True)))
    _run(cursor, "ledger")


def _move_sequences(cursor: Cursor[Any]) -> None:
    """Let the next rows get the next ids, not those that were given out here."""
    identities = cursor.execute(
        "SELECT relname, pg_get_serial_sequence(attrelid::regclass::text, attname)"
        " FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
        " WHERE attname = 'id' AND attidentity <> '' AND attrelid = ANY (%s::regclass[])",
        (["owner", "contact_list", "campaign", "wallet", *BULK],),
    ).fetchall()
    for table, sequence in identities:
        last = pg.SQL("SELECT setval(%s, max(id)) FROM {} HAVING max(id) > 0").format(pg.Identifier(table))
        cursor.execute(last, (sequence,))


def _run(cursor: Cursor[Any], script: str) -> None:
    cursor.execute((SQL / f"{script}.sql").read_bytes())


def _copy(cursor: Cursor[Any], target: str, rows: Any) -> None:
    with cursor.copy(f"COPY {target} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _vacuum() -> None:
    """Mark the new pages as seen by all, so that index-only scans work from the start."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text(f"VACUUM {', '.join(BULK)}"))
        connection.execute(text("RESET statement_timeout"))
