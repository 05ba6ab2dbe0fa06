"""What became of the campaigns that started lately, by their owner and by where the messages went."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, cast, func, select, true

from dashboard.campaigns.models import Campaign, CampaignStat, CampaignStatCountry
from dashboard.campaigns.queries import Totals, totals_of
from dashboard.core.db import AnySelect, db
from dashboard.owners.models import Owner

_STATES = [field.name for field in fields(Totals)]


@dataclass(frozen=True)
class OwnersShare:
    """What became of an owner's campaigns that started lately."""

    owner_id: int
    name: str
    totals: Totals
    accepted_by_day: dict[date, int]  #: by the day on which the campaign started

    def by_day(self, days: Sequence[date]) -> list[int]:
        """How many were accepted of the campaigns that started on each of the days."""
        return [self.accepted_by_day.get(day, 0) for day in days]

    @property
    def busiest(self) -> int:
        return max(self.accepted_by_day.values(), default=0)


@dataclass(frozen=True)
class CountrysShare:
    """What became of the messages to the numbers of a calling code, of the campaigns that started lately."""

    calling_code: str
    totals: Totals


def by_owner(since: datetime, zone: str) -> list[OwnersShare]:
    """Owners by the accepted messages of their campaigns that started since then; days of `zone`."""
    day = cast(func.timezone(zone, Campaign.happens_at), Date).label("day")
    rows = db.session.execute(
        _started(since, select(Owner.id, Owner.name, day, *_sums(CampaignStat)))
        .join(Owner, Owner.id == Campaign.owner_id)
        .join(
            CampaignStat,
            (CampaignStat.owner_id == Campaign.owner_id) & (CampaignStat.campaign_id == Campaign.id),
        )
        .group_by(Owner.id, Owner.name, day)
    )
    days: dict[tuple[int, str], dict[date, Totals]] = defaultdict(dict)
    for row in rows:
        days[row.id, row.name][row.day] = totals_of(row)
    shares = [
        OwnersShare(owner_id, name, _whole(of.values()), {day: totals.accepted for day, totals in of.items()})
        for (owner_id, name), of in days.items()
    ]
    return sorted(shares, key=lambda one: (-one.totals.accepted, one.owner_id))


def of_owner(owner_id: int, since: datetime) -> Totals:
    """What became of an owner's campaigns that started since then."""
    stat = CampaignStat
    row = db.session.execute(
        _started(since, select(*_sums(stat)))
        .join(stat, (stat.owner_id == Campaign.owner_id) & (stat.campaign_id == Campaign.id))
        .where(Campaign.owner_id == owner_id)
    ).one()
    return totals_of(row)


def whole(shares: Iterable[OwnersShare]) -> Totals:
    """What became of the campaigns of all these owners."""
    return _whole(one.totals for one in shares)


def by_country(since: datetime) -> Sequence[CountrysShare]:
    """Calling codes by how many messages were accepted, of the campaigns that started since then."""
    country = CampaignStatCountry
    stat = (
        select(country)
        .where(country.owner_id == Campaign.owner_id, country.campaign_id == Campaign.id)
        .offset(0)  # looked up for each campaign, where all campaigns' rows would be read to be joined
        .lateral("stat")
    )
    counts = {
        "sent": _sum(stat.c.accepted - stat.c.delivered - stat.c.failed),
        "delivered": _sum(stat.c.delivered),
        "failed": _sum(stat.c.failed),
    }
    rows = db.session.execute(
        _started(since, select(stat.c.calling_code, *(count.label(name) for name, count in counts.items())))
        .join(stat, true())
        .group_by(stat.c.calling_code)
        .having(_sum(stat.c.accepted) > 0)
        .order_by(_sum(stat.c.accepted).desc(), stat.c.calling_code)
    )
    return [CountrysShare(row.calling_code, Totals(0, row.sent, row.delivered, row.failed)) for row in rows]


def _started(since: datetime, stmt: AnySelect) -> AnySelect:
    """What has started has its start as `happens_at`."""
    return stmt.select_from(Campaign).where(Campaign.happens_at >= since, Campaign.started_at.is_not(None))


def _sums(stat: type[CampaignStat]) -> list[Any]:
    return [_sum(getattr(stat, state)).label(state) for state in _STATES]


def _sum(count: Any) -> Any:
    return cast(func.coalesce(func.sum(count), 0), BigInteger)


def _whole(parts: Iterable[Totals]) -> Totals:
    each = ((one.queued, one.sent, one.delivered, one.failed) for one in parts)
    return Totals(*map(sum, zip((0, 0, 0, 0), *each, strict=True)))
