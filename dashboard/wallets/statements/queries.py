"""What a wallet held, what came in and went out, and what it held then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, ColumnElement, Date, ScalarSelect, and_, case, cast, func, select

from dashboard.campaigns.models import Campaign
from dashboard.core.dates import day_end, day_start
from dashboard.core.db import AnyRow, db
from dashboard.wallets.models import CreditTransaction as Entry
from dashboard.wallets.models import EntryType, Wallet

MOST_ENTRIES = 1_000  #: listed one by one; of more each day is a line


@dataclass(frozen=True)
class Statement:
    """A wallet's movements in a period, oldest first. All amounts are whole credits.

    A line is an entry (`entry_no`, `created_at`, `campaign_name`, `reason_code`, `note`) or, where
    `is_daily`, a day with entries (`day`, `entries`); either has `in_credits`, `out_credits` and the
    `balance_credits` after it.
    """

    wallet_id: int | None  #: None where the owner has no wallet yet
    opening_credits: int
    in_credits: int
    out_credits: int
    closing_credits: int
    entries: int
    is_daily: bool
    lines: Sequence[AnyRow]

    @property
    def sum_credits(self) -> int:
        """What the closing balance must be."""
        return self.opening_credits + self.in_credits - self.out_credits

    @property
    def foots(self) -> bool:
        """Whether opening + in - out is the closing balance, and each line's balance follows so too."""
        balance = self.opening_credits
        for line in self.lines:
            balance += line.in_credits - line.out_credits
            if balance != line.balance_credits:
                return False
        return balance == self.sum_credits == self.closing_credits


def statement(owner_id: int, since: date, until: date, zone: str) -> Statement:
    """The owner's statement from the start of the day `since` to the end of the day `until`.

    The balances are those that the ledger's entries state, the sums are those of their amounts, all at
    one instant of the database: an entry written meanwhile is in none of them. An owner without a
    wallet gets zeros.
    """
    start, end = day_start(since, zone), day_end(until, zone)
    within = and_(Entry.owner_id == owner_id, Entry.created_at >= start, Entry.created_at < end)
    totals = db.session.execute(
        select(
            select(Wallet.id).where(Wallet.owner_id == owner_id).scalar_subquery().label("wallet_id"),
            func.coalesce(_last_balance_before(owner_id, start), 0).label("opening_credits"),
            _sum(IN).label("in_credits"),
            _sum(OUT).label("out_credits"),
            func.coalesce(_last_balance_before(owner_id, end), 0).label("closing_credits"),
            func.count().label("entries"),
            func.coalesce(func.max(Entry.entry_no), 0).label("last_no"),
        ).where(within)
    ).one()
    is_daily = totals.entries > MOST_ENTRIES
    # Whatever is written from here on has a higher number.
    counted = and_(within, Entry.entry_no <= totals.last_no)
    return Statement(
        wallet_id=totals.wallet_id,
        opening_credits=totals.opening_credits,
        in_credits=totals.in_credits,
        out_credits=totals.out_credits,
        closing_credits=totals.closing_credits,
        entries=totals.entries,
        is_daily=is_daily,
        lines=_days(counted, zone) if is_daily else _entries(counted),
    )


IN = case((Entry.type != EntryType.DEBIT, Entry.amount_credits), else_=0)
OUT = case((Entry.type == EntryType.DEBIT, Entry.amount_credits), else_=0)


def _sum(credits: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(credits), 0), BigInteger)


def _last_balance_before(owner_id: int, instant: datetime) -> ScalarSelect[int]:
    return (
        select(Entry.balance_after_credits)
        .where(Entry.owner_id == owner_id, Entry.created_at < instant)
        .order_by(Entry.created_at.desc(), Entry.entry_no.desc())
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )


def _entries(counted: ColumnElement[bool]) -> Sequence[AnyRow]:
    return db.session.execute(
        select(
            Entry.entry_no, Entry.created_at, Entry.reason_code, Entry.note,
            Campaign.name.label("campaign_name"),
            IN.label("in_credits"), OUT.label("out_credits"),
            Entry.balance_after_credits.label("balance_credits"),
        )
        .outerjoin(
            Campaign, and_(Campaign.owner_id == Entry.owner_id, Campaign.id == Entry.campaign_id)
        )
        .where(counted)
        .order_by(Entry.entry_no)
    ).all()  # fmt: skip


def _days(counted: ColumnElement[bool], zone: str) -> Sequence[AnyRow]:
    """The days of the zone that have entries, each with the balance after its last entry."""
    day = cast(func.timezone(zone, Entry.created_at), Date).label("day")
    days = (
        select(
            day, Entry.owner_id, Entry.wallet_id, func.count().label("entries"),
            _sum(IN).label("in_credits"), _sum(OUT).label("out_credits"),
            func.max(Entry.entry_no).label("last_no"),
        )
        .where(counted)
        .group_by(day, Entry.owner_id, Entry.wallet_id)
        .cte("days")
    )  # fmt: skip
    # One probe of the index for each day; a join would be free to read the whole ledger.
    balance = (
        select(Entry.balance_after_credits)
        .where(
            Entry.owner_id == days.c.owner_id,
            Entry.wallet_id == days.c.wallet_id,
            Entry.entry_no == days.c.last_no,
        )
        .scalar_subquery()
    )
    return db.session.execute(
        select(
            days.c.day, days.c.entries, days.c.in_credits, days.c.out_credits,
            balance.label("balance_credits"),
        ).order_by(days.c.day)
    ).all()  # fmt: skip
