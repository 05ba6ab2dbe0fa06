"""Change lists and who is on them."""

from sqlalchemy import ColumnElement, delete, func, select, update

from dashboard.audiences.audience import Audience
from dashboard.audit.commands import record
from dashboard.contacts.models import Contact
from dashboard.core import phones
from dashboard.core.db import db
from dashboard.core.errors import SENTENCES, DomainError, Link, Missing
from dashboard.core.transactions import command
from dashboard.core.versions import refuse_if_changed
from dashboard.lists.models import ContactList, ListMembership, MembershipAction, MembershipEvent
from dashboard.owners.models import Owner

EDITABLE = ("name", "description", "definition")


@command
def create_list(
    owner_id: int,
    name: str,
    description: str | None,
    *,
    actor_id: int,
    definition: Audience | None = None,
) -> int:
    """Make an empty list, or a dynamic one of all that its definition asks for; answers its number.

    Raises:
        DomainError: the owner has a list of that name, the definition asks for a list that is not one of
            the owner's lists of members, or there is no such owner.
    """
    asked = None if definition is None else definition.as_json()
    made = ContactList(owner_id=owner_id, name=name, description=description, definition=asked)
    db.session.add(made)
    db.session.flush()
    record(
        "list.create",
        f"contact_list:{made.id}",
        staff_id=actor_id,
        owner_id=owner_id,
        after={"name": name} if asked is None else {"name": name, "definition": asked},
    )
    return made.id


@command
def edit_list(
    owner_id: int,
    list_id: int,
    name: str,
    description: str | None,
    *,
    actor_id: int,
    definition: Audience | None = None,
    seen: str | None = None,
) -> None:
    """Give a list another name and description, and a dynamic one another definition.

    `seen` is the version of EDITABLE that the person saw. What a campaign's audience was stays as it was.

    Raises:
        NoResultFound: no such list of this owner.
        DomainError: another list of the owner has that name, somebody else changed it meanwhile, the list is
            of the other kind, or the definition asks for a list that is not one of members.
    """
    before = db.session.execute(
        select(ContactList.name, ContactList.description, ContactList.definition)
        .where(ContactList.owner_id == owner_id, ContactList.id == list_id)
        .with_for_update()
    ).one()
    again = Link("lists.edit", {"owner_id": owner_id, "list_id": list_id}, "Open it again")
    refuse_if_changed(seen, before, EDITABLE, again)
    after = {"name": name, "description": description, "definition": definition and definition.as_json()}
    changed = [column for column in EDITABLE if getattr(before, column) != after[column]]
    if not changed:
        return
    db.session.execute(
        update(ContactList)
        .where(ContactList.owner_id == owner_id, ContactList.id == list_id)
        .values(after | {"updated_at": func.now()})
    )
    record(
        "list.edit",
        f"contact_list:{list_id}",
        staff_id=actor_id,
        owner_id=owner_id,
        before={column: getattr(before, column) for column in changed},
        after={column: after[column] for column in changed},
    )


@command
def add_member(owner_id: int, list_id: int, typed_phone: str, *, actor_id: int) -> Contact:
    """Put the owner's contact of that number on the list; answers the contact.

    Raises:
        NoResultFound: no such owner.
        Missing: the owner has no contact of that number (with a link to add it).
        DomainError: the number is none, the contact is on the list, or the list is gone or dynamic.
    """
    country = db.session.execute(select(Owner.country).where(Owner.id == owner_id)).scalar_one()
    phone = phones.normalise(typed_phone, country)
    if phone is None:
        raise DomainError(
            "Enter a phone number, national or international, such as +30 698 430 3406.", field="phone"
        )
    contact = _held(owner_id, Contact.phone == phone)
    if contact is None:
        raise Missing(
            f"This owner has no contact with the number {phones.international(phone)}.",
            field="phone",
            link=Link("contacts.new", {"owner_id": owner_id, "phone": phone}, "Add that contact"),
        )
    db.session.add(ListMembership(owner_id=owner_id, list_id=list_id, contact_id=contact.id))
    db.session.flush()
    _remember(owner_id, list_id, contact.id, MembershipAction.ADDED, actor_id)
    return contact


@command
def remove_member(owner_id: int, list_id: int, contact_id: int, *, actor_id: int) -> None:
    """Take a contact off the list.

    Raises:
        Missing: the contact is not on the list.
        DomainError: the list is dynamic.
    """
    _held(owner_id, Contact.id == contact_id)
    removed = db.session.scalar(
        delete(ListMembership)
        .where(
            ListMembership.owner_id == owner_id,
            ListMembership.list_id == list_id,
            ListMembership.contact_id == contact_id,
        )
        .returning(ListMembership.contact_id)
    )
    if removed is None:
        refuse_dynamic(owner_id, list_id)
        raise Missing("That contact is no longer on the list.")
    _remember(owner_id, list_id, contact_id, MembershipAction.REMOVED, actor_id)


def refuse_dynamic(owner_id: int, list_id: int) -> None:
    """Refuse to change the members of a list that has none of its own.

    Raises:
        DomainError: the list is dynamic.
    """
    is_dynamic = select(ContactList.id).where(
        ContactList.owner_id == owner_id, ContactList.id == list_id, ContactList.definition.is_not(None)
    )
    if db.session.scalar(is_dynamic) is not None:
        raise DomainError(SENTENCES["members_of_dynamic_list"][1])


def _held(owner_id: int, is_meant: ColumnElement[bool]) -> Contact | None:
    """The contact, locked before its memberships, as an operation does: so the two cannot deadlock."""
    return db.session.scalar(
        select(Contact)
        .where(Contact.owner_id == owner_id, is_meant)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _remember(owner_id: int, list_id: int, contact_id: int, action: MembershipAction, actor_id: int) -> None:
    db.session.add(
        MembershipEvent(
            owner_id=owner_id, list_id=list_id, contact_id=contact_id, action=action, staff_id=actor_id
        )
    )
    record(
        "list.add" if action is MembershipAction.ADDED else "list.remove",
        f"contact_list:{list_id}",
        staff_id=actor_id,
        owner_id=owner_id,
        after={"contact_id": contact_id, "member": str(action)},
    )
