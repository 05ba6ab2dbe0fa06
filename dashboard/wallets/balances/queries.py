"""What a wallet held: at an instant, and day by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import BigInteger, case, cast, func, select

from dashboard.core.db import AnyRow, AnySelect, db, utc_now
from dashboard.wallets.models import CreditTransaction as Entry
from dashboard.wallets.models import EntryType, WalletDay


@dataclass(frozen=True)
class Held:
    """What a wallet held when a time was over."""

    at: datetime  #: when the time began
    entry: AnyRow | None  #: the last one before: `entry_no`, `balance_after_credits`, `created_at`
    is_over: bool  #: else more entries may come before it is

    @property
    def credits(self) -> int:
        return self.entry.balance_after_credits if self.entry else 0


@dataclass(frozen=True)
class Closings:
    """How the balance went, at the ends of UTC days.

    `days` are those with entries, oldest first: `day`, `in_credits`, `out_credits` and
    `balance_credits` at the end of the day. `opening_credits` is what the wallet held before the
    first of them; None where it had no entry before.
    """

    opening_credits: int | None
    days: Sequence[AnyRow]


def held(owner_id: int, at: datetime, until: datetime) -> Held:
    """What the wallet held right before `until`, asked for as the time `at`.

    Entries follow each other in time as in number (a trigger sees to it), so the last one before by
    time is that by number too. Without one the wallet held nothing.
    """
    entry = db.session.execute(_last_before(owner_id, until)).one_or_none()
    return Held(at, entry, is_over=until <= utc_now())


def closings(owner_id: int, since: date) -> Closings:
    """The balances at the ends of the UTC days from `since` on.

    Source: `wallet_day`, which is kept in the transaction of each entry, and the last entry before.
    """
    opening = _last_before(owner_id, datetime.combine(since, time.min, UTC)).subquery()
    into = case((WalletDay.type != EntryType.DEBIT, WalletDay.credits), else_=0)
    out = case((WalletDay.type == EntryType.DEBIT, WalletDay.credits), else_=0)
    day = (
        select(WalletDay.day, func.sum(into).label("into"), func.sum(out).label("out"))
        .where(WalletDay.owner_id == owner_id, WalletDay.day >= since)
        .group_by(WalletDay.day)
        .subquery()
    )
    opening_credits = select(opening.c.balance_after_credits).scalar_subquery()
    moved = func.sum(day.c.into - day.c.out).over(order_by=day.c.day)
    days = db.session.execute(
        select(
            day.c.day,
            cast(day.c.into, BigInteger).label("in_credits"),
            cast(day.c.out, BigInteger).label("out_credits"),
            cast(func.coalesce(opening_credits, 0) + moved, BigInteger).label("balance_credits"),
            opening_credits.label("opening_credits"),
        ).order_by(day.c.day)
    ).all()
    if days:
        return Closings(days[0].opening_credits, days)
    return Closings(db.session.scalar(select(opening.c.balance_after_credits)), [])


def _last_before(owner_id: int, instant: datetime) -> AnySelect:
    return (
        select(Entry.entry_no, Entry.balance_after_credits, Entry.created_at)
        .where(Entry.owner_id == owner_id, Entry.created_at < instant)
        .order_by(Entry.created_at.desc(), Entry.entry_no.desc())
        .limit(1)
    )
