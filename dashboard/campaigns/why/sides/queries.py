"""What became of the messages of two sets of campaigns, by what they can be grouped by.

Source: `campaign_stat_country` and `campaign_stat_error`, read in one statement and so at one instant: the
groups add up to all, also while messages are sent.
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

from dashboard.campaigns.models import Campaign, CampaignStatCountry, CampaignStatError
from dashboard.campaigns.queries import Wanted
from dashboard.campaigns.signals.queries import DAYS, LEAST_BASELINE
from dashboard.core.countries import countries_in
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.rates import Rate
from dashboard.owners.models import Owner

NOTHING = Rate(0, 0)


@dataclass
class Side:
    """Campaigns that have started, taken together."""

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
    if row.dimension == "campaigns":
        side.campaigns = row.campaigns
    elif row.dimension == "all":
        side.delivery = Rate(row.delivered, row.accepted)
        side.pending = Rate(row.accepted - row.delivered - row.failed, row.accepted)
    elif row.dimension == "code":
        side.failures[row.group] = row.failed
    else:
        side.groups[row.dimension][row.group] = Rate(row.delivered, row.accepted)


@cache  # to put it together takes longer than to run it
def _statement(is_of_one: bool, is_of_owner: bool, is_of_country: bool) -> Executable:
    """Reads the sums of each dimension and group on each side."""
    if is_of_one:
        is_now, last = Campaign.id == bindparam("campaign_id"), Campaign.happens_at <= _START
    else:
        is_now, last = Campaign.happens_at >= _START, Campaign.happens_at < bindparam("until")
    chosen = _chosen(is_now).where(last)
    if is_of_owner:
        chosen = chosen.where(Campaign.owner_id == bindparam("owner_id"))
    if is_of_country:
        chosen = chosen.where(Owner.country.in_(bindparam("countries", expanding=True)))
    of = chosen.cte("chosen")
    by = {"sender": of.c.sender} | ({"list": of.c.list} if is_of_owner else {"owner": of.c.owner})
    return union_all(_delivered(of, by), _failed(of), _counted(of))


_START: BindParameter[datetime] = bindparam("start")


def _chosen(is_now: ColumnElement[bool]) -> AnySelect:
    """The campaigns of both sides, with what they are grouped by."""
    return (
        select(
            Campaign.owner_id,
            Campaign.id,
            cast(Campaign.owner_id, Text).label("owner"),
            cast(Campaign.list_id, Text).label("list"),
            func.coalesce(Campaign.sender_name, Owner.sender_name).label("sender"),
            is_now.label("is_now"),
        )
        .join(Owner, Owner.id == Campaign.owner_id)
        .where(
            Campaign.happens_at >= bindparam("since"),
            or_(is_now, Campaign.happens_at < _START),
            Campaign.started_at.is_not(None),
        )
    )


def _delivered(chosen: CTE, by: dict[str, Any]) -> AnySelect:
    """The sums over all messages, by country, and by what a campaign has one of."""
    stat, is_now = _rows(chosen, CampaignStatCountry), chosen.c.is_now
    by = by | {"country": stat.c.calling_code}
    one, other, country = by.values()
    # A bit for each column that a row is not grouped by.
    names = dict(zip((0b011, 0b101, 0b110, 0b111), (*by, "all"), strict=True))
    return (
        select(
            case(names, value=func.grouping(one, other, country)).label("dimension"),
            func.coalesce(one, other, country, "").label("group"),
            is_now,
            literal(0).label("campaigns"),
            _sum(stat.c.accepted).label("accepted"),
            _sum(stat.c.delivered).label("delivered"),
            _sum(stat.c.failed).label("failed"),
        )
        .join_from(chosen, stat, true())
        .where(stat.c.accepted > 0)
        .group_by(
            func.grouping_sets(
                tuple_(is_now), tuple_(is_now, one), tuple_(is_now, other), tuple_(is_now, country)
            )
        )
    )


def _failed(chosen: CTE) -> AnySelect:
    """The sums over the failures of each code."""
    stat, none = _rows(chosen, CampaignStatError), literal(0)
    return (
        select(literal("code"), stat.c.error_code, chosen.c.is_now, none, none, none, _sum(stat.c.failed))
        .join_from(chosen, stat, true())
        .where(stat.c.failed > 0)
        .group_by(stat.c.error_code, chosen.c.is_now)
    )


def _counted(chosen: CTE) -> AnySelect:
    none = literal(0)
    return select(
        literal("campaigns"), literal(""), chosen.c.is_now, func.count(), none, none, none
    ).group_by(chosen.c.is_now)


def _rows(chosen: CTE, model: type[CampaignStatCountry] | type[CampaignStatError]) -> LateralFromClause:
    """Each chosen campaign's rows of a table of counts."""
    return (
        select(model)
        .where(model.owner_id == chosen.c.owner_id, model.campaign_id == chosen.c.id)
        .offset(0)  # looked up for each campaign, where all would be read to be joined
        .lateral()
    )


def _sum(count: Any) -> ColumnElement[int]:
    return cast(func.sum(count), BigInteger)
