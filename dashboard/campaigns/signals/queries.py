"""Which campaigns are below normal: they failed more than their owner's before them, by more than chance.

A campaign's *baseline* is the failure rate of its owner's campaigns that started in the 90 days before it
did, all their accepted messages taken together. It is marked as below normal when both hold:

- the lower bound of its own failure rate's 95 % Wilson interval is above the baseline
- it is believed among all campaigns on show: Benjamini and Hochberg's procedure at 5 %, with the p-values of
  Fisher's exact test, one-sided, of the campaign against its baseline (`core/significance.py`). Where the
  first does not hold there is no case, and the p-value is 1, which can only take marks away

*On show* are the campaigns that match the page's filters and started in the last 90 days (before the filters'
end), whichever page of them one looks at: the newest `MOST` of them.

Pending messages are accepted ones that have not failed, here as everywhere. Source: `campaign_stat`, so all
is exact at the instant of reading.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Double,
    FrameClause,
    FrameClauseType,
    Integer,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from dashboard.campaigns.models import Campaign, CampaignStat
from dashboard.campaigns.queries import Wanted, narrowed, with_counters
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db, utc_now
from dashboard.core.rates import Z_95, Rate
from dashboard.core.significance import discoveries, p_value_of_higher
from dashboard.owners.models import Owner

DAYS = timedelta(days=90)  #: how far back a baseline looks, and how far back campaigns are on show
MOST = 1_000  #: campaigns that are compared with each other; of more the newest
#: Accepted messages before a campaign, of which a baseline can be made: at 3 % it is then 1 to 8 %.
LEAST_BASELINE = 100

Key = tuple[int, int]  #: owner's and campaign's number


@dataclass(frozen=True)
class Comparison:
    """A campaign beside its baseline."""

    owner_id: int
    campaign_id: int
    failure: Rate
    before: Rate  #: of the owner's campaigns of the 90 days before
    is_below_normal: bool = False

    @property
    def baseline(self) -> float | None:
        """The failure rate that is normal; None: too few were accepted before."""
        return self.before.value if self.before.of >= LEAST_BASELINE else None

    @property
    def lead(self) -> float:
        """By how much the failure rate is surely above the baseline; negative where it may be as low."""
        if self.baseline is None or self.failure.interval is None:
            return -1.0
        return self.failure.interval[0] - self.baseline

    @cached_property
    def p_value(self) -> float:
        return p_value_of_higher(self.failure, self.before) if self.lead > 0 else 1.0


def below_normal(wanted: Wanted) -> dict[Key, Comparison]:
    """The campaigns on show that are below normal, by how far each is surely above its baseline."""
    marked = [one for one in _judged(wanted) if one.is_below_normal]
    return {(one.owner_id, one.campaign_id): one for one in sorted(marked, key=lambda one: -one.lead)}


def of_campaign(owner_id: int, campaign_id: int, started_at: datetime | None) -> Comparison | None:
    """The campaign beside its baseline, judged among its owner's campaigns; None where nothing was accepted.

    Among those of the last 90 days, as on the owner's list; an older one among those up to its start.
    """
    if started_at is None:
        return None
    is_old = started_at < utc_now() - DAYS
    on_show = Wanted(owner_id=owner_id, until=started_at + _MOMENT if is_old else None)
    return next((one for one in _judged(on_show, campaign_id) if one.campaign_id == campaign_id), None)


def judged_until(started_at: datetime | None, zone: str) -> date | None:
    """The last day, in the zone, of the campaigns that an old one is judged among; None for today."""
    if started_at is None or started_at >= utc_now() - DAYS:
        return None
    return started_at.astimezone(ZoneInfo(zone)).date()


def page(marked: dict[Key, Comparison], at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """Those campaigns in that order, with their counters and their owner's name."""
    return keyset.page(campaigns(marked), [rank(marked)], at) if marked else keyset.NO_PAGE


def campaigns(marked: dict[Key, Comparison]) -> AnySelect:
    """Those campaigns, with their counters and their owner's name."""
    return with_counters().where(tuple_(Campaign.owner_id, Campaign.id).in_(marked))


def rank(marked: dict[Key, Comparison]) -> keyset.Key:
    """What sorts those campaigns in that order."""
    numbers = literal([campaign_id for _, campaign_id in marked], ARRAY(BigInteger))
    return keyset.Key("rank", func.array_position(numbers, Campaign.id, type_=Integer))


def _judged(on_show: Wanted, campaign_id: int | None = None) -> list[Comparison]:
    """Those of the campaigns on show that may be below normal, and the one asked for, if it is on show."""
    rows = db.session.execute(_suspects(on_show, campaign_id)).all()
    comparisons = [
        Comparison(
            row.owner_id, row.id, Rate(row.failed, row.accepted), Rate(row.failed_before, row.accepted_before)
        )
        for row in rows
    ]
    believed = discoveries([one.p_value for one in comparisons], tests=rows[0].tests if rows else 0)
    return [
        replace(one, is_below_normal=True) if is_believed else one
        for one, is_believed in zip(comparisons, believed, strict=True)
    ]


def _suspects(wanted: Wanted, campaign_id: int | None) -> AnySelect:
    """The campaigns on show whose interval may begin above the baseline, and how many were to be tested.

    An interval by Wilson ends where the score test ends: so the baseline is asked here, which is cheap, and
    a little more generously than it is asked of the few that are left.
    """
    since = (wanted.until or utc_now()) - DAYS
    shown = _on_show(wanted, since).cte("shown")
    is_shown_owners = Campaign.owner_id.in_(select(shown.c.owner_id))
    one = _with_sums_before(since - DAYS).where(is_shown_owners).subquery("one")
    share = cast(one.c.failed, Double) / one.c.accepted
    baseline = case(
        (one.c.accepted_before >= LEAST_BASELINE, cast(one.c.failed_before, Double) / one.c.accepted_before)
    )
    spread = 0.99 * Z_95**2 * baseline * (1 - baseline) / one.c.accepted
    is_higher = (share > baseline) & (func.power(share - baseline, 2) > spread)
    tested = (
        select(one, is_higher.label("is_higher"), func.count(baseline).over().label("tests"))
        .join(shown, (shown.c.owner_id == one.c.owner_id) & (shown.c.id == one.c.id))
        .where(one.c.accepted > 0)
        .subquery("tested")
    )
    return select(tested).where(or_(tested.c.is_higher, tested.c.id == campaign_id))


def _with_sums_before(since: datetime) -> AnySelect:
    """Campaigns that started since then, with their counts and the sums over those of the 90 days before."""
    stat = (
        select(
            (CampaignStat.sent + CampaignStat.delivered + CampaignStat.failed).label("accepted"),
            CampaignStat.failed,
        )
        .where(CampaignStat.owner_id == Campaign.owner_id, CampaignStat.campaign_id == Campaign.id)
        .limit(1)  # there is one at most; said, it is looked up where all would be read to be joined
        .lateral("stat")
    )
    return (
        select(
            Campaign.owner_id,
            Campaign.id,
            stat.c.accepted,
            stat.c.failed,
            _before(stat.c.accepted).label("accepted_before"),
            _before(stat.c.failed).label("failed_before"),
        )
        .join(stat, true())
        .where(Campaign.happens_at >= since, Campaign.started_at.is_not(None))
    )


def _on_show(wanted: Wanted, since: datetime) -> AnySelect:
    """What has started has its start as `happens_at`."""
    return (
        narrowed(select(Campaign.owner_id, Campaign.id, Campaign.happens_at), wanted)
        .join(Owner, Owner.id == Campaign.owner_id)
        .where(Campaign.started_at.is_not(None), Campaign.happens_at >= since)
        .order_by(Campaign.happens_at.desc(), Campaign.id.desc())
        .limit(MOST)
    )


def _before(count: Any) -> Any:
    """The sum of a count over the owner's campaigns of the 90 days before each campaign, 0 for none."""
    summed = func.sum(count).over(
        partition_by=Campaign.owner_id, order_by=Campaign.happens_at, range_=_DAYS_BEFORE
    )
    return cast(func.coalesce(summed, 0), BigInteger)


_MOMENT = timedelta(microseconds=1)  #: leaves out the campaign itself and whatever started with it
# One for all sums, so that PostgreSQL goes over the campaigns once.
_DAYS_BEFORE = FrameClause(DAYS, _MOMENT, FrameClauseType.PRECEDING, FrameClauseType.PRECEDING)
