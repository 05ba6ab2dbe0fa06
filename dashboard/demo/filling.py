"""Write the plan down, and let the statements under `sql/` make the rest of it."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from psycopg import Cursor
from psycopg import sql as pg

from dashboard.campaigns.stats.counters import COUNTERS
from dashboard.contacts.suppression import phone_hash
from dashboard.demo.campaign_plan import plan_campaigns
from dashboard.demo.companies import number_ranges
from dashboard.demo.people import names
from dashboard.demo.plan import STEP, PlannedOwner, plan_owners, sender_numbers
from dashboard.demo.scales import Scale, shares, zipf

Advance = Callable[[str, float], None]  #: what is being done, and how many units were done just now

SQL = Path(__file__).parent / "sql"
#: The tables with many rows, which are loaded without their indexes.
BULK = [
    *("contact", "subscription_event", "list_membership", "membership_event"),
    *("campaign_message", "campaign_skip", "credit_transaction"),
]
#: Counts that are made by counting anew; `counts.sql` makes the others in one pass.
COUNTED_ANEW = {"campaign_stat_age", "campaign_stat_latency", "campaign_stat_country"}


def write_plan(cursor: Cursor[Any], scale: Scale, staff_ids: list[int], now: datetime) -> list[PlannedOwner]:
    """Decide on owners, lists and campaigns, and write them down for the statements that follow."""
    random = Random(f"signalbox {scale.owners}")  # noqa: S311  the same data every time
    owners = plan_owners(scale, now.astimezone(UTC), random)
    # Support may not start campaigns.
    campaigns = plan_campaigns(scale, owners, staff_ids[:2], now.astimezone(UTC), random)
    run(cursor, "plans")
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
    _copy(cursor, "number_range", number_ranges())
    _copy(cursor, "person_name", names())
    cursor.execute("ANALYZE planned_owner, planned_list, planned_campaign, number_range, person_name")
    run(cursor, "owners")
    _copy(cursor, "sender_number (owner_id, number)", sender_numbers(owners))
    return owners


def fill_bulk(cursor: Cursor[Any], scale: Scale, owners: list[PlannedOwner], advance: Advance) -> None:
    for script, doing, units in (
        ("members", "Choosing members", scale.memberships),
        ("opt_outs", "Deciding who leaves", scale.contacts),
        ("contacts", "Contacts", scale.contacts),
        ("memberships", "Memberships", scale.memberships),
        ("consent", "History of consent", scale.contacts),
        ("audiences", "Choosing audiences", scale.contacts),
    ):
        advance(doing, 0)
        run(cursor, script)
        advance(doing, units)
    _suppress(cursor)
    _add_messages(cursor, advance)
    advance("Counting", 0)
    run(cursor, "counts")
    for counter in COUNTERS:
        if counter.table in COUNTED_ANEW:
            cursor.execute(counter.filling().encode())
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
    run(cursor, "ledger_plan")
    (booked,) = cursor.execute("SELECT count(*) FROM movement").fetchone()  # type: ignore[misc]
    older = owners[:-1]
    pairs = shares(max(0, scale.entries - booked) // 2, zipf(len(older), 1.0))
    cursor.execute("CREATE TEMP TABLE planned_pairs (owner_id bigint, pairs bigint) ON COMMIT DROP")
    _copy(cursor, "planned_pairs", ((owner.id, count) for owner, count in zip(older, pairs, strict=True)))
    run(cursor, "ledger")


def move_sequences(cursor: Cursor[Any]) -> None:
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


def run(cursor: Cursor[Any], script: str) -> None:
    cursor.execute((SQL / f"{script}.sql").read_bytes())


def _copy(cursor: Cursor[Any], target: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {target} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)
