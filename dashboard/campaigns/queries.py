"""What became of campaigns and their messages.

All figures come from the counters that the database keeps in the transaction that changes the
messages (`campaign_stat`, `campaign_stat_hour`, `campaign_stat_error`), so they are exact at the
instant of reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, compress, pairwise
from typing import Any

from sqlalchemy import Date, Double, Integer, cast, func, select

from dashboard.campaigns.models import (
    Campaign,
    CampaignMessage,
    CampaignStat,
    CampaignStatError,
    CampaignStatHour,
    CampaignStatus,
    MessageStatus,
)
from dashboard.contacts.models import Contact
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.like import contains_words
from dashboard.core.rates import Rate
from dashboard.lists.models import ContactList
from dashboard.owners.models import Owner
from dashboard.staff.models import Staff


@dataclass(frozen=True)
class Totals:
    """How many messages are in each state, and the rates of them."""

    queued: int
    sent: int
    delivered: int
    failed: int

    @property
    def messages(self) -> int:
        return self.queued + self.accepted

    @property
    def accepted(self) -> int:
        """Handed to the provider, whatever became of it."""
        return self.sent + self.delivered + self.failed

    def of(self, figure: str) -> int:
        """The count behind one of FIGURES."""
        counts = {"all": self.messages, "accepted": self.accepted, "queued": self.queued, "sent": self.sent}
        return (counts | {"delivered": self.delivered, "failed": self.failed})[figure]

    @property
    def delivery(self) -> Rate:
        return Rate(self.delivered, self.accepted)

    @property
    def failure(self) -> Rate:
        return Rate(self.failed, self.accepted)

    @property
    def pending(self) -> Rate:
        """No final receipt yet; not a failure."""
        return Rate(self.sent, self.accepted)

    @property
    def progress(self) -> Rate:
        """How much of the campaign was handed to the provider."""
        return Rate(self.accepted, self.messages)


def totals_of(row: AnyRow) -> Totals:
    """The totals of a row that carries the counters."""
    return Totals(row.queued, row.sent, row.delivered, row.failed)


@dataclass(frozen=True)
class Wanted:
    """Which campaigns to show; None asks for all."""

    name: str | None = None
    status: str | None = None
    owner_id: int | None = None
    since: datetime | None = None  #: from this instant on
    until: datetime | None = None  #: before this instant


_ACCEPTED = CampaignStat.sent + CampaignStat.delivered + CampaignStat.failed


def _share(count: Any, otherwise: float) -> Any:
    share = cast(count, Double) / func.nullif(_ACCEPTED, 0)
    return func.coalesce(share, cast(otherwise, Double), type_=Double)


_HAPPENS = keyset.Key("happens_at", Campaign.happens_at, descending=True)
_ID = keyset.Key("id", Campaign.id, descending=True)
# A campaign without accepted messages has no rate and comes last.
SORTS: dict[str, list[keyset.Key]] = {
    "newest": [_HAPPENS, _ID],
    "oldest": [
        keyset.Key("happens_at", Campaign.happens_at),
        keyset.Key("id", Campaign.id),
    ],
    "failing": [keyset.Key("failing", _share(CampaignStat.failed, -1.0), descending=True), _ID],
    "undelivered": [keyset.Key("undelivered", _share(CampaignStat.delivered, 2.0)), _ID],
    "largest": [keyset.Key("largest", func.coalesce(_ACCEPTED, 0), descending=True), _ID],
}


def page(wanted: Wanted, *, sort: str = "newest", at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """Campaigns that match every set part of `wanted`, with their counters and their owner's name."""
    keys = SORTS[sort]
    stmt = _with_counters()
    if sort in ("failing", "undelivered", "largest"):
        stmt = stmt.add_columns(keys[0].column.label(keys[0].name))
    return keyset.page(_narrowed(stmt, wanted), keys, at)


def get(owner_id: int, campaign_id: int) -> AnyRow:
    """The campaign with its counters, its list's and its maker's name.

    Raises:
        NoResultFound: no such campaign of this owner.
    """
    return db.session.execute(
        _with_counters()
        .add_columns(
            Campaign.message_text, Campaign.sender_name, Campaign.scheduled_at, Campaign.started_at,
            Campaign.finished_at, Campaign.created_at, Campaign.list_id,
            ContactList.name.label("list_name"), Staff.name.label("made_by"),
            func.coalesce(CampaignStat.segments, 0).label("segments"), CampaignStat.first_sent_at,
        )
        .outerjoin(
            ContactList, (ContactList.owner_id == Campaign.owner_id) & (ContactList.id == Campaign.list_id)
        )
        .outerjoin(Staff, Staff.id == Campaign.created_by)
        .where(Campaign.owner_id == owner_id, Campaign.id == campaign_id)
    ).one()  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """Running totals at the end of each span in which something happened; ends as instants."""

    ends: Sequence[datetime]
    accepted: Sequence[int]
    delivered: Sequence[int]
    failed: Sequence[int]


CURVE_BY_HOUR = timedelta(hours=72)  #: as long as providers try; later receipts are added up by day


def curve(owner_id: int, campaign_id: int) -> Curve:
    """How a campaign's figures grew: by hour for three days, then by day. Empty before it began."""
    rows = db.session.execute(
        select(
            CampaignStatHour.hour,
            CampaignStatHour.accepted,
            CampaignStatHour.delivered,
            CampaignStatHour.failed,
        )
        .where(CampaignStatHour.owner_id == owner_id, CampaignStatHour.campaign_id == campaign_id)
        .order_by(CampaignStatHour.hour)
    ).all()
    if not rows:
        return Curve([], [], [], [])
    start = rows[0].hour
    ends = [_end_of_span(start, row.hour) for row in rows]
    is_last = [end != next_end for end, next_end in pairwise([*ends, None])]

    def running(name: str) -> list[int]:
        return [0, *compress(accumulate(getattr(row, name) for row in rows), is_last)]

    return Curve(
        [start, *compress(ends, is_last)], running("accepted"), running("delivered"), running("failed")
    )


def _end_of_span(start: datetime, hour: datetime) -> datetime:
    if hour - start < CURVE_BY_HOUR:
        return hour + timedelta(hours=1)
    return start + timedelta(days=(hour - start).days + 1)


def failure_reasons(owner_id: int, campaign_id: int, *, most: int = 20) -> Sequence[AnyRow]:
    """The provider's codes ('' for none) and how many messages failed with each; most first."""
    return db.session.execute(
        select(CampaignStatError.error_code, CampaignStatError.failed)
        .where(
            CampaignStatError.owner_id == owner_id,
            CampaignStatError.campaign_id == campaign_id,
            CampaignStatError.failed > 0,
        )
        .order_by(CampaignStatError.failed.desc(), CampaignStatError.error_code)
        .limit(most)
    ).all()


@dataclass(frozen=True)
class Unsubscribes:
    """A campaign's recipients who opted out while its window was open."""

    count: int
    closes_at: datetime | None  #: None: nothing was sent yet, so the window is not open
    contacts: Sequence[AnyRow]  #: the first few


def unsubscribes(
    owner_id: int, campaign_id: int, first_sent_at: datetime | None, *, window_days: int, most: int = 10
) -> Unsubscribes:
    """Recipients whose `unsubscribed_at` lies within `window_days` from the first message.

    Who has opted in again meanwhile is not counted: the state is the contact's present one.
    """
    if first_sent_at is None:
        return Unsubscribes(0, None, [])
    closes_at = first_sent_at + timedelta(days=window_days)
    was_messaged = (
        select(CampaignMessage.id)
        .where(
            CampaignMessage.owner_id == Contact.owner_id,
            CampaignMessage.contact_id == Contact.id,
            CampaignMessage.campaign_id == campaign_id,
            CampaignMessage.status != MessageStatus.QUEUED,
        )
        .exists()
    )
    left = (
        select(
            Contact.owner_id, Contact.id, Contact.phone, Contact.first_name, Contact.last_name,
            Contact.unsubscribed_at, func.count().over().label("of_all"),
        )
        .where(
            Contact.owner_id == owner_id,
            Contact.unsubscribed_at >= first_sent_at,
            Contact.unsubscribed_at < closes_at,
            was_messaged,
        )
        .order_by(Contact.unsubscribed_at, Contact.id)
        .limit(most)
    )  # fmt: skip
    contacts = db.session.execute(left).all()
    return Unsubscribes(contacts[0].of_all if contacts else 0, closes_at, contacts)


#: The figures of a campaign, each of which leads to the messages behind it.
FIGURES: dict[str, Any] = {
    "all": None,
    "accepted": CampaignMessage.status != MessageStatus.QUEUED,
    "queued": CampaignMessage.status == MessageStatus.QUEUED,
    "sent": CampaignMessage.status == MessageStatus.SENT,
    "delivered": CampaignMessage.status == MessageStatus.DELIVERED,
    # `failed_at` names the partial index of failures; the CHECK makes the two the same.
    "failed": CampaignMessage.failed_at.is_not(None),
}


def messages(
    owner_id: int,
    campaign_id: int,
    totals: Totals,
    *,
    figure: str = "all",
    error_code: str | None = None,
    at: keyset.At = keyset.FIRST,
) -> keyset.Page[AnyRow]:
    """The messages behind one of FIGURES, newest first; of one error code ('' for none) if given.

    What the counters say is none is not looked for: to find no pending message among millions of
    delivered ones, all would have to be read.
    """
    if not totals.of(figure):
        return keyset.NO_PAGE
    stmt = (
        select(
            CampaignMessage.id, CampaignMessage.owner_id, CampaignMessage.contact_id, CampaignMessage.phone,
            CampaignMessage.status, CampaignMessage.segments, CampaignMessage.error_code,
            CampaignMessage.created_at, CampaignMessage.sent_at, CampaignMessage.delivered_at,
            CampaignMessage.failed_at, CampaignMessage.provider_message_id,
            Contact.first_name, Contact.last_name,
        )
        .join(
            Contact,
            (Contact.owner_id == CampaignMessage.owner_id) & (Contact.id == CampaignMessage.contact_id),
        )
        .where(CampaignMessage.owner_id == owner_id, CampaignMessage.campaign_id == campaign_id)
    )  # fmt: skip
    if FIGURES[figure] is not None:
        stmt = stmt.where(FIGURES[figure])
    if error_code is not None:
        stmt = stmt.where(
            CampaignMessage.failed_at.is_not(None),
            func.coalesce(CampaignMessage.error_code, "") == error_code,
        )
    return keyset.page(stmt, [keyset.Key("id", CampaignMessage.id, descending=True)], at)


def sending_now(*, most: int = 10) -> Sequence[AnyRow]:
    """Campaigns under way, latest start first, with their counters."""
    return db.session.execute(
        _with_counters()
        .where(Campaign.status == CampaignStatus.SENDING)
        .order_by(Campaign.happens_at.desc(), Campaign.id.desc())
        .limit(most)
    ).all()


def worst_failures(since: datetime, *, most: int = 8) -> list[AnyRow]:
    """The campaigns since then that surely failed most: by the lower bound of the failure interval.

    By the bound and not by the rate, so that 1 of 2 does not come before 700 of 2,000.
    """
    rows = db.session.execute(
        _with_counters().where(
            Campaign.happens_at >= since, CampaignStat.failed > 0, Campaign.started_at.is_not(None)
        )
    ).all()
    return sorted(rows, key=_surely_failed, reverse=True)[:most]


def days(since: datetime, zone: str, *, owner_id: int | None = None) -> Sequence[AnyRow]:
    """Accepted, delivered and failed messages per day of `zone`, from the hour of `since` on.

    Each is counted on the day on which it happened. Days without messages have no row. A zone
    whose offset is no whole hour counts the odd minutes to the day in which the UTC hour began.
    """
    day = cast(func.timezone(zone, CampaignStatHour.hour), Date).label("day")
    stmt = select(
        day,
        cast(func.sum(CampaignStatHour.accepted), Integer).label("accepted"),
        cast(func.sum(CampaignStatHour.delivered), Integer).label("delivered"),
        cast(func.sum(CampaignStatHour.failed), Integer).label("failed"),
    ).where(CampaignStatHour.hour >= since)
    if owner_id is not None:
        stmt = stmt.where(CampaignStatHour.owner_id == owner_id)
    return db.session.execute(stmt.group_by(day).order_by(day)).all()


def sum_of(days: Sequence[AnyRow]) -> Totals:
    """What happened in all of these days. What is neither delivered nor failed counts as pending.

    Counted on the days on which it happened, so that a message sent before the first day and
    delivered on it makes pending too small; it never falls below zero.
    """
    accepted = sum(day.accepted for day in days)
    delivered = sum(day.delivered for day in days)
    failed = sum(day.failed for day in days)
    return Totals(0, max(accepted - delivered - failed, 0), delivered, failed)


def _surely_failed(row: AnyRow) -> float:
    interval = totals_of(row).failure.interval
    return interval[0] if interval else 0.0


def _with_counters() -> AnySelect:
    return (
        select(
            Campaign.owner_id, Campaign.id, Campaign.name, Campaign.status, Campaign.happens_at,
            Owner.name.label("owner_name"), Owner.timezone,
            func.coalesce(CampaignStat.queued, 0).label("queued"),
            func.coalesce(CampaignStat.sent, 0).label("sent"),
            func.coalesce(CampaignStat.delivered, 0).label("delivered"),
            func.coalesce(CampaignStat.failed, 0).label("failed"),
        )
        .join(Owner, Owner.id == Campaign.owner_id)
        .outerjoin(
            CampaignStat,
            (CampaignStat.owner_id == Campaign.owner_id) & (CampaignStat.campaign_id == Campaign.id),
        )
    )  # fmt: skip


def _narrowed(stmt: AnySelect, wanted: Wanted) -> AnySelect:
    if wanted.name:
        stmt = stmt.where(contains_words(func.fold(Campaign.name), wanted.name))
    if wanted.status:
        stmt = stmt.where(Campaign.status == wanted.status)
    if wanted.owner_id:
        stmt = stmt.where(Campaign.owner_id == wanted.owner_id)
    if wanted.since:
        stmt = stmt.where(Campaign.happens_at >= wanted.since)
    if wanted.until:
        stmt = stmt.where(Campaign.happens_at < wanted.until)
    return stmt
