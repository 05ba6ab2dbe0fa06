"""How far wallets reach: what scheduled campaigns will cost, against the balances.

A campaign costs the segments of its text times the subscribed members of its list, as the list is
now (`list_stat`, exact at the instant of reading). Those of a dynamic list are counted one by one: a
warning that is missing costs more than the count. Only scheduled campaigns that have not started count:
a campaign's debit and its messages are one transaction, so what is sending or paused is paid. One whose
time has passed is to start at once, and so comes before all others.

Each answer is one statement, the members of dynamic lists aside, and so sees balances and campaigns of the
same instant. It reads the scheduled campaigns and nothing that grows with the past.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from dashboard.audiences import queries as audiences
from dashboard.audiences.audience import Audience
from dashboard.campaigns.models import Campaign, CampaignStatus
from dashboard.core.db import AnyRow, AnySelect, db, utc_now
from dashboard.core.segments import segments
from dashboard.lists.models import ContactList, ListStat
from dashboard.owners.models import Owner
from dashboard.wallets.models import Wallet


@dataclass(frozen=True)
class Shortfall:
    """The first campaign that a wallet will not hold enough for."""

    owner_id: int
    owner_name: str
    timezone: str  #: the owner's
    campaign_id: int
    campaign_name: str
    starts_at: datetime
    cost_credits: int  #: of this campaign
    needed_credits: int  #: by it and all that start before it
    balance_credits: int

    @property
    def missing_credits(self) -> int:
        return self.needed_credits - self.balance_credits

    @property
    def is_overdue(self) -> bool:
        """Its time has passed: it may start at any moment."""
        return self.starts_at <= utc_now()


@dataclass(frozen=True)
class Runway:
    """What an owner's scheduled campaigns leave of the balance."""

    balance_credits: int  #: 0 where there is no wallet yet
    campaigns: int  #: scheduled, and of known cost
    needed_credits: int  #: by all of these
    unknown: int  #: scheduled too, but without a list, a text or a time: nobody knows the cost
    short: Shortfall | None

    @property
    def left_credits(self) -> int:
        """After all of them; below zero it is what is missing for all."""
        return self.balance_credits - self.needed_credits


def of(owner_id: int) -> Runway | None:
    """The owner's runway; None where nothing is scheduled."""
    return of_each([owner_id]).get(owner_id)


def of_each(owner_ids: Collection[int]) -> dict[int, Runway]:
    """The runway of each of these owners for whom something is scheduled."""
    scheduled = defaultdict(list)
    for row in db.session.execute(_scheduled().where(Campaign.owner_id.in_(owner_ids))):
        scheduled[row.owner_id].append((row, _cost_credits(row)))
    return {owner_id: _runway(campaigns) for owner_id, campaigns in scheduled.items()}


def soonest_short(*, most: int = 8) -> list[Shortfall]:
    """Of the owners whose wallets will not hold enough those who run short first, soonest first."""
    found = []
    for shortfall in _all_shortfalls():
        found.append(shortfall)
        if len(found) == most:
            break
    return found


def short_owner_ids() -> list[int]:
    """Every owner whose wallet will not hold enough for what is scheduled."""
    return [shortfall.owner_id for shortfall in _all_shortfalls()]


def _all_shortfalls() -> Iterator[Shortfall]:
    # In portions, so that who wants the first few does not wait for the last.
    rows = db.session.execute(_scheduled().execution_options(yield_per=500))
    with rows:
        yield from _shortfalls((row, _cost_credits(row)) for row in rows)


def _runway(campaigns: list[tuple[AnyRow, int | None]]) -> Runway:
    costs = [cost for _, cost in campaigns if cost is not None]
    return Runway(
        balance_credits=campaigns[0][0].balance_credits,
        campaigns=len(costs),
        needed_credits=sum(costs),
        unknown=len(campaigns) - len(costs),
        short=next(_shortfalls(campaigns), None),
    )


def _shortfalls(campaigns: Iterable[tuple[AnyRow, int | None]]) -> Iterator[Shortfall]:
    """For each owner the first of the campaigns by which more is needed than there is."""
    needed: Counter[int] = Counter()
    told = set()
    for row, cost in campaigns:
        if cost is None:
            continue
        needed[row.owner_id] += cost
        if needed[row.owner_id] > row.balance_credits and row.owner_id not in told:
            told.add(row.owner_id)
            yield Shortfall(
                owner_id=row.owner_id,
                owner_name=row.owner_name,
                timezone=row.timezone,
                campaign_id=row.id,
                campaign_name=row.name,
                starts_at=row.happens_at,
                cost_credits=cost,
                needed_credits=needed[row.owner_id],
                balance_credits=row.balance_credits,
            )


def _cost_credits(row: AnyRow) -> int | None:
    return None if row.scheduled_at is None else cost_credits(row)


def cost_credits(row: AnyRow) -> int | None:
    """What a campaign costs as things stand; None without a list or a text.

    `row` has `owner_id`, `list_id`, `message_text`, and the list's `subscribed` and `is_dynamic`.
    """
    if row.list_id is None or row.message_text is None:
        return None
    recipients = row.subscribed
    if row.is_dynamic:
        asked = Audience(list_id=row.list_id, is_subscribed=True)
        recipients = audiences.count_exactly(row.owner_id, asked)
    return segments(row.message_text) * int(recipients)


def _scheduled() -> AnySelect:
    """The scheduled campaigns, in the order in which they are to start."""
    return (
        select(
            Campaign.owner_id, Campaign.id, Campaign.name, Campaign.list_id, Campaign.message_text,
            Campaign.scheduled_at, Campaign.happens_at,
            Owner.name.label("owner_name"), Owner.timezone,
            func.coalesce(ListStat.subscribed, 0).label("subscribed"),
            ContactList.definition.is_not(None).label("is_dynamic"),
            func.coalesce(Wallet.balance_credits, 0).label("balance_credits"),
        )
        .join(Owner, Owner.id == Campaign.owner_id)
        .outerjoin(Wallet, Wallet.owner_id == Campaign.owner_id)
        .outerjoin(
            ContactList, (ContactList.owner_id == Campaign.owner_id) & (ContactList.id == Campaign.list_id)
        )
        .outerjoin(
            ListStat, (ListStat.owner_id == Campaign.owner_id) & (ListStat.list_id == Campaign.list_id)
        )
        .where(Campaign.status == CampaignStatus.SCHEDULED, Campaign.started_at.is_(None))
        # Not started, it happens when it is scheduled; and `happens_at` is what the index is sorted by.
        .order_by(Campaign.happens_at, Campaign.id)
    )  # fmt: skip
