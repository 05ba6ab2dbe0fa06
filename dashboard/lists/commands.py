"""Change lists and who is on them."""

from sqlalchemy import delete, func, select, update

from dashboard.audit.commands import record
from dashboard.contacts.models import Contact
from dashboard.core import phones
from dashboard.core.db import db
from dashboard.core.errors import DomainError, Link, Missing
from dashboard.core.transactions import command
from dashboard.core.versions import refuse_if_changed
from dashboard.lists.models import ContactList, ListMembership, MembershipAction, MembershipEvent
from dashboard.owners.models import Owner

EDITABLE = ("name", "description")


@command
def create_list(owner_id: int, name: str, description: str | None, *, actor_id: int) -> int:
    """Make an empty list; answers its number.

    Raises:
        DomainError: the owner has a list of that name, or there is no such owner.
    """
    made = ContactList(owner_id=owner_id, name=name, description=description)
    db.session.add(made)
    db.session.flush()
    record(
        "list.create", f"contact_list:{made.id}", staff_id=actor_id, owner_id=owner_id, after={"name": name}
    )
    return made.id


@command
def rename_list(
    owner_id: int,
    list_id: int,
    name: str,
    description: str | None,
    *,
    actor_id: int,
    seen: str | None = None,
) -> None:
    """Give a list another name and description. `seen` is the version of EDITABLE that the person saw.

    Raises:
        NoResultFound: no such list of this owner.
        DomainError: another list of the owner has that name, or somebody else changed it meanwhile.
    """
    before = db.session.execute(
        select(ContactList.name, ContactList.description)
        .where(ContactList.owner_id == owner_id, ContactList.id == list_id)
        .with_for_update()
    ).one()
    again = Link("lists.edit", {"owner_id": owner_id, "list_id": list_id}, "Open it again")
    refuse_if_changed(seen, before, EDITABLE, again)
    if tuple(before) == (name, description):
        return
    db.session.execute(
        update(ContactList)
        .where(ContactList.owner_id == owner_id, ContactList.id == list_id)
        .values(name=name, description=description, updated_at=func.now())
    )
    record(
        "list.rename",
        f"contact_list:{list_id}",
        staff_id=actor_id,
        owner_id=owner_id,
        before=dict(before._mapping),
        after={"name": name, "description": description},
    )


@command
def add_member(owner_id: int, list_id: int, typed_phone: str, *, actor_id: int) -> Contact:
    """Put the owner's contact of that number on the list; answers the contact.

    Raises:
        NoResultFound: no such owner.
        Missing: the owner has no contact of that number (with a link to add it).
        DomainError: the number is none, the contact is on the list, or the list is gone.
    """
    country = db.session.execute(select(Owner.country).where(Owner.id == owner_id)).scalar_one()
    phone = phones.normalise(typed_phone, country)
    if phone is None:
        raise DomainError(
            "Enter a phone number, national or international, such as +30 698 430 3406.", field="phone"
        )
    contact = db.session.scalar(select(Contact).where(Contact.owner_id == owner_id, Contact.phone == phone))
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
    """
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
        raise Missing("That contact is no longer on the list.")
    _remember(owner_id, list_id, contact_id, MembershipAction.REMOVED, actor_id)


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
