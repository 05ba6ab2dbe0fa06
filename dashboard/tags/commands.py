"""Put tags on contacts and take them off."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from dashboard.audit.commands import record
from dashboard.contacts.models import Contact
from dashboard.core.db import db
from dashboard.core.errors import DomainError, Missing
from dashboard.core.transactions import command
from dashboard.tags import queries
from dashboard.tags.models import ContactTag, Tag, TagAction, TagEvent
from dashboard.tags.names import UNSEEN, clean


@command
def ensure_tag(owner_id: int, name: str, *, actor_id: int) -> int:
    """The number of the owner's tag of that name, accents and case aside, which is made if there is none.

    Raises:
        DomainError: the name is too long, or nothing of it can be seen, or there is no such owner.
    """
    name = clean(name)
    if not name:
        raise DomainError(UNSEEN, field="tag")
    # One statement makes it: of two people who type the same new name at once, one does.
    made = db.session.scalar(
        insert(Tag).values(owner_id=owner_id, name=name).on_conflict_do_nothing().returning(Tag.id)
    )
    if made is None:
        found = queries.find(owner_id, name)
        assert found is not None, "the tag that was in the way is there: none is ever deleted"
        return int(found.id)
    record("tag.create", f"tag:{made}", staff_id=actor_id, owner_id=owner_id, after={"name": name})
    return int(made)


@command
def tag_contact(owner_id: int, contact_id: int, name: str, *, actor_id: int) -> str:
    """Put a tag on a contact, and make it if the owner has none of that name; answers its name.

    Raises:
        Missing: no such contact of this owner.
        DomainError: the contact has the tag, or the name is empty or too long.
    """
    _hold(owner_id, contact_id)
    tag_id = ensure_tag(owner_id, name, actor_id=actor_id)
    tag = queries.get(owner_id, tag_id)
    added = db.session.scalar(
        insert(ContactTag)
        .values(owner_id=owner_id, tag_id=tag_id, contact_id=contact_id)
        .on_conflict_do_nothing()
        .returning(ContactTag.tag_id)
    )
    if added is None:
        raise DomainError(f"The contact already has the tag “{tag.name}”.", field="tag")
    _remember(owner_id, contact_id, tag_id, TagAction.ADDED, actor_id, tag.name)
    return str(tag.name)


@command
def untag_contact(owner_id: int, contact_id: int, tag_id: int, *, actor_id: int) -> str:
    """Take a tag off a contact; answers its name.

    Raises:
        NoResultFound: no such tag of this owner.
        Missing: no such contact of this owner, or it does not have the tag any more.
    """
    tag = queries.get(owner_id, tag_id)
    _hold(owner_id, contact_id)
    removed = db.session.scalar(
        delete(ContactTag)
        .where(
            ContactTag.owner_id == owner_id,
            ContactTag.tag_id == tag_id,
            ContactTag.contact_id == contact_id,
        )
        .returning(ContactTag.tag_id)
    )
    if removed is None:
        raise Missing(f"The contact no longer has the tag “{tag.name}”.")
    _remember(owner_id, contact_id, tag_id, TagAction.REMOVED, actor_id, tag.name)
    return str(tag.name)


def _hold(owner_id: int, contact_id: int) -> None:
    """Lock the contact before its tags, as a bulk change does, so that the two cannot deadlock."""
    held = db.session.scalar(
        select(Contact.id)
        .where(Contact.owner_id == owner_id, Contact.id == contact_id, Contact.phone.is_not(None))
        .with_for_update(key_share=True)
    )
    if held is None:
        raise Missing("That contact is no longer there.")


def _remember(
    owner_id: int, contact_id: int, tag_id: int, action: TagAction, actor_id: int, name: str
) -> None:
    db.session.add(
        TagEvent(owner_id=owner_id, tag_id=tag_id, contact_id=contact_id, action=action, staff_id=actor_id)
    )
    record(
        "contact.tag" if action is TagAction.ADDED else "contact.untag",
        f"contact:{contact_id}",
        staff_id=actor_id,
        owner_id=owner_id,
        after={"tag": name},
    )
