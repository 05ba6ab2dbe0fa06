"""The entry to reverse."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from dashboard.core.db import db
from dashboard.wallets.models import CreditTransaction, EntryType, Wallet


@dataclass(frozen=True)
class Reversible:
    """An entry, and whether it was reversed already."""

    id: int
    entry_no: int
    change_credits: int  #: with its sign
    reason_code: str
    note: str | None
    created_at: datetime
    reversed_by: int | None  #: the number of the entry that undid it


def get(owner_id: int, entry_no: int) -> Reversible:
    """One entry of the owner's wallet.

    Raises:
        NoResultFound: there is no such entry.
    """
    undoing = aliased(CreditTransaction)
    found = db.session.execute(
        select(
            CreditTransaction.id, CreditTransaction.type, CreditTransaction.amount_credits,
            CreditTransaction.reason_code, CreditTransaction.note, CreditTransaction.created_at,
            undoing.entry_no.label("reversed_by"),
        )
        .outerjoin(
            undoing,
            (undoing.owner_id == CreditTransaction.owner_id) & (undoing.reverses == CreditTransaction.id),
        )
        .where(
            CreditTransaction.owner_id == owner_id,
            CreditTransaction.entry_no == entry_no,
            CreditTransaction.wallet_id
            == select(Wallet.id).where(Wallet.owner_id == owner_id).scalar_subquery(),
        )
    ).one()  # fmt: skip
    sign = -1 if found.type == EntryType.DEBIT else 1
    return Reversible(
        found.id,
        entry_no,
        sign * found.amount_credits,
        found.reason_code,
        found.note,
        found.created_at,
        found.reversed_by,
    )
