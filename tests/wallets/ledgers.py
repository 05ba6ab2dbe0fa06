"""Ledgers for tests, with times of their own."""

from datetime import datetime, timedelta
from uuid import uuid4

from dashboard.core.db import db
from dashboard.wallets.models import CreditTransaction, Wallet
from tests.factories import NOON, make_owner


def make_ledger(lines: list[dict], owner=None) -> int:
    """A wallet with these entries, oldest first; the number of its owner.

    A line has `change` in credits, with its sign, and may have any column's value. Without a
    `created_at` it comes a minute after the one before.
    """
    owner = owner or make_owner()
    balance, at = 0, NOON
    wallet = Wallet(owner_id=owner.id)
    db.session.add(wallet)
    db.session.flush()
    for entry_no, line in enumerate(lines, 1):
        change = line["change"]
        balance += change
        at = line.get("created_at", at + timedelta(minutes=1))
        values = {name: value for name, value in line.items() if name != "change"}
        given = {
            "owner_id": owner.id,
            "wallet_id": wallet.id,
            "entry_no": entry_no,
            "type": "debit" if change < 0 else "credit",
            "amount_credits": abs(change),
            "balance_after_credits": balance,
            "reason_code": "other",
            "idempotency_key": uuid4(),
            "created_at": at,
        }
        db.session.add(CreditTransaction(**(given | values)))
        db.session.flush()
    wallet.balance_credits, wallet.last_entry_no = balance, len(lines)
    db.session.commit()
    return owner.id


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)
