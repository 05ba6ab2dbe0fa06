"""Who belongs to an audience: their numbers, how many they are, and a page of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, DateTime, Text, and_, cast, func, null, select, true

from dashboard.audiences.audience import Audience
from dashboard.audiences.parts import LONGEST_NUMBER, Part, on_list, parts_of
from dashboard.contacts.models import Contact
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db, utc_now
from dashboard.core.like import folded
from dashboard.lists.models import ContactList, ListMembership
from dashboard.owners.models import Owner
from dashboard.tags.models import Tag

__all__ = [
    "MOST_COUNTED", "Audience", "Count", "Names", "calling_codes", "contact_ids", "count", "count_exactly",
    "count_of_few", "holds", "meant_by", "names_in", "page", "tags",
]  # fmt: skip

MOST_COUNTED = 10_000
#: An index that finds no more than so many is read whole for a page; else LOOKED_THROUGH contacts are.
FEW = 5_000
LOOKED_THROUGH = 20_000


@dataclass(frozen=True)
class Count:
    """How many contacts there are; `is_cut` where there are more than that."""

    number: int
    is_cut: bool = False


def contact_ids(owner_id: int, audience: Audience) -> AnySelect:
    """The numbers of the owner's contacts that match every set part of the audience, in no order.

    A dynamic list stands for what it asks for, as it does now.

    Raises:
        NoResultFound: no such owner.
    """
    # Whoever asks for contacts whose number is among these means these and not the same ones again.
    return meant_by(owner_id, audience).select(Contact.id).correlate(None)


def count(owner_id: int, audience: Audience, *, most: int = MOST_COUNTED) -> Count:
    """How many contacts match, counted up to `most`."""
    some = contact_ids(owner_id, audience).limit(most + 1).subquery()
    found = db.session.execute(select(func.count()).select_from(some)).scalar_one()
    return Count(min(found, most), is_cut=found > most)


def count_exactly(owner_id: int, audience: Audience) -> int:
    """How many contacts match; reads all that may."""
    everybody = contact_ids(owner_id, audience).subquery()
    return int(db.session.execute(select(func.count()).select_from(everybody)).scalar_one())


def holds(owner_id: int, audience: Audience, contact_id: int) -> bool:
    """Whether the contact matches."""
    one = contact_ids(owner_id, audience).where(Contact.id == contact_id)
    return db.session.scalar(one) is not None


def count_of_few(owner_id: int, audience: Audience) -> Count | None:
    """The same as `count` where it is told by reading few contacts, else None."""
    meant = meant_by(owner_id, audience)
    few = meant.few()
    if few is None:
        return None
    some = meant.among(few)[0].subquery()
    return Count(db.session.execute(select(func.count()).select_from(some)).scalar_one())


def page(owner_id: int, audience: Audience, *, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """A page of the contacts that match, those added last first; each with `member_since`, if on a list.

    Where an index has FEW contacts for a part of the audience, these are looked at. Else LOOKED_THROUGH are
    for a page, which may then be empty and yet not be the last.
    """
    meant = meant_by(owner_id, audience)
    if not meant.parts:
        return keyset.page(meant.rows(), [_LAST_FIRST], at)
    few = meant.few()
    if few is not None:
        stmt, key = meant.among(few)
        return keyset.page(stmt, [key], at)
    return keyset.search(
        replace(meant, parts=()).rows(), _LAST_FIRST, at,
        wanted=and_(true(), *meant.conditions), through=meant.everybody(), most=LOOKED_THROUGH,
    )  # fmt: skip


@dataclass(frozen=True)
class Names:
    """How the list and the tag of an audience are called; of those that are gone a remark."""

    list: str = "a list that is gone"
    tag: str = "with a tag that is gone"


def names_in(owner_id: int, audience: Audience) -> Names:
    """The names of the audience's list and tag."""
    of_list = select(ContactList.name).where(
        ContactList.owner_id == owner_id, ContactList.id == audience.list_id
    )
    of_tag = select(Tag.name).where(Tag.owner_id == owner_id, Tag.id == audience.tag_id)
    found = select(of_list.scalar_subquery().label("list"), of_tag.scalar_subquery().label("tag"))
    row = db.session.execute(found).one()
    return Names(**{what: name for what, name in row._mapping.items() if name})


def tags(owner_id: int) -> Sequence[AnyRow]:
    """The owner's tags by name: `id`, `name`."""
    return db.session.execute(
        select(Tag.id, Tag.name).where(Tag.owner_id == owner_id).order_by(folded(Tag.name), Tag.id)
    ).all()


def calling_codes(owner_id: int) -> list[str]:
    """The calling codes of the owner's numbers, in their order."""
    of_owner = select(Contact.phone).where(Contact.owner_id == owner_id).order_by(Contact.phone).limit(1)
    # From one code to the first number behind it, each by one look into the index.
    found = select(func.calling_code(of_owner.scalar_subquery(), type_=Text).label("code")).cte(
        recursive=True
    )
    behind = of_owner.where(Contact.phone > func.rpad("+" + found.c.code, LONGEST_NUMBER, "9"))
    found = found.union_all(
        select(func.calling_code(behind.correlate(found).scalar_subquery(), type_=Text)).where(
            found.c.code.is_not(None)
        )
    )
    return list(db.session.scalars(select(found.c.code).where(found.c.code.is_not(None))))


_LAST_FIRST = keyset.Key("id", Contact.id, descending=True)


@dataclass(frozen=True)
class Meant:
    """An audience with its dynamic list resolved, so that at most one list of members is left."""

    owner_id: int
    on_list: ColumnElement[bool] | None  #: of ListMembership
    parts: tuple[Part, ...]

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        return [part.condition for part in self.parts]

    @property
    def member_since(self) -> Any:
        return cast(null(), DateTime(timezone=True)) if self.on_list is None else ListMembership.created_at

    @property
    def columns(self) -> tuple[Any, ...]:
        return (
            Contact.owner_id, Contact.id, Contact.phone, Contact.first_name, Contact.last_name, Contact.email,
            Contact.gender, Contact.birthday, Contact.is_subscribed, Contact.unsubscribed_at,
            Contact.created_at, self.member_since.label("member_since"),
        )  # fmt: skip

    def select(self, *columns: Any) -> AnySelect:
        # An erased contact has no number.
        stmt = select(*columns).where(
            Contact.owner_id == self.owner_id, Contact.phone.is_not(None), *self.conditions
        )
        if self.on_list is None:
            return stmt
        membership = (ListMembership.owner_id == Contact.owner_id) & (ListMembership.contact_id == Contact.id)
        return stmt.join(ListMembership, membership).where(self.on_list)

    def rows(self) -> AnySelect:
        return self.select(*self.columns)

    def everybody(self) -> AnySelect:
        """The numbers of all that may match: the list's members, or the owner's contacts."""
        if self.on_list is None:
            return select(Contact.id).where(Contact.owner_id == self.owner_id)
        return select(ListMembership.contact_id).where(self.on_list)

    def few(self) -> AnySelect | None:
        """The contacts that an index has for a part of the audience, where they are FEW at most."""
        found = [part.ids for part in self.parts if part.ids is not None] + [self.everybody()]
        some = (ids.limit(FEW + 1).subquery() for ids in found)
        counts: Sequence[int] = db.session.execute(
            select(*(select(func.count()).select_from(one).scalar_subquery() for one in some))
        ).one()
        least = min(range(len(found)), key=counts.__getitem__)
        return found[least] if counts[least] <= FEW else None

    def among(self, few: AnySelect) -> tuple[AnySelect, keyset.Key]:
        """Those among the few that match, and by what they are sorted: each is looked up by its number."""
        first = few.cte("few").prefix_with("MATERIALIZED", dialect="postgresql")
        # OFFSET keeps the planner from reading the whole list instead of a few thousand of its members.
        one = self.rows().where(Contact.id == first.c[0]).correlate(first).offset(0).lateral("one")
        key = keyset.Key("id", one.c.id, descending=True)
        return select(one).select_from(first.join(one, true())), key


def meant_by(owner_id: int, audience: Audience) -> Meant:
    """The audience as statements are made of it, as of today in the owner's zone.

    Raises:
        NoResultFound: no such owner.
    """
    zone, definition = db.session.execute(
        select(Owner.timezone, ContactList.definition)
        .outerjoin(ContactList, (ContactList.owner_id == Owner.id) & (ContactList.id == audience.list_id))
        .where(Owner.id == owner_id)
    ).one()
    today: date = utc_now().astimezone(ZoneInfo(zone)).date()
    asked = [audience]
    if definition is not None:
        asked = [replace(audience, list_id=None), Audience.of_json(definition)]
    of_list = next((one for one in asked if one.list_id is not None), None)
    return Meant(
        owner_id=owner_id,
        on_list=None if of_list is None else on_list(owner_id, of_list, zone),
        parts=tuple(part for one in asked for part in parts_of(owner_id, one, zone, today)),
    )
