"""Customers, and each at a glance."""

from collections.abc import Sequence

from sqlalchemy import func, select

from dashboard.campaigns.models import Campaign
from dashboard.contacts.models import ContactStat
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.like import contains_words, folded
from dashboard.owners.models import Owner, SenderNumber
from dashboard.wallets.models import Wallet


def names() -> Sequence[tuple[int, str]]:
    """Every owner's number and name, by name; for a choice."""
    stmt = select(Owner.id, Owner.name).order_by(folded(Owner.name), Owner.id)
    return [(row.id, row.name) for row in db.session.execute(stmt)]


def countries() -> Sequence[str]:
    """The codes of the countries that owners are in; for a choice."""
    return db.session.scalars(select(Owner.country).distinct()).all()


def get(owner_id: int) -> AnyRow:
    """The owner's own columns.

    Raises:
        NoResultFound: no such owner.
    """
    return db.session.execute(
        select(
            Owner.id, Owner.name, Owner.sender_name, Owner.country, Owner.timezone,
            Owner.low_balance_credits, Owner.created_at,
        ).where(Owner.id == owner_id)
    ).one()  # fmt: skip


def glance(owner_id: int) -> AnyRow:
    """Counts of contacts and the balance of one owner, from the counters.

    Raises:
        NoResultFound: no such owner.
    """
    return db.session.execute(_with_counts().where(Owner.id == owner_id)).one()


def page(*, name: str | None = None, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """Owners by name, each with its counts, balance and latest campaign."""
    stmt = _with_counts()
    if name:
        stmt = stmt.where(contains_words(folded(Owner.name), name))
    keys = [keyset.Key("folded_name", folded(Owner.name)), keyset.Key("id", Owner.id)]
    return keyset.page(stmt, keys, at)


def sender_numbers(owner_id: int) -> Sequence[str]:
    """The numbers that receive texts for the owner, E.164."""
    return db.session.scalars(
        select(SenderNumber.number).where(SenderNumber.owner_id == owner_id).order_by(SenderNumber.number)
    ).all()


def _with_counts() -> AnySelect:
    latest = (
        select(func.max(Campaign.started_at))
        .where(Campaign.owner_id == Owner.id, Campaign.started_at.is_not(None))
        .scalar_subquery()
    )
    return (
        select(
            Owner.id, Owner.name, Owner.country, Owner.timezone, Owner.low_balance_credits,
            func.coalesce(ContactStat.contacts, 0).label("contacts"),
            func.coalesce(ContactStat.subscribed, 0).label("subscribed"),
            Wallet.balance_credits,
            latest.label("last_campaign_at"),
        )
        .outerjoin(ContactStat, ContactStat.owner_id == Owner.id)
        .outerjoin(Wallet, Wallet.owner_id == Owner.id)
    )  # fmt: skip
