"""Campaigns over time: how one grew, and what happened on each day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, compress, pairwise

from sqlalchemy import Date, Integer, cast, func, select

from dashboard.campaigns.models import CampaignStatHour
from dashboard.campaigns.queries import Totals
from dashboard.core.db import AnyRow, db


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
