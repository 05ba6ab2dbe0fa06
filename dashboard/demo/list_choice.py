"""Which list a campaign goes to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from dashboard.demo.list_plan import PlannedList
from dashboard.demo.plan import PlannedOwner
from dashboard.demo.scales import Scale

TO_LISTS = 0.92  #: of the messages, about how many go to lists; the others make up the exact number
ANY_LIST = -1  #: of a campaign whose list is still to be chosen


class ToChoose(Protocol):
    """What this needs to know of a campaign."""

    owner_id: int
    list_id: int | None
    created_at: datetime
    started_at: datetime | None


def choose_lists(
    scale: Scale, owners: list[PlannedOwner], campaigns: Sequence[ToChoose], now: datetime, random: Random
) -> None:
    """Give each campaign a list that was there, so that about TO_LISTS of all messages go to lists.

    The lists' weights are a power of their sizes; the exponent is found by bisection.
    """
    open_ones = [(one, random.random()) for one in campaigns if one.list_id == ANY_LIST]
    choices = [_lists_at(owners[one.owner_id - 1], one) for one, _ in open_ones]
    lists = {one.id: one for owner in owners for one in owner.lists}
    wanted = TO_LISTS * (scale.messages - scale.largest_campaign)

    def expected() -> float:
        return sum(
            lists[one.list_id].size * owners[one.owner_id - 1].share_at(one.started_at, now)
            for one in campaigns
            if one.list_id and one.started_at
        )

    low, high = -2.0, 8.0
    for _ in range(30):
        exponent = (low + high) / 2
        for (one, draw), some in zip(open_ones, choices, strict=True):
            one.list_id = _drawn(some, exponent, draw).id
        low, high = (low, exponent) if expected() > wanted else (exponent, high)


def _lists_at(owner: PlannedOwner, campaign: ToChoose) -> list[PlannedList]:
    at = campaign.started_at or campaign.created_at
    return [
        one for one in owner.lists if one.size and one.created_at + timedelta(days=1) <= at
    ] or owner.lists[:1]


def _drawn(some: list[PlannedList], exponent: float, draw: float) -> PlannedList:
    largest = max(one.size for one in some)
    weights = [(one.size / largest) ** exponent for one in some]
    rest = draw * sum(weights)
    for one, weight in zip(some, weights, strict=True):
        rest -= weight
        if rest <= 0:
            return one
    return some[-1]
