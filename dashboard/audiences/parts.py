"""An audience as conditions of SQL, each with the contacts that an index finds for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, select

from dashboard.audiences.audience import Audience
from dashboard.contacts.models import Contact
from dashboard.core.dates import day_end, day_start
from dashboard.core.db import AnySelect
from dashboard.lists.models import ListMembership
from dashboard.tags.models import ContactTag

LONGEST_NUMBER = 16  #: characters of E.164, the plus among them


@dataclass(frozen=True)
class Part:
    """What an audience asks of its contacts."""

    condition: ColumnElement[bool]  #: on Contact
    ids: AnySelect | None  #: the numbers of the contacts that fulfil it, by an index; None: no index has them


def parts_of(owner_id: int, audience: Audience, zone: str, today: date) -> Iterator[Part]:
    """Each part of the audience that is set, its list aside; days and ages as of `today` in the IANA zone."""
    if audience.list_id is None and (audience.joined_from or audience.joined_to):
        yield Part(false(), select(Contact.id).where(false()))  # nobody was put on no list
    if audience.is_subscribed is not None:
        yield _own(owner_id, Contact.is_subscribed == audience.is_subscribed)
    if audience.tag_id is not None:
        tagged = (ContactTag.owner_id == owner_id) & (ContactTag.tag_id == audience.tag_id)
        has_tag = exists().where(tagged, ContactTag.contact_id == Contact.id)
        yield Part(has_tag, select(ContactTag.contact_id).where(tagged))
    if audience.gender is not None:
        yield Part(Contact.gender == audience.gender, None)
    if audience.age_from is not None or audience.age_to is not None:
        yield _own(owner_id, *_aged(audience.age_from, audience.age_to, today))
    if audience.calling_code is not None:
        yield _own(owner_id, *_with_calling_code(audience.calling_code))
    if audience.added_from or audience.added_to:
        yield _own(owner_id, *within(Contact.created_at, audience.added_from, audience.added_to, zone))
    if audience.left_from or audience.left_to:
        left = within(Contact.unsubscribed_at, audience.left_from, audience.left_to, zone)
        yield _own(owner_id, Contact.unsubscribed_at.is_not(None), *left)


def within(at: Any, first: date | None, last: date | None, zone: str) -> list[ColumnElement[bool]]:
    """Whether the instant lies on one of those days of the zone, the last one included."""
    bounds = []
    if first:
        bounds.append(at >= day_start(first, zone))
    if last:
        bounds.append(at < day_end(last, zone))
    return bounds


def on_list(owner_id: int, audience: Audience, zone: str) -> ColumnElement[bool]:
    """Whether a ListMembership is of the audience's list, and of the days on which its contacts joined."""
    joined = within(ListMembership.created_at, audience.joined_from, audience.joined_to, zone)
    return and_(ListMembership.owner_id == owner_id, ListMembership.list_id == audience.list_id, *joined)


def born_by(today: date, years: int) -> date:
    """The last day on which somebody was born who is that old today.

    Who was born on 29 February is a year older on 1 March where the year has no such day.
    """
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # today is a 29 February
        return date(today.year - years, 2, 28)


def _own(owner_id: int, *conditions: ColumnElement[bool]) -> Part:
    return Part(and_(*conditions), select(Contact.id).where(Contact.owner_id == owner_id, *conditions))


def _aged(at_least: int | None, at_most: int | None, today: date) -> list[ColumnElement[bool]]:
    bounds = [Contact.birthday <= born_by(today, at_least or 0)]
    if at_most is not None:
        bounds.append(Contact.birthday > born_by(today, at_most + 1))
    return bounds


def _with_calling_code(code: str) -> list[ColumnElement[bool]]:
    # A range serves the index, whatever the collation: no calling code begins with another one.
    return [Contact.phone >= f"+{code}", Contact.phone <= f"+{code}".ljust(LONGEST_NUMBER, "9")]
