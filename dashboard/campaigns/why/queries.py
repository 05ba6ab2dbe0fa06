"""Why messages were delivered less, or more, than before: a campaign or a week beside its baseline.

The *baseline* is what is normal for `signals`: the campaigns that started in the 90 days before, all their
accepted messages taken together; a campaign's are those of its owner. The difference of the two delivery
rates is split by where the messages went, by sender, list and owner, into mix and rate
(`core/decomposition.py`); and by the codes of those that failed. Pending messages are accepted ones that
were not delivered yet, so they are a part of the difference, and one of their own.

All figures are of one instant (`sides/queries.py`) and add up to the difference exactly.
"""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select

from dashboard.campaigns.queries import Wanted
from dashboard.campaigns.signals.queries import DAYS
from dashboard.campaigns.why.sides.queries import Side, sides
from dashboard.core.db import db
from dashboard.core.decomposition import Decomposition, Loss, decompose, exact, losses
from dashboard.lists.models import ContactList
from dashboard.owners.models import Owner

MOST = 12  #: rows of a table; the groups that add least stand together in one of them


@dataclass(frozen=True)
class Explanation:
    """A delivery rate beside that of its baseline, and what adds how much to their difference."""

    now: Side
    before: Side
    start: datetime  #: the first instant after the baseline
    #: By dimension: "country", "sender", and "list" of one owner's or else "owner". Empty where one side is
    #: too few to say.
    splits: dict[str, Decomposition[str]]
    names: dict[str, str]  #: of the lists or owners in `splits`, by group

    @property
    def since(self) -> datetime:
        """The baseline's first instant."""
        return self.start - DAYS

    @property
    def is_too_few(self) -> bool:
        return self.now.is_too_few or self.before.is_too_few

    @property
    def difference(self) -> Fraction:
        return exact(self.now.delivery) - exact(self.before.delivery)

    @property
    def may_be_chance(self) -> bool:
        """Whether what was normal lies within the 95 % interval of what is now."""
        interval, normal = self.now.delivery.interval, self.before.delivery.value
        return interval is not None and normal is not None and interval[0] <= normal <= interval[1]

    @property
    def codes(self) -> list[Loss[str]]:
        """What the failures of each code add; '' for none. With `pending` they add up to the difference."""
        return losses(
            self.now.failures,
            self.before.failures,
            of_now=self.now.delivery.of,
            of_before=self.before.delivery.of,
            most=MOST,
        )

    @property
    def pending(self) -> Loss[str]:
        return Loss("pending", self.now.pending, self.before.pending)


def of_campaign(owner_id: int, campaign_id: int, started_at: datetime) -> Explanation:
    """A campaign beside its owner's campaigns of the 90 days before its start."""
    return _explanation(owner_id, started_at, *sides(Wanted(owner_id=owner_id), started_at, campaign_id))


def of_week(week: Wanted) -> Explanation:
    """The campaigns that started from `week.since` until `week.until` beside those of the 90 days before.

    On both sides those of the owner and the country that `week` says.
    """
    assert week.since
    return _explanation(week.owner_id, week.since, *sides(week, week.since))


def _explanation(owner_id: int | None, start: datetime, now: Side, before: Side) -> Explanation:
    if now.is_too_few or before.is_too_few:
        return Explanation(now, before, start, {}, {})
    splits = {
        dimension: split
        for dimension in (("country", "sender", "list") if owner_id else ("country", "owner", "sender"))
        if (split := decompose(now.groups[dimension], before.groups[dimension], most=MOST))
    }
    return Explanation(now, before, start, splits, _names(owner_id, splits))


def _names(owner_id: int | None, splits: dict[str, Decomposition[str]]) -> dict[str, str]:
    """The names of the owner's lists, or else of the owners, that the splits show; by their groups."""
    groups = [one.group for one in splits["list" if owner_id else "owner"].effects if one.group]
    model = ContactList if owner_id else Owner
    named = select(model.id, model.name).where(model.id.in_([int(group) for group in groups]))
    if owner_id:
        named = named.where(ContactList.owner_id == owner_id)
    return {str(row.id): row.name for row in db.session.execute(named)}
