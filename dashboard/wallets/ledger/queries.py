"""A wallet's ledger: its entries, all or filtered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, select
from sqlalchemy.orm import aliased

from dashboard.campaigns.models import Campaign
from dashboard.core import keyset
from dashboard.core.db import AnyRow, db
from dashboard.core.like import contains_words, folded
from dashboard.staff.models import Staff
from dashboard.wallets.models import CreditTransaction as Entry
from dashboard.wallets.models import Wallet


@dataclass(frozen=True)
class Wanted:
    """Which entries of a ledger to show; None asks for all."""

    type: str | None = None
    reason_code: str | None = None
    since: datetime | None = None  #: from this instant on
    until: datetime | None = None  #: before this instant
    campaign_id: int | None = None
    campaign_name: str | None = None  #: words of it
    staff_id: int | None = None
    least_credits: int | None = None  #: amounts have no sign
    most_credits: int | None = None
    note: str | None = None  #: words of it


Undone, Undoing = aliased(Entry), aliased(Entry)
to_campaign = and_(Campaign.owner_id == Entry.owner_id, Campaign.id == Entry.campaign_id)
to_staff = Staff.id == Entry.staff_id
to_undone = and_(Undone.owner_id == Entry.owner_id, Undone.id == Entry.reverses)
to_undoing = and_(Undoing.owner_id == Entry.owner_id, Undoing.reverses == Entry.id)


def page(owner_id: int, wanted: Wanted, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """The wallet's entries that match every set part of `wanted`, newest first."""
    stmt = (
        select(
            Entry.id, Entry.entry_no, Entry.type, Entry.amount_credits, Entry.balance_after_credits,
            Entry.reason_code, Entry.note, Entry.campaign_id, Entry.created_at,
            Campaign.name.label("campaign_name"), Staff.name.label("staff_name"),
            Undone.entry_no.label("reverses_no"), Undoing.entry_no.label("reversed_by_no"),
        )
        .outerjoin(Campaign, to_campaign)
        .outerjoin(Staff, to_staff)
        .outerjoin(Undone, to_undone)
        .outerjoin(Undoing, to_undoing)
        .where(matching(owner_id, wanted))
    )  # fmt: skip
    return keyset.page(stmt, [keyset.Key("entry_no", Entry.entry_no, descending=True)], at)


def matching(owner_id: int, wanted: Wanted) -> ColumnElement[bool]:
    """Whether an entry is of the owner's wallet and matches every set part of `wanted`.

    The page, the totals and the export share this, so that they cannot disagree.
    """
    # The wallet's number, and neither a join nor a subquery: so the index gives the entries in their
    # order, and the planner knows how many there are.
    wallet_id = db.session.scalar(select(Wallet.id).where(Wallet.owner_id == owner_id))
    conditions = [Entry.owner_id == owner_id, Entry.wallet_id == wallet_id]
    # Numbers grow with time, so a period is a range of numbers; each index ends in the number, and
    # gives a period's entries without a look at what was written since.
    if wanted.since:
        conditions.append(Entry.entry_no >= _first_from(owner_id, wanted.since))
    if wanted.until:
        conditions.append(Entry.entry_no <= _last_before(owner_id, wanted.until))
    if wanted.type:
        conditions.append(Entry.type == wanted.type)
    if wanted.reason_code:
        conditions.append(Entry.reason_code == wanted.reason_code)
    if wanted.campaign_id is not None:
        conditions.append(Entry.campaign_id == wanted.campaign_id)
    if wanted.campaign_name:
        named = select(Campaign.id).where(
            Campaign.owner_id == owner_id, contains_words(folded(Campaign.name), wanted.campaign_name)
        )
        conditions.append(Entry.campaign_id.in_(named))
    if wanted.staff_id is not None:
        conditions.append(Entry.staff_id == wanted.staff_id)
    if wanted.least_credits is not None:
        conditions.append(Entry.amount_credits >= wanted.least_credits)
    if wanted.most_credits is not None:
        conditions.append(Entry.amount_credits <= wanted.most_credits)
    if wanted.note:
        conditions.append(contains_words(folded(Entry.note), wanted.note))
    return and_(*conditions)


def _first_from(owner_id: int, instant: datetime) -> ScalarSelect[int]:
    return (
        select(Entry.entry_no)
        .where(Entry.owner_id == owner_id, Entry.created_at >= instant)
        .order_by(Entry.created_at, Entry.entry_no)
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )


def _last_before(owner_id: int, instant: datetime) -> ScalarSelect[int]:
    return (
        select(Entry.entry_no)
        .where(Entry.owner_id == owner_id, Entry.created_at < instant)
        .order_by(Entry.created_at.desc(), Entry.entry_no.desc())
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )


def staff(owner_id: int) -> Sequence[AnyRow]:
    """Who has written into the wallet's ledger: `id` and `name`, by name."""
    # A subquery that stops at the first entry: one look into the index for each of the staff.
    wrote = (
        select(Entry.entry_no)
        .where(Entry.owner_id == owner_id, Entry.staff_id == Staff.id)
        .limit(1)
        .scalar_subquery()
    )
    return db.session.execute(
        select(Staff.id, Staff.name).where(wrote.is_not(None)).order_by(Staff.name, Staff.id)
    ).all()


def campaign_name(owner_id: int, campaign_id: int) -> str | None:
    """The name of the owner's campaign; None where there is no such campaign."""
    name: str | None = db.session.scalar(
        select(Campaign.name).where(Campaign.owner_id == owner_id, Campaign.id == campaign_id)
    )
    return name
