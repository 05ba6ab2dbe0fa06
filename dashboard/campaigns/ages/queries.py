"""Campaigns at the same age: what had become of them so long after their start.

A campaign of an hour and one of a week do not compare by what they are now, for pending is not failure. Each
figure at an age is a share of what was accepted by that age, and is not known before the campaign is so old.

Source: `campaign_stat_age`, so all is exact at the instant of reading.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import accumulate, groupby

from sqlalchemy import BigInteger, ColumnElement, DateTime, bindparam, cast, func, select, tuple_

from dashboard.campaigns.models import AGES_MINUTES, Campaign, CampaignStatAge
from dashboard.campaigns.queries import Totals
from dashboard.campaigns.signals.queries import DAYS
from dashboard.core.db import AnyRow, db, utc_now
from dashboard.core.rates import Rate

HOURS = (1, 24, 72)  #: the ages at which campaigns are compared; each is one of AGES_MINUTES

Key = tuple[int, int]  #: owner's and campaign's number
Counts = tuple[int, int, int]  #: accepted, delivered and failed


@dataclass(frozen=True)
class Growth:
    """What had become of a campaign at each of AGES_MINUTES that it has reached."""

    started_at: datetime | None
    counts: Sequence[Counts]

    @cached_property
    def totals(self) -> list[Totals | None]:
        """At each of AGES_MINUTES; None from the age on that it has not reached."""
        return [_totals(counts) for counts in self.counts] + self._unknown

    @property
    def delivered_shares(self) -> list[float | None]:
        """Of what was accepted by each of AGES_MINUTES, the share that was delivered by then."""
        shares = [delivered / accepted if accepted else None for accepted, delivered, _ in self.counts]
        return shares + self._unknown

    def at(self, hours: int) -> Totals | None:
        """At that age; None: it is not so old yet."""
        return self.totals[AGES_MINUTES.index(hours * 60)]

    def reaches_at(self, hours: int) -> datetime | None:
        """When it is so old; None: it has not started."""
        return self.started_at and self.started_at + timedelta(hours=hours)

    @property
    def _unknown(self) -> list[None]:
        return [None] * (len(AGES_MINUTES) - len(self.counts))


def growths(campaigns: Sequence[Key]) -> dict[Key, Growth]:
    """How each of these campaigns grew; of those that do not exist nothing."""
    rows = db.session.execute(
        select(
            Campaign.owner_id, Campaign.id, Campaign.started_at, CampaignStatAge.by_minutes,
            CampaignStatAge.accepted, CampaignStatAge.delivered, CampaignStatAge.failed,
        )
        .outerjoin(
            CampaignStatAge,
            (CampaignStatAge.owner_id == Campaign.owner_id) & (CampaignStatAge.campaign_id == Campaign.id),
        )
        .where(tuple_(Campaign.owner_id, Campaign.id).in_(campaigns))
        .order_by(Campaign.owner_id, Campaign.id)
    )  # fmt: skip
    return {key: _growth(list(of_one)) for key, of_one in groupby(rows, lambda row: (row[0], row[1]))}


def _growth(rows: list[AnyRow]) -> Growth:
    started_at = rows[0].started_at
    if started_at is None:
        return Growth(None, [])
    age = utc_now() - started_at
    reached = bisect_right(AGES_MINUTES, age / timedelta(minutes=1))
    happened = {row[3]: (row[4], row[5], row[6]) for row in rows}
    each = (happened.get(minutes, (0, 0, 0)) for minutes in AGES_MINUTES[:reached])
    return Growth(started_at, list(accumulate(each, _sum)))


def _sum(a: Counts, b: Counts) -> Counts:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def _totals(counts: Counts) -> Totals:
    accepted, delivered, failed = counts
    return Totals(0, accepted - delivered - failed, delivered, failed)


def normal(owner_id: int, started_at: datetime | None) -> dict[int, Totals]:
    """What is normal at each of HOURS: the owner's campaigns of the 90 days before that start, together.

    At each age those that have reached it. Zeros where there are none, or where `started_at` is None.
    """
    if started_at is None:
        return {hours: Totals(0, 0, 0, 0) for hours in HOURS}
    given = {"owner_id": owner_id, "since": started_at - DAYS, "until": started_at, "now": utc_now()}
    row = db.session.execute(_NORMAL, given).one()
    accepted, delivered, failed = row[::3], row[1::3], row[2::3]
    return dict(zip(HOURS, map(_totals, zip(accepted, delivered, failed, strict=True)), strict=True))


def _sums_at(hours: int) -> list[ColumnElement[int]]:
    """Accepted, delivered and failed by that age, of the campaigns that are so old."""
    is_old_enough = Campaign.started_at + timedelta(hours=hours) <= bindparam(
        "now", type_=DateTime(timezone=True)
    )
    is_by_then = (CampaignStatAge.by_minutes <= hours * 60) & is_old_enough
    counts = (CampaignStatAge.accepted, CampaignStatAge.delivered, CampaignStatAge.failed)
    return [cast(func.coalesce(func.sum(count).filter(is_by_then), 0), BigInteger) for count in counts]


# Put together once: that takes longer than to ask it.
_NORMAL = (
    select(*(count for hours in HOURS for count in _sums_at(hours)))
    .select_from(Campaign)
    .join(
        CampaignStatAge,
        (CampaignStatAge.owner_id == Campaign.owner_id) & (CampaignStatAge.campaign_id == Campaign.id),
    )
    .where(
        Campaign.owner_id == bindparam("owner_id"),
        Campaign.started_at.is_not(None),
        # Of what has started it is the start, and indexed.
        Campaign.happens_at >= bindparam("since"),
        Campaign.happens_at < bindparam("until"),
    )
)


@dataclass(frozen=True)
class AtAge:
    """A campaign at one age, beside what is normal at its owner at the same age."""

    hours: int
    totals: Totals | None  #: None: it is not so old yet
    reaches_at: datetime | None
    before: Totals

    @property
    def normal_delivery(self) -> Rate:
        return self.before.delivery


def at_ages(growth: Growth, before: dict[int, Totals]) -> list[AtAge]:
    """The campaign at each of HOURS."""
    return [AtAge(hours, growth.at(hours), growth.reaches_at(hours), before[hours]) for hours in HOURS]
