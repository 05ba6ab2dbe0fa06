"""A ledger to be proved, and hands that the database cannot stop."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from sqlalchemy import text

from dashboard.core.db import db
from dashboard.wallets.commands import Movement, write_entry
from dashboard.wallets.models import ReasonCode
from dashboard.wallets.proofs import queries
from dashboard.wallets.proofs.queries import Against
from tests.conftest import empty_all_tables
from tests.factories import make_campaign, make_message, make_owner

CHANGES = [500, -30, 200, -40, 60, -25, 10, -5]


def write(owner_id: int, change: int, reason: ReasonCode = ReasonCode.CORRECTION, **values) -> int:
    """The `id` of an entry that is written as all are."""
    return write_entry(Movement(owner_id, change, reason, uuid4(), None, **values)).id


@pytest.fixture
def bakery(committed) -> int:
    """The number of an owner whose ledger has 11 entries, a campaign's debit and a reversal among them."""
    owner_id = make_owner(name="Bakery").id
    for n, change in enumerate(CHANGES, start=1):
        write(owner_id, change, note=f'Change {n}, «ё» "quoted" \\ and\nbroken' if n % 2 else None)
    campaign = make_campaign(owner_id=owner_id, name="Buns")
    make_message(campaign)
    write(owner_id, -1, ReasonCode.CAMPAIGN, campaign_id=campaign.id)
    write(owner_id, 7, ReasonCode.REVERSAL, reverses=write(owner_id, -7))
    write(make_owner(name="Florist").id, 90)
    return owner_id


def tamper(*statements: str, **values) -> None:
    """Change what must not be changed, as a superuser can: no trigger and no foreign key looks."""
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement), values)


def found(owner_id: int | None = None, **against) -> dict[str, str]:
    """What is broken: the title of each check that failed, and the first thing that it names."""
    outcomes = queries.verify(owner_id=owner_id, against=Against(**against))
    return {outcome.title: outcome.findings[0].sentence for outcome in outcomes if not outcome.is_passed}


@pytest.fixture
def without_constraint(committed) -> Iterator[Callable[[str, str], None]]:
    """Drops a constraint for the time of the test."""
    dropped: list[str] = []

    def drop(table: str, name: str) -> None:
        with db.engine.begin() as connection:
            definition = connection.scalar(
                text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"),
                {"name": name},
            )
            connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        dropped.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")

    yield drop
    db.session.remove()
    empty_all_tables()
    with db.engine.begin() as connection:
        for statement in dropped:
            connection.execute(text(statement))


@pytest.fixture
def rewrite() -> Callable[[int], None]:
    """Makes everything of a ledger fit again that is computed from its entries, as a clever thief would."""

    def rewrite(owner_id: int) -> None:
        tamper(
            """
            UPDATE credit_transaction AS entry SET balance_after_credits = sums.balance
            FROM (
                SELECT id, sum(CASE type WHEN 'debit' THEN -amount_credits ELSE amount_credits END)
                    OVER (ORDER BY entry_no) AS balance
                FROM credit_transaction WHERE owner_id = :owner_id
            ) AS sums
            WHERE owner_id = :owner_id AND entry.id = sums.id
            """,
            """
            UPDATE credit_transaction AS entry SET hash = chained.hash
            FROM (
                SELECT id, ledger_chain(owner_id, id, entry_no, type, amount_credits, balance_after_credits,
                    reason_code, note, campaign_id, staff_id, idempotency_key, reverses, created_at)
                    OVER (ORDER BY entry_no) AS hash
                FROM credit_transaction WHERE owner_id = :owner_id
            ) AS chained
            WHERE owner_id = :owner_id AND entry.id = chained.id
            """,
            "DELETE FROM wallet_day WHERE owner_id = :owner_id",
            """
            INSERT INTO wallet_day (owner_id, day, type, reason_code, entries, credits)
            SELECT owner_id, (created_at AT TIME ZONE 'UTC')::date, type, reason_code,
                count(*), sum(amount_credits)
            FROM credit_transaction WHERE owner_id = :owner_id GROUP BY 1, 2, 3, 4
            """,
            """
            UPDATE wallet SET last_entry_no = last.entry_no, balance_credits = last.balance_after_credits
            FROM (
                SELECT entry_no, balance_after_credits FROM credit_transaction
                WHERE owner_id = :owner_id ORDER BY entry_no DESC LIMIT 1
            ) AS last
            WHERE owner_id = :owner_id
            """,
            owner_id=owner_id,
        )

    return rewrite
