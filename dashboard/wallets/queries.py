"""Wallets and their balances."""

from collections.abc import Sequence

from sqlalchemy import select

from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.like import contains_words, folded
from dashboard.owners.models import Owner
from dashboard.wallets.models import Wallet
from dashboard.wallets.runway import queries as runways


def page(
    *,
    name: str | None = None,
    only_low: bool = False,
    only_short: bool = False,
    at: keyset.At = keyset.FIRST,
) -> keyset.Page[AnyRow]:
    """Wallets, emptiest first, each with its owner and whether its balance is low.

    `only_short` leaves those that will not hold enough for their owner's scheduled campaigns.
    """
    stmt = _with_owner()
    if name:
        stmt = stmt.where(contains_words(folded(Owner.name), name))
    if only_low:
        stmt = stmt.where(Wallet.balance_credits < Owner.low_balance_credits)
    if only_short:
        stmt = stmt.where(Wallet.owner_id.in_(runways.short_owner_ids()))
    keys = [keyset.Key("balance_credits", Wallet.balance_credits), keyset.Key("owner_id", Wallet.owner_id)]
    return keyset.page(stmt, keys, at)


def find(owner_id: int) -> AnyRow | None:
    """The owner's wallet; None where it has none yet."""
    return db.session.execute(_with_owner().where(Wallet.owner_id == owner_id)).one_or_none()


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
