"""Add contacts, and change what is written down about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from dashboard.audit.commands import record
from dashboard.contacts.locks import locked, refuse_erased
from dashboard.contacts.models import Contact, Source, SubscriptionEvent
from dashboard.contacts.queries import find_id, suppressed_since
from dashboard.contacts.suppression import suppress
from dashboard.core import phones
from dashboard.core.db import db, utc_now
from dashboard.core.errors import DomainError, Link, as_refusal
from dashboard.core.transactions import command
from dashboard.core.versions import refuse_if_changed
from dashboard.owners.models import Owner


@dataclass(frozen=True)
class Person:
    """What is written down about a contact; None where it is not known."""

    phone: str  #: as typed, read in the owner's country
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    gender: str | None = None
    birthday: date | None = None


EDITABLE = tuple(field.name for field in fields(Person))


@command
def create_contact(owner_id: int, person: Person, *, consent: str, actor_id: int) -> int:
    """Add a contact, subscribed; answers its number. `consent` tells how the person agreed.

    A number that opted out before is added unsubscribed: an opt-out outlives deletion.

    Raises:
        NoResultFound: no such owner.
        DomainError: the number is none, or the owner has it already (with a link to the contact).
    """
    values = _values(owner_id, person)
    contact = Contact(owner_id=owner_id, **values)
    with _linking_to_the_duplicate(owner_id, values["phone"]):
        db.session.add(contact)
        db.session.flush()
    # Asked once the number is ours alone: from here on a STOP to it finds this contact.
    opted_out_at = suppressed_since(owner_id, values["phone"])
    if opted_out_at is not None:
        contact.is_subscribed, contact.unsubscribed_at = False, opted_out_at
    db.session.add(
        SubscriptionEvent(
            owner_id=owner_id,
            contact_id=contact.id,
            is_subscribed=opted_out_at is None,
            source=Source.STAFF,
            reason=consent if opted_out_at is None else "Had opted out before it was added again",
            staff_id=actor_id,
        )
    )
    record(
        "contact.create", f"contact:{contact.id}", staff_id=actor_id, owner_id=owner_id, after=_json(values)
    )
    return contact.id


@command
def edit_contact(
    owner_id: int, contact_id: int, person: Person, *, actor_id: int, seen: str | None = None
) -> None:
    """Replace what is written down about a contact. Its subscription stays as it is.

    `seen` is the version of EDITABLE that the person saw.

    Raises:
        NoResultFound: no such contact of this owner.
        DomainError: the number is none, opted out, or another contact's (with a link to it), or
            somebody else changed or erased the contact meanwhile.
    """
    values = _values(owner_id, person)
    contact = locked(owner_id, contact_id, wholly=True)
    refuse_erased(contact)
    again = Link("contacts.edit", {"owner_id": owner_id, "contact_id": contact_id}, "Open it again")
    refuse_if_changed(seen, contact, EDITABLE, again)
    before = {name: getattr(contact, name) for name in values}
    if before == values:
        return
    moved = contact.phone != values["phone"]
    with _linking_to_the_duplicate(owner_id, values["phone"]):
        for name, value in values.items():
            setattr(contact, name, value)
        contact.updated_at = func.now()
        db.session.flush()
    # Asked once the number is ours alone: from here on a STOP to it finds this contact.
    if moved and contact.is_subscribed and suppressed_since(owner_id, values["phone"]):
        raise DomainError("That number opted out at this owner and cannot be messaged.", field="phone")
    if moved and not contact.is_subscribed:
        suppress(owner_id, values["phone"], contact.unsubscribed_at or utc_now())
    changed = [name for name in values if before[name] != values[name]]
    record(
        "contact.edit",
        f"contact:{contact_id}",
        staff_id=actor_id,
        owner_id=owner_id,
        before=_json({name: before[name] for name in changed}),
        after=_json({name: values[name] for name in changed}),
    )


def _values(owner_id: int, person: Person) -> dict[str, Any]:
    country = db.session.execute(select(Owner.country).where(Owner.id == owner_id)).scalar_one()
    phone = phones.normalise(person.phone, country)
    if phone is None or not phones.is_assigned(phone):
        raise DomainError(
            "Enter a phone number, national or international, such as +30 698 430 3406.", field="phone"
        )
    return asdict(person) | {"phone": phone}


@contextmanager
def _linking_to_the_duplicate(owner_id: int, phone: str) -> Iterator[None]:
    """Say which contact holds the number already, where the database refuses it."""
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as error:
        refusal = as_refusal(error)
        holder = find_id(owner_id, phone) if refusal.field == "phone" else None
        if holder is not None:
            refusal.link = Link(
                "contacts.show", {"owner_id": owner_id, "contact_id": holder}, "Open that contact"
            )
        raise refusal from error


def _json(values: dict[str, Any]) -> dict[str, Any]:
    return {name: v.isoformat() if isinstance(v, date) else v for name, v in values.items()}
