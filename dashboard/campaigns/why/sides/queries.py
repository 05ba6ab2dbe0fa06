"""What became of the messages of two sets of campaigns, by what they can be grouped by.

Source: `campaign_stat`, `campaign_stat_country` and `campaign_stat_error`, read in one statement and so at
one instant: the groups add up to all, also while messages are sent.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    ColumnElement,
    Executable,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.sql.selectable import LateralFromClause

from dashboard.campaigns.models import Campaign, CampaignStat, CampaignStatCountry, CampaignStatError
from dashboard.campaigns.queries import Wanted
from dashboard.campaigns.signals.queries import DAYS, LEAST_BASELINE
from dashboard.core.countries import countries_in
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.rates import Rate
from dashboard.owners.models import Owner

NOTHING = Rate(0, 0)


@dataclass
class Side:
    """Campaigns of which something was accepted, taken together."""

    campaigns: int = 0
    delivery: Rate = NOTHING
    pending: Rate = NOTHING  #: no final receipt yet; not a failure
    failures: dict[str, int] = field(default_factory=dict)  #: by error code, '' for none
    #: What was delivered of the accepted, by dimension and group: "country" (calling code), "sender" (name),
    #: and "list" or, of several owners, "owner" (number). '' is the group of what has none, such as no list.
    groups: defaultdict[str, dict[str, Rate]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def is_too_few(self) -> bool:
        return self.delivery.of < LEAST_BASELINE


def sides(wanted: Wanted, start: datetime, campaign_id: int | None = None) -> tuple[Side, Side]:
    """The campaigns now, and those that started in the 90 days before `start`.

    Now is the one campaign, or all that started from `start` until `wanted.until`. Both sides are of the
    owner and the country that `wanted` says.
    """
    statement = _statement(campaign_id is not None, bool(wanted.owner_id), bool(wanted.country))
    values = {
        "campaign_id": campaign_id,
        "owner_id": wanted.owner_id,
        "countries": sorted(countries_in(wanted.country or "")),
        "since": start - DAYS,
        "start": start,
        "until": wanted.until,
    }
    now, before = Side(), Side()
    for row in db.session.execute(statement, values).all():
        _take(row, now if row.is_now else before)
    return now, before


def _take(row: AnyRow, side: Side) -> None:
    if row.dimension == "all":
        side.campaigns = row.campaigns
        side.delivery, side.pending = Rate(row.delivered, row.accepted), Rate(row.pending, row.accepted)
    elif row.dimension == "code":
        side.failures[row.group] = row.failed
    else:
        side.groups[row.dimension][row.group] = Rate(row.delivered, row.accepted)


@cache  # to put it together takes longer than to run it
def _statement(is_of_one: bool, is_of_owner: bool, is_of_country: bool) -> Executable:
    """Reads the sums of each dimension and group on each side."""
    is_now = Campaign.id == bindparam("campaign_id") if is_of_one else Campaign.happens_at >= _START
    chosen = _chosen(is_now)
    if is_of_owner:
        chosen = chosen.where(Campaign.owner_id == bindparam("owner_id"))
    if is_of_country:
        chosen = chosen.where(Owner.country.in_(bindparam("countries", expanding=True)))
    if not is_of_one:
        chosen = chosen.where(Campaign.happens_at < bindparam("until"))
    of = chosen.cte("chosen")
    by = {"sender": of.c.sender} | ({"list": of.c.list} if is_of_owner else {"owner": of.c.owner})
    return union_all(_by_campaign(of, by), _by_country(of), _by_code(of))


_START: BindParameter[datetime] = bindparam("start")


def _chosen(is_now: ColumnElement[bool]) -> AnySelect:
    """The campaigns of both sides, with what they are grouped by and what became of their messages."""
    stat = (
        select(
            (CampaignStat.sent + CampaignStat.delivered + CampaignStat.failed).label("accepted"),
            CampaignStat.delivered,
            CampaignStat.sent.label("pending"),
        )
        .where(CampaignStat.owner_id == Campaign.owner_id, CampaignStat.campaign_id == Campaign.id)
        .offset(0)  # looked up for each campaign, where all would be read to be joined
        .lateral("stat")
    )
    return (
        select(
            Campaign.owner_id,
            Campaign.id,
            cast(Campaign.owner_id, Text).label("owner"),
            cast(Campaign.list_id, Text).label("list"),
            func.coalesce(Campaign.sender_name, Owner.sender_name).label("sender"),
            is_now.label("is_now"),
            *stat.c,
        )
        .join(Owner, Owner.id == Campaign.owner_id)
        .join(stat, true())
        .where(
            Campaign.happens_at >= bindparam("since"),
            or_(is_now, Campaign.happens_at < _START),
            Campaign.started_at.is_not(None),
            stat.c.accepted > 0,
        )
    )


def _by_campaign(chosen: CTE, by: dict[str, Any]) -> AnySelect:
    """The sums over all campaigns, and by what a campaign has one of."""
    is_now, (one, other) = chosen.c.is_now, by.values()
    # A bit for each column that a row is not grouped by.
    dimension = case(dict(zip((1, 2, 3), (*by, "all"), strict=True)), value=func.grouping(one, other))
    return select(
        dimension.label("dimension"),
        func.coalesce(one, other, "").label("group"),
        is_now,
        func.count().label("campaigns"),
        *_sums(accepted=chosen.c.accepted, delivered=chosen.c.delivered, pending=chosen.c.pending, failed=0),
    ).group_by(func.grouping_sets(tuple_(is_now), tuple_(is_now, one), tuple_(is_now, other)))


def _by_country(chosen: CTE) -> AnySelect:
    stat = _rows(chosen, CampaignStatCountry)
    sums = _sums(accepted=stat.c.accepted, delivered=stat.c.delivered, pending=0, failed=0)
    return _grouped("country", stat.c.calling_code, chosen, stat, sums)


def _by_code(chosen: CTE) -> AnySelect:
    stat = _rows(chosen, CampaignStatError)
    sums = _sums(accepted=0, delivered=0, pending=0, failed=stat.c.failed)
    return _grouped("code", stat.c.error_code, chosen, stat, sums).having(func.sum(stat.c.failed) > 0)


def _rows(chosen: CTE, model: type[CampaignStatCountry] | type[CampaignStatError]) -> LateralFromClause:
    """Each chosen campaign's rows of a table of counts."""
    return (
        select(model)
        .where(model.owner_id == chosen.c.owner_id, model.campaign_id == chosen.c.id)
        .offset(0)  # as above
        .lateral()
    )


def _grouped(dimension: str, group: Any, chosen: CTE, stat: LateralFromClause, sums: list[Any]) -> AnySelect:
    return (
        select(literal(dimension), group, chosen.c.is_now, literal(0), *sums)
        .join_from(chosen, stat, true())
        .group_by(group, chosen.c.is_now)
    )


def _sums(**counts: Any) -> list[Any]:
    return [cast(func.sum(count), BigInteger).label(name) for name, count in counts.items()]
