"""Change contacts and their consent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from dashboard.audit.commands import record
from dashboard.contacts.models import Contact, Source, SubscriptionEvent, Suppression
from dashboard.contacts.queries import find_id
from dashboard.contacts.suppression import phone_hash
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
    opted_out_at = _suppressed_since(owner_id, values["phone"])
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
            somebody else changed the contact meanwhile.
    """
    values = _values(owner_id, person)
    contact = db.session.execute(
        select(Contact)
        .where(Contact.owner_id == owner_id, Contact.id == contact_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
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
    if moved and contact.is_subscribed and _suppressed_since(owner_id, values["phone"]):
        raise DomainError("That number opted out at this owner and cannot be messaged.", field="phone")
    if moved and not contact.is_subscribed:
        _suppress(owner_id, values["phone"], contact.unsubscribed_at)
    changed = [name for name in values if before[name] != values[name]]
    record(
        "contact.edit",
        f"contact:{contact_id}",
        staff_id=actor_id,
        owner_id=owner_id,
        before=_json({name: before[name] for name in changed}),
        after=_json({name: values[name] for name in changed}),
    )


@command
def stop_contact(
    owner_id: int, contact_id: int, *, reason: str, actor_id: int | None, source: Source = Source.STAFF
) -> bool:
    """Unsubscribe a contact of this owner, and of no other. Answers whether that changed anything.

    Raises:
        NoResultFound: no such contact of this owner.
    """
    return _set_subscription(owner_id, contact_id, False, reason, actor_id, source)


@command
def resubscribe_contact(
    owner_id: int, contact_id: int, *, reason: str, actor_id: int | None, source: Source = Source.STAFF
) -> bool:
    """Subscribe a contact again and lift its suppression. Answers whether that changed anything.

    Raises:
        NoResultFound: no such contact of this owner.
    """
    return _set_subscription(owner_id, contact_id, True, reason, actor_id, source)


def _set_subscription(
    owner_id: int, contact_id: int, wanted: bool, reason: str, actor_id: int | None, source: Source
) -> bool:
    # One statement changes the row only if it is not so yet: of two STOPs at once, one writes.
    phone = db.session.scalar(
        update(Contact)
        .where(Contact.owner_id == owner_id, Contact.id == contact_id, Contact.is_subscribed != wanted)
        .values(is_subscribed=wanted, unsubscribed_at=None if wanted else func.now(), updated_at=func.now())
        .returning(Contact.phone)
    )
    if phone is None:
        db.session.execute(
            select(Contact.id).where(Contact.owner_id == owner_id, Contact.id == contact_id)
        ).one()
        return False
    if wanted:
        db.session.execute(
            delete(Suppression).where(
                Suppression.owner_id == owner_id, Suppression.phone_hash == phone_hash(owner_id, phone)
            )
        )
    else:
        _suppress(owner_id, phone, None)
    db.session.add(
        SubscriptionEvent(
            owner_id=owner_id,
            contact_id=contact_id,
            is_subscribed=wanted,
            source=source,
            reason=reason,
            staff_id=actor_id,
        )
    )
    record(
        "contact.subscribe" if wanted else "contact.unsubscribe",
        f"contact:{contact_id}",
        staff_id=actor_id,
        owner_id=owner_id,
        before={"is_subscribed": not wanted},
        after={"is_subscribed": wanted, "reason": reason, "source": str(source)},
    )
    return True


def _suppress(owner_id: int, phone: str, since: datetime | None) -> None:
    db.session.execute(
        insert(Suppression)
        .values(owner_id=owner_id, phone_hash=phone_hash(owner_id, phone), since=since or utc_now())
        .on_conflict_do_nothing()
    )


def _suppressed_since(owner_id: int, phone: str) -> datetime | None:
    return db.session.scalar(
        select(Suppression.since).where(
            Suppression.owner_id == owner_id, Suppression.phone_hash == phone_hash(owner_id, phone)
        )
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
