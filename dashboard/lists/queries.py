"""Lists, and how many contacts each has."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from dashboard.audiences import queries as audiences
from dashboard.audiences.queries import Audience, Count
from dashboard.campaigns.models import Campaign, CampaignStatus
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.like import contains_words, folded
from dashboard.lists.models import ContactList, ListStat
from dashboard.owners.models import Owner


@dataclass(frozen=True)
class Wanted:
    """Which lists to show; None asks for all."""

    name: str | None = None
    owner_id: int | None = None


def page(wanted: Wanted, *, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """Lists by name, each with its owner and the counts of its members; a dynamic one has none of its own."""
    stmt = _with_counts()
    if wanted.name:
        stmt = stmt.where(contains_words(folded(ContactList.name), wanted.name))
    if wanted.owner_id is not None:
        stmt = stmt.where(ContactList.owner_id == wanted.owner_id)
    keys = [
        keyset.Key("folded_name", folded(ContactList.name)),
        keyset.Key("owner_id", ContactList.owner_id),
        keyset.Key("id", ContactList.id),
    ]
    return keyset.page(stmt, keys, at)


def get(owner_id: int, list_id: int) -> AnyRow:
    """The list with the counts of its members by state.

    Raises:
        NoResultFound: no such list of this owner.
    """
    return db.session.execute(
        _with_counts()
        .add_columns(
            ContactList.description, ContactList.definition, ContactList.created_at,
            Owner.timezone, Owner.country,
        )
        .where(ContactList.owner_id == owner_id, ContactList.id == list_id)
    ).one()  # fmt: skip


def static_lists(owner_id: int) -> Sequence[AnyRow]:
    """The owner's lists of members by name: `id`, `name`; for a choice."""
    return db.session.execute(
        select(ContactList.id, ContactList.name)
        .where(ContactList.owner_id == owner_id, ContactList.definition.is_(None))
        .order_by(folded(ContactList.name), ContactList.id)
    ).all()


def matching(found: AnyRow, audience: Audience, *, in_any_case: bool) -> Count | None:
    """How many contacts of the list the audience has, `found` being the list.

    None where telling it takes reading many contacts, unless it is wanted in any case.
    """
    if not found.is_dynamic and audience == Audience(list_id=found.id, is_subscribed=audience.is_subscribed):
        of_state = {None: found.members, True: found.subscribed, False: found.members - found.subscribed}
        return Count(of_state[audience.is_subscribed])
    told = audiences.count_of_few(found.owner_id, audience)
    return audiences.count(found.owner_id, audience) if told is None and in_any_case else told


def scheduled(owner_id: int, list_id: int, *, most: int) -> Sequence[AnyRow]:
    """The campaigns that shall go to the list, the next one first: `id`, `name`, `scheduled_at`."""
    return db.session.execute(
        select(Campaign.id, Campaign.name, Campaign.scheduled_at)
        .where(
            Campaign.owner_id == owner_id,
            Campaign.list_id == list_id,
            Campaign.status == CampaignStatus.SCHEDULED,
        )
        .order_by(Campaign.happens_at, Campaign.id)
        .limit(most)
    ).all()


def _with_counts() -> AnySelect:
    return (
        select(
            ContactList.owner_id, ContactList.id, ContactList.name, Owner.name.label("owner_name"),
            func.coalesce(ListStat.members, 0).label("members"),
            func.coalesce(ListStat.subscribed, 0).label("subscribed"),
            ContactList.definition.is_not(None).label("is_dynamic"),
        )
        .join(Owner, Owner.id == ContactList.owner_id)
        .outerjoin(
            ListStat, (ListStat.owner_id == ContactList.owner_id) & (ListStat.list_id == ContactList.id)
        )
    )  # fmt: skip
