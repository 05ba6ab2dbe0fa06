"""Ledgers whose entries have the times that a test gives them."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert, select, text

from dashboard.core.db import db
from dashboard.wallets.models import CreditTransaction, Wallet
from tests.factories import make_wallet


def make_ledger(owner, *changes: tuple[datetime, int], **values) -> None:
    """A wallet of the owner with an entry for each instant and change, oldest first."""
    make_wallet(owner)
    append(owner.id, *changes, **values)


def append(owner_id: int, *changes: tuple[datetime, int], **values) -> None:
    """Write an entry for each instant and change, oldest first; `values` are those of every entry."""
    wallet = db.session.scalars(select(Wallet).where(Wallet.owner_id == owner_id).with_for_update()).one()
    rows = []
    for at, change in changes:
        wallet.balance_credits += change
        wallet.last_entry_no += 1
        given = {
            "owner_id": owner_id,
            "wallet_id": wallet.id,
            "entry_no": wallet.last_entry_no,
            "type": "credit" if change > 0 else "debit",
            "amount_credits": abs(change),
            "balance_after_credits": wallet.balance_credits,
            "reason_code": "goodwill",
            "idempotency_key": uuid4(),
            "created_at": at,
        }
        rows.append(given | values)
    db.session.execute(insert(CreditTransaction), rows)
    db.session.commit()


def tamper(statement: str) -> None:
    """Change history, as only a superuser can who turns the triggers off."""
    db.session.execute(text("SET LOCAL session_replication_role = replica"))
    db.session.execute(text(statement))
    db.session.execute(text("SET LOCAL session_replication_role = origin"))
    db.session.commit()
