"""Campaigns over time: how one grew, and what happened on each day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate, compress, pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, cast, func, select

from dashboard.campaigns.models import CampaignStatHour
from dashboard.core.db import db
from dashboard.core.rates import Rate


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


@dataclass(frozen=True)
class Span:
    """What happened in an hour or on a day."""

    accepted: int
    delivered: int
    failed: int

    @property
    def failing(self) -> Rate:
        """The failed ones of those whose fate was reported then, whenever they were handed over."""
        return Rate(self.failed, self.delivered + self.failed)

    def __add__(self, other: "Span") -> "Span":
        return Span(
            self.accepted + other.accepted, self.delivered + other.delivered, self.failed + other.failed
        )


NOTHING = Span(0, 0, 0)


def hours(since: datetime, *, owner_id: int | None = None) -> dict[datetime, Span]:
    """What happened in each hour, by its first instant (UTC), from that of `since` on. Others are missing."""
    stmt = select(
        CampaignStatHour.hour,
        cast(func.sum(CampaignStatHour.accepted), BigInteger),
        cast(func.sum(CampaignStatHour.delivered), BigInteger),
        cast(func.sum(CampaignStatHour.failed), BigInteger),
    ).where(CampaignStatHour.hour > since - timedelta(hours=1))
    if owner_id is not None:
        stmt = stmt.where(CampaignStatHour.owner_id == owner_id)
    rows = db.session.execute(stmt.group_by(CampaignStatHour.hour).order_by(CampaignStatHour.hour))
    return {hour: Span(accepted, delivered, failed) for hour, accepted, delivered, failed in rows}


def by_hour_of_day(hours: dict[datetime, Span], zone: str) -> dict[tuple[date, int], Span]:
    """The same by the day and the hour on the clock (0 to 23) of a zone.

    An hour that the clock shows twice, when it is put back, is one. In a zone whose offset is no whole hour
    the odd minutes belong to the hour in which the UTC hour began.
    """
    there = ZoneInfo(zone)
    by_clock: dict[tuple[date, int], Span] = {}
    for hour, span in hours.items():
        local = hour.astimezone(there)
        place = (local.date(), local.hour)
        by_clock[place] = by_clock.get(place, NOTHING) + span
    return by_clock


def by_day(by_clock: dict[tuple[date, int], Span]) -> dict[date, Span]:
    """The same by day; each message on the day on which it happened. Days without any are missing."""
    days: dict[date, Span] = {}
    for (day, _), span in by_clock.items():
        days[day] = days.get(day, NOTHING) + span
    return days
