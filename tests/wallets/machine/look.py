"""What the database holds, in the book's words, and whether its proofs can be made anew."""

from collections import Counter
from datetime import UTC
from typing import Any

from sqlalchemy import text

from dashboard.core.db import db
from tests.wallets.machine.book import Asked, Book, Line
from tests.wallets.machine.doings import World
from tests.wallets.outsider import hash_of


def view(book: Book) -> dict[str, Any]:
    """The book, as `look` tells of the database."""
    return {
        "wallets": {owner: (book.balance(owner), len(ledger)) for owner, ledger in book.ledgers.items()},
        "entries": {
            (owner, number): (line, line.type, abs(line.change), book.balance(owner, number))
            for owner, ledger in book.ledgers.items()
            for number, line in enumerate(ledger, start=1)
        },
        "requests": book.requests,
        "today": book.today,
    }


def look(world: World) -> dict[str, Any]:
    """What is there. The real numbers of new entries and requests are noted in the world."""
    wallets, entries, requests, today, days, audits = _read(world)
    assert_proofs_hold(entries, days, audits)
    places = {owner_id: n for n, owner_id in enumerate(world.owners)}
    people = {staff_id: n for n, staff_id in enumerate(world.people)} | {None: None}
    numbers = {row.id: row.entry_no for row in entries} | {None: None}
    world.entries.update({(places[row.owner_id], row.entry_no): row.id for row in entries})
    world.requests.update(
        {(places[row.owner_id], world.keys[row.idempotency_key]): row.id for row in requests}
    )

    def line(row: Any, change: int, by: int | None) -> Line:
        assert row.campaign_id in (None, world.campaigns[places[row.owner_id]])
        return Line(
            change,
            row.reason_code,
            row.note,
            people[by],
            world.keys[row.idempotency_key],
            row.campaign_id is not None,
            numbers[row.reverses],
        )

    return {
        "wallets": {places[row.owner_id]: (row.balance_credits, row.last_entry_no) for row in wallets},
        "entries": {
            (places[row.owner_id], row.entry_no): (
                line(row, row.amount_credits * (-1 if row.type == "debit" else 1), row.staff_id),
                row.type,
                row.amount_credits,
                row.balance_after_credits,
            )
            for row in entries
        },
        "requests": {
            (places[row.owner_id], world.keys[row.idempotency_key]): Asked(
                line(row, row.change_credits, row.requested_by),
                row.status,
                people[row.decided_by],
                numbers[row.entry_id],
                row.is_expired,
            )
            for row in requests
        },
        "today": {people[row.staff_id]: row.credits for row in today},
    }


_OF_THE_OWNERS = "WHERE owner_id = ANY(:owners)"
_READS = [
    f"SELECT * FROM wallet {_OF_THE_OWNERS}",
    f"SELECT * FROM credit_transaction {_OF_THE_OWNERS} ORDER BY owner_id, entry_no",
    f"SELECT *, expires_at <= now() AS is_expired FROM adjustment_request {_OF_THE_OWNERS}",
    "SELECT * FROM adjustment_day WHERE day = :day",
    f"SELECT * FROM wallet_day {_OF_THE_OWNERS}",
    f"SELECT subject FROM audit_event {_OF_THE_OWNERS} AND subject LIKE 'credit_transaction:%'",
]


def _read(world: World) -> list[list[Any]]:
    with db.engine.connect() as connection:
        values = {"owners": world.owners, "day": world.day}
        return [list(connection.execute(text(read), values)) for read in _READS]


def assert_proofs_hold(entries: list[Any], days: list[Any], audits: list[Any]) -> None:
    """The hashes and the sums by day can be made anew, and each entry has one audit row."""
    previous: dict[int, bytes] = {}
    sums: Counter = Counter()
    for row in entries:
        previous[row.owner_id] = hash_of(row, previous.get(row.owner_id, b""))
        assert bytes(row.hash) == previous[row.owner_id], f"hash of entry {row.entry_no}"
        group = (row.owner_id, row.created_at.astimezone(UTC).date(), row.type, row.reason_code)
        sums.update({(*group, "entries"): 1, (*group, "credits"): row.amount_credits})
    kept: Counter = Counter()
    for row in days:
        group = (row.owner_id, row.day, row.type, row.reason_code)
        kept.update({(*group, "entries"): row.entries, (*group, "credits"): row.credits})
    assert kept == sums
    assert sorted(row.subject for row in audits) == sorted(f"credit_transaction:{row.id}" for row in entries)
