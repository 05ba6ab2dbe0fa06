"""What the entries of a ledger add up to, all or filtered."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, literal, select, union_all

from dashboard.core.db import AnySelect, db
from dashboard.wallets.ledger.queries import Wanted, matching
from dashboard.wallets.models import CreditTransaction as Entry
from dashboard.wallets.models import EntryType, WalletDay

MOST_ENTRIES = 10_000  #: added up one by one; of more there are no totals


@dataclass(frozen=True)
class Totals:
    """How many entries match, and the credits that they moved, by type."""

    entries: int
    credit: int
    refund: int
    debit: int

    @property
    def net(self) -> int:
        return self.credit + self.refund - self.debit


def totals(owner_id: int, wanted: Wanted) -> Totals | None:
    """The totals of the entries that match `wanted`; None where they are too many to add up.

    They never are where type, reason and period are all that is asked for: then the sums by day serve.
    """
    if _asks_beyond_days(wanted):
        return _of(_entries(owner_id, wanted), most=MOST_ENTRIES)
    return _of(_days_and_edges(owner_id, wanted))


def _asks_beyond_days(wanted: Wanted) -> bool:
    others = (
        wanted.campaign_id, wanted.campaign_name, wanted.staff_id, wanted.least_credits,
        wanted.most_credits, wanted.note,
    )  # fmt: skip
    return any(part is not None for part in others)


def _entries(owner_id: int, wanted: Wanted) -> AnySelect:
    return (
        select(Entry.type, literal(1).label("entries"), Entry.amount_credits.label("credits"))
        .where(matching(owner_id, wanted))
        .limit(MOST_ENTRIES + 1)
    )


def _days_and_edges(owner_id: int, wanted: Wanted) -> AnySelect:
    """The sums of the UTC days that lie in the period as a whole, and the entries of what is left of it."""
    since, until = wanted.since, wanted.until
    first, end = since and _day_from(since), until and until.astimezone(UTC).date()
    if first and end and first >= end:
        return _edges(owner_id, wanted, and_(Entry.created_at >= since, Entry.created_at < until))
    days = select(WalletDay.type, WalletDay.entries, WalletDay.credits).where(WalletDay.owner_id == owner_id)
    edges: list[ColumnElement[bool]] = []
    if first:
        days = days.where(WalletDay.day >= first)
        edges.append(and_(Entry.created_at >= since, Entry.created_at < _midnight(first)))
    if end:
        days = days.where(WalletDay.day < end)
        edges.append(and_(Entry.created_at >= _midnight(end), Entry.created_at < until))
    if wanted.type:
        days = days.where(WalletDay.type == wanted.type)
    if wanted.reason_code:
        days = days.where(WalletDay.reason_code == wanted.reason_code)
    if not edges:
        return days
    return select(union_all(days, *(_edges(owner_id, wanted, edge) for edge in edges)).subquery())


def _edges(owner_id: int, wanted: Wanted, within: ColumnElement[bool]) -> AnySelect:
    stmt = select(
        Entry.type, literal(1, BigInteger).label("entries"), Entry.amount_credits.label("credits")
    ).where(Entry.owner_id == owner_id, within)
    if wanted.type:
        stmt = stmt.where(Entry.type == wanted.type)
    if wanted.reason_code:
        stmt = stmt.where(Entry.reason_code == wanted.reason_code)
    return stmt


def _day_from(instant: datetime) -> date:
    """The first UTC day that begins at or after the instant."""
    at = instant.astimezone(UTC)
    return at.date() if at.time() == time.min else at.date() + timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _of(lines: AnySelect, *, most: int | None = None) -> Totals | None:
    """What lines of `type`, `entries` and `credits` add up to; None for more than `most` entries."""
    line = lines.subquery()

    def credits(type_: EntryType) -> ColumnElement[int]:
        return _sum(case((line.c.type == type_, line.c.credits), else_=0))

    found = db.session.execute(
        select(
            _sum(line.c.entries),
            credits(EntryType.CREDIT),
            credits(EntryType.REFUND),
            credits(EntryType.DEBIT),
        )
    ).one()
    return None if most is not None and found[0] > most else Totals(*found)


def _sum(column: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(column), 0), BigInteger)
