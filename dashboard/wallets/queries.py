"""Balances and ledgers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from dashboard.campaigns.models import Campaign
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.like import contains_words, folded
from dashboard.owners.models import Owner
from dashboard.staff.models import Staff
from dashboard.wallets.models import CreditTransaction, Wallet


@dataclass(frozen=True)
class Wanted:
    """Which entries of a ledger to show; None asks for all."""

    type: str | None = None
    since: datetime | None = None  #: from this instant on
    until: datetime | None = None  #: before this instant


def page(
    *, name: str | None = None, only_low: bool = False, at: keyset.At = keyset.FIRST
) -> keyset.Page[AnyRow]:
    """Wallets, emptiest first, each with its owner and whether its balance is low."""
    stmt = _with_owner()
    if name:
        stmt = stmt.where(contains_words(folded(Owner.name), name))
    if only_low:
        stmt = stmt.where(Wallet.balance_credits < Owner.low_balance_credits)
    keys = [keyset.Key("balance_credits", Wallet.balance_credits), keyset.Key("owner_id", Wallet.owner_id)]
    return keyset.page(stmt, keys, at)


def find(owner_id: int) -> AnyRow | None:
    """The owner's wallet; None where it has none yet."""
    return db.session.execute(_with_owner().where(Wallet.owner_id == owner_id)).one_or_none()


def ledger(owner_id: int, wanted: Wanted, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """The wallet's entries that match every set part of `wanted`, newest first."""
    wallet_id = select(Wallet.id).where(Wallet.owner_id == owner_id).scalar_subquery()
    stmt = (
        select(
            CreditTransaction.id, CreditTransaction.entry_no, CreditTransaction.type,
            CreditTransaction.amount_credits, CreditTransaction.balance_after_credits,
            CreditTransaction.reason_code, CreditTransaction.note, CreditTransaction.campaign_id,
            CreditTransaction.created_at,
            Campaign.name.label("campaign_name"), Staff.name.label("staff_name"),
        )
        .outerjoin(
            Campaign,
            (Campaign.owner_id == CreditTransaction.owner_id)
            & (Campaign.id == CreditTransaction.campaign_id),
        )
        .outerjoin(Staff, Staff.id == CreditTransaction.staff_id)
        # The wallet's number, and not a join, so that the index gives the entries in their order.
        .where(CreditTransaction.owner_id == owner_id, CreditTransaction.wallet_id == wallet_id)
    )  # fmt: skip
    if wanted.type:
        stmt = stmt.where(CreditTransaction.type == wanted.type)
    if wanted.since:
        stmt = stmt.where(CreditTransaction.created_at >= wanted.since)
    if wanted.until:
        stmt = stmt.where(CreditTransaction.created_at < wanted.until)
    newest = [keyset.Key("entry_no", CreditTransaction.entry_no, descending=True)]
    return keyset.page(stmt, newest, at)


def low(*, most: int = 8) -> Sequence[AnyRow]:
    """The wallets whose balance is below their owner's limit, emptiest first."""
    return db.session.execute(
        _with_owner()
        .where(Wallet.balance_credits < Owner.low_balance_credits)
        .order_by(Wallet.balance_credits, Wallet.owner_id)
        .limit(most)
    ).all()


def _with_owner() -> AnySelect:
    return select(
        Wallet.owner_id, Wallet.id, Wallet.balance_credits, Wallet.updated_at,
        Owner.name.label("owner_name"), Owner.timezone, Owner.low_balance_credits,
        (Wallet.balance_credits < Owner.low_balance_credits).label("is_low"),
    ).join(Owner, Owner.id == Wallet.owner_id)  # fmt: skip
