"""Tags: which an owner has, who has them, and which a contact has."""

from collections.abc import Sequence

from sqlalchemy import func, select, true

from dashboard.contacts.models import Contact
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.like import folded
from dashboard.owners.models import Owner
from dashboard.tags.models import ContactTag, Tag
from dashboard.tags.names import clean

#: Whoever shows how many contacts have a tag counts no further than this.
MOST_COUNTED = 1_000
#: So many tags are offered to choose from; others are typed.
MOST_OFFERED = 200


def page(owner_id: int, *, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """The owner's tags by name, each with how many contacts have it, counted up to MOST_COUNTED and one."""
    having = (
        select(ContactTag.contact_id)
        .where(ContactTag.owner_id == Tag.owner_id, ContactTag.tag_id == Tag.id)
        .limit(MOST_COUNTED + 1)
        .correlate(Tag)
        .subquery()
    )
    counted = select(func.count().label("contacts")).select_from(having).lateral()
    stmt = (
        select(Tag.owner_id, Tag.id, Tag.name, Tag.created_at, counted.c.contacts)
        .join(counted, true())
        .where(Tag.owner_id == owner_id)
    )
    keys = [keyset.Key("folded_name", folded(Tag.name)), keyset.Key("id", Tag.id)]
    return keyset.page(stmt, keys, at)


def get(owner_id: int, tag_id: int) -> AnyRow:
    """The tag and its owner's name.

    Raises:
        NoResultFound: no such tag of this owner.
    """
    return db.session.execute(
        select(Tag.owner_id, Tag.id, Tag.name, Tag.created_at, Owner.name.label("owner_name"), Owner.timezone)
        .join(Owner, Owner.id == Tag.owner_id)
        .where(Tag.owner_id == owner_id, Tag.id == tag_id)
    ).one()


def find(owner_id: int, name: str) -> AnyRow | None:
    """The owner's tag of that name, accents and case aside; None where there is none."""
    wanted = func.fold(clean(name))
    stmt = select(Tag.id, Tag.name).where(Tag.owner_id == owner_id, folded(Tag.name) == wanted)
    return db.session.execute(stmt).one_or_none()


def name_of(owner_id: int, tag_id: int) -> str | None:
    """The name of the owner's tag of that number; None where there is none."""
    return db.session.scalar(select(Tag.name).where(Tag.owner_id == owner_id, Tag.id == tag_id))


def names(owner_id: int, *, most: int | None = MOST_OFFERED) -> Sequence[AnyRow]:
    """The owner's first tags by name, so many at most: `id`, `name`; for a choice. None asks for all."""
    return db.session.execute(
        select(Tag.id, Tag.name)
        .where(Tag.owner_id == owner_id)
        .order_by(folded(Tag.name), Tag.id)
        .limit(most)
    ).all()


def tags_of(owner_id: int, contact_id: int) -> Sequence[AnyRow]:
    """The contact's tags by name: `id`, `name`, and `created_at`, since when."""
    return db.session.execute(
        select(Tag.id, Tag.name, ContactTag.created_at)
        .join(ContactTag, (ContactTag.owner_id == Tag.owner_id) & (ContactTag.tag_id == Tag.id))
        .where(ContactTag.owner_id == owner_id, ContactTag.contact_id == contact_id)
        .order_by(folded(Tag.name))
    ).all()


def contacts(owner_id: int, tag_id: int) -> AnySelect:
    """The contacts that have the tag."""
    return (
        select(
            Contact.owner_id, Contact.id, Contact.phone, Contact.first_name, Contact.last_name,
            Contact.is_subscribed, ContactTag.created_at.label("tagged_at"),
        )
        .join(
            ContactTag,
            (ContactTag.owner_id == Contact.owner_id) & (ContactTag.contact_id == Contact.id),
        )
        .where(ContactTag.owner_id == owner_id, ContactTag.tag_id == tag_id)
    )  # fmt: skip


def contact_page(owner_id: int, tag_id: int, *, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """A page of `contacts`, in the order in which they were added to the platform."""
    return keyset.page(contacts(owner_id, tag_id), [keyset.Key("contact_id", ContactTag.contact_id)], at)
