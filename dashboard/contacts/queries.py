"""Contacts: found, and known in full."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from dashboard.contacts.models import Contact, Suppression
from dashboard.contacts.suppression import phone_hash
from dashboard.core import keyset, like, phones
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.like import contains_words, folded
from dashboard.lists.models import ContactList, ListMembership, ListStat
from dashboard.owners.models import Owner

#: A search looks no further than this: who gets so many hits narrows the search.
MOST_HITS = 1_000
#: Digits of a number that are searched for: who types fewer would find almost everybody.
FEWEST_DIGITS = 3


@dataclass(frozen=True)
class Wanted:
    """Which contacts to show; None asks for all."""

    typed: str | None = None  #: a number in any format or a part of one, a name, an email
    owner_id: int | None = None
    is_subscribed: bool | None = None


@dataclass(frozen=True)
class Found:
    """A page of contacts; `is_cut` where a search had more than MOST_HITS."""

    page: keyset.Page[AnyRow]
    is_cut: bool = False


def page(wanted: Wanted, at: keyset.At = keyset.FIRST) -> Found:
    """Contacts that match every set part of `wanted`, by phone number."""
    if not wanted.typed:
        return Found(keyset.page(_narrowed(_rows(), wanted), _BY_PHONE, at))
    if not is_enough(wanted.typed):
        return Found(keyset.NO_PAGE)
    stmt, keys = _hits(wanted)
    shown = keyset.page(stmt, keys, at)
    return Found(shown, is_cut=bool(shown.rows) and shown.rows[0].hits > MOST_HITS)


def is_enough(typed: str) -> bool:
    """Whether so much was typed that contacts are looked for."""
    digits = phones.digits(typed)
    return len(digits) >= FEWEST_DIGITS if digits else like.is_enough(typed)


def by_number(typed: str, *, most: int = 50) -> Sequence[AnyRow]:
    """The contacts of exactly this number, read in the country of each owner; all owners', or none."""
    numbers = _as_numbers(typed)
    if not numbers:
        return []
    return db.session.execute(
        _rows().where(Contact.phone.in_(numbers)).order_by(Contact.phone, Owner.name).limit(most)
    ).all()


def search(typed: str, *, most: int = 10) -> Sequence[AnyRow]:
    """The first contacts that a number, a part of one, a name or an email finds.

    Each row's `hits` is how many there are, counted up to MOST_HITS and one more.
    """
    if not is_enough(typed):
        return []
    stmt, keys = _hits(Wanted(typed=typed))
    return db.session.execute(stmt.order_by(*keyset.ordering(keys)).limit(most)).all()


def get(owner_id: int, contact_id: int) -> AnyRow:
    """The contact and its owner's name and zone; also one that was erased, whose number is None.

    Raises:
        NoResultFound: no such contact of this owner.
    """
    return db.session.execute(
        _rows()
        .add_columns(
            Contact.gender, Contact.birthday, Contact.created_at, Contact.updated_at, Contact.erased_at,
            Owner.timezone, Owner.country,
        )
        .where(Contact.owner_id == owner_id, Contact.id == contact_id)
    ).one()  # fmt: skip


def find_id(owner_id: int, phone: str) -> int | None:
    """The owner's contact of an E.164 number, or None."""
    return db.session.scalar(select(Contact.id).where(Contact.owner_id == owner_id, Contact.phone == phone))


def suppressed_since(owner_id: int, phone: str | None) -> datetime | None:
    """Since when the number has opted out at this owner, contact or not; None where it has not."""
    if phone is None:
        return None
    return db.session.scalar(
        select(Suppression.since).where(
            Suppression.owner_id == owner_id, Suppression.phone_hash == phone_hash(owner_id, phone)
        )
    )


def lists_of(owner_id: int, contact_id: int) -> Sequence[AnyRow]:
    """The lists on which the contact is, by name, each with its size."""
    return db.session.execute(
        select(
            ContactList.id, ContactList.name, ListMembership.created_at,
            func.coalesce(ListStat.members, 0).label("members"),
        )
        .join(
            ContactList,
            (ContactList.owner_id == ListMembership.owner_id) & (ContactList.id == ListMembership.list_id),
        )
        .outerjoin(
            ListStat, (ListStat.owner_id == ContactList.owner_id) & (ListStat.list_id == ContactList.id)
        )
        .where(ListMembership.owner_id == owner_id, ListMembership.contact_id == contact_id)
        .order_by(folded(ContactList.name))
    ).all()  # fmt: skip


_BY_PHONE = [keyset.Key("phone", Contact.phone), keyset.Key("owner_id", Contact.owner_id)]


def _rows() -> AnySelect:
    return select(
        Contact.owner_id, Contact.id, Contact.phone, Contact.first_name, Contact.last_name, Contact.email,
        Contact.is_subscribed, Contact.unsubscribed_at, Owner.name.label("owner_name"),
    ).join(Owner, Owner.id == Contact.owner_id)  # fmt: skip


def _narrowed(stmt: AnySelect, wanted: Wanted) -> AnySelect:
    stmt = stmt.where(Contact.phone.is_not(None))  # not the erased
    if wanted.owner_id is not None:
        stmt = stmt.where(Contact.owner_id == wanted.owner_id)
    if wanted.is_subscribed is not None:
        stmt = stmt.where(Contact.is_subscribed == wanted.is_subscribed)
    return stmt


def _hits(wanted: Wanted) -> tuple[AnySelect, list[keyset.Key]]:
    """Up to MOST_HITS contacts that the text finds, and one more where there are more; and how to sort them.

    They are gathered before anything sorts them: MATERIALIZED keeps the planner from walking an ordered
    index row by row in the hope of an early match, which reads the whole tenant when nothing matches.
    Their keys alone are, and counted in the same statement; what is shown of them is read again, in order.
    """
    keys_of = _narrowed(select(Contact.owner_id, Contact.id, Contact.phone), wanted)
    matching = keys_of.where(_matches(wanted)).limit(MOST_HITS + 1)
    found = matching.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    count = select(func.count()).select_from(found).scalar_subquery()
    stmt = (
        _rows()
        .add_columns(count.label("hits"))
        .join(found, (found.c.owner_id == Contact.owner_id) & (found.c.id == Contact.id))
    )
    return stmt, [keyset.Key("phone", found.c.phone), keyset.Key("owner_id", found.c.owner_id)]


def _matches(wanted: Wanted) -> ColumnElement[bool]:
    """Whether a contact has the whole number that was typed, if anybody has it; else what was typed."""
    typed = wanted.typed or ""
    if numbers := _as_numbers(typed, wanted.owner_id):
        has_number = Contact.phone.in_(numbers)
        if db.session.scalar(_narrowed(select(Contact.id), wanted).where(has_number).limit(1)):
            return has_number
    # It begins with the number's "+".
    return contains_words(Contact.search_text, phones.digits(typed) or typed, is_led=True)


def _countries(owner_id: int | None = None) -> Sequence[str]:
    stmt = select(Owner.country).distinct()
    if owner_id is not None:
        stmt = stmt.where(Owner.id == owner_id)
    return db.session.scalars(stmt).all()


def _as_numbers(typed: str, owner_id: int | None = None) -> set[str]:
    """E.164 numbers that `typed` can mean, read in the country of the owner, or of each of them."""
    number = _EXTENSION.sub("", typed)
    # Anything else may hold a number too, but means something by its letters.
    if len(phones.digits(number) or "") < phones.FEWEST_DIGITS:
        return set()
    read = (phones.normalise(number, country) for country in _countries(owner_id))
    return {number for number in read if number}


_EXTENSION = re.compile(r"(?i)[\s,;]*\b(ext|extension|x)[.:]?\s*[0-9]{1,6}\s*$")
