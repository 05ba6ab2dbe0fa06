"""Campaigns side by side at the same age, and which of their differences are more than chance.

Each campaign but the one that the others are compared with is tested twice against it: the share delivered
and the share failed, by Fisher's exact test, two-sided. A difference is called *real* where Benjamini and
Hochberg's procedure at 5 % believes it among all tests on the page (`core/significance.py`); else it may be
chance. Real is not large: of a million messages a tenth of a point is.

Sources: `campaign_stat`, `campaign_stat_age`, `campaign_stat_latency`, so all is exact at the instant of
reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, tuple_

from dashboard.campaigns.ages.queries import HOURS, Growth, growths
from dashboard.campaigns.latency.queries import Latency, latencies
from dashboard.campaigns.models import Campaign, CampaignStat
from dashboard.campaigns.queries import Totals, totals_of, with_counters
from dashboard.core.db import AnyRow, db
from dashboard.core.rates import Rate
from dashboard.core.significance import discoveries, p_value_of_difference

Key = tuple[int, int]  #: owner's and campaign's number
NOW = 0  #: in place of an age: as it stands, whatever the age


@dataclass(frozen=True)
class Difference:
    """By how much a share lies above another, and whether that is more than chance."""

    points: float  #: from -1 to 1
    is_real: bool


@dataclass(frozen=True)
class Side:
    """One of the campaigns."""

    campaign: AnyRow  #: with its counters, `started_at` and `segments`
    growth: Growth
    latency: Latency
    totals: Totals | None  #: at the age in question; None: it is not so old yet
    delivery: Difference | None = None  #: None: of the one that it is compared with, or without a share
    failure: Difference | None = None

    @property
    def key(self) -> Key:
        return self.campaign.owner_id, self.campaign.id


def campaigns(keys: Sequence[Key]) -> dict[Key, AnyRow]:
    """Those of the campaigns that exist, with their counters, in that order."""
    rows = db.session.execute(
        with_counters()
        .add_columns(Campaign.started_at, func.coalesce(CampaignStat.segments, 0).label("segments"))
        .where(tuple_(Campaign.owner_id, Campaign.id).in_(keys))
    ).all()
    found = {(row.owner_id, row.id): row for row in rows}
    return {key: found[key] for key in keys if key in found}


@dataclass(frozen=True)
class Comparison:
    """The campaigns at one age, each tested against one of them."""

    hours: int  #: one of HOURS, or NOW
    against: Key | None  #: None where there is no campaign
    sides: Sequence[Side]


def compare(rows: dict[Key, AnyRow], *, hours: int | None = None, against: Key | None = None) -> Comparison:
    """The campaigns at an age of HOURS or at NOW, each tested against one of them.

    Where `hours` is None, at the highest of HOURS that all of them have reached, or at NOW if there is none.
    Where `against` is none of them or not so old yet, against the first that is.
    """
    grown = growths(list(rows))
    took = latencies({key: totals_of(row).accepted for key, row in rows.items()})
    if hours is None:
        hours = max((h for h in HOURS if all(growth.at(h) for growth in grown.values())), default=NOW)
    sides = [
        Side(row, grown[key], took[key], grown[key].at(hours) if hours else totals_of(row))
        for key, row in rows.items()
    ]
    old_enough = [side for side in sides if side.totals]
    asked_for = (side for side in old_enough if side.key == against)
    reference = next(asked_for, next(iter(old_enough), None))
    if reference is None:
        return Comparison(hours, None, sides)
    return Comparison(hours, reference.key, _judged(sides, reference))


def _judged(sides: list[Side], reference: Side) -> list[Side]:
    """With their differences to the reference, each believed or not among all of them."""
    others = [side for side in sides if side is not reference and side.totals]
    pairs = [pair for side in others for pair in zip(_tested(side), _tested(reference), strict=True)]
    believed = discoveries([p_value_of_difference(rate, than) for rate, than in pairs])
    found = [_difference(*pair, is_real) for pair, is_real in zip(pairs, believed, strict=True)]
    judged = {
        side.key: replace(side, delivery=delivery, failure=failure)
        for side, delivery, failure in zip(others, found[::2], found[1::2], strict=True)
    }
    return [judged.get(side.key, side) for side in sides]


def _tested(side: Side) -> list[Rate]:
    return [side.totals.delivery, side.totals.failure] if side.totals else []


def _difference(rate: Rate, than: Rate, is_real: bool) -> Difference | None:
    if rate.value is None or than.value is None:
        return None
    return Difference(rate.value - than.value, is_real)
