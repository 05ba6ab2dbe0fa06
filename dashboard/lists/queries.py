"""Lists and their members."""

from dataclasses import dataclass

from sqlalchemy import func, select

from dashboard.contacts.models import Contact
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.like import contains_words, folded
from dashboard.lists.models import ContactList, ListMembership, ListStat
from dashboard.owners.models import Owner


@dataclass(frozen=True)
class Wanted:
    """Which lists to show; None asks for all."""

    name: str | None = None
    owner_id: int | None = None


@dataclass(frozen=True)
class MemberFilter:
    """Which members to show; None asks for any."""

    is_subscribed: bool | None = None


def page(wanted: Wanted, *, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """Lists by name, each with its owner and the counts of its members."""
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
        .add_columns(ContactList.description, ContactList.created_at, Owner.timezone, Owner.country)
        .where(ContactList.owner_id == owner_id, ContactList.id == list_id)
    ).one()


def members(owner_id: int, list_id: int, wanted: MemberFilter) -> AnySelect:
    """The list's contacts that match every set part of `wanted`."""
    stmt = (
        select(
            Contact.owner_id, Contact.id, Contact.phone, Contact.first_name, Contact.last_name,
            Contact.email, Contact.is_subscribed, Contact.unsubscribed_at,
            ListMembership.created_at.label("member_since"),
        )
        .join(
            ListMembership,
            (ListMembership.owner_id == Contact.owner_id) & (ListMembership.contact_id == Contact.id),
        )
        .where(ListMembership.owner_id == owner_id, ListMembership.list_id == list_id)
    )  # fmt: skip
    if wanted.is_subscribed is not None:
        stmt = stmt.where(Contact.is_subscribed == wanted.is_subscribed)
    return stmt


def member_page(
    owner_id: int, list_id: int, wanted: MemberFilter, *, at: keyset.At = keyset.FIRST
) -> keyset.Page[AnyRow]:
    """A page of `members`, by phone number."""
    keys = [keyset.Key("phone", Contact.phone)]
    return keyset.page(members(owner_id, list_id, wanted), keys, at)


def _with_counts() -> AnySelect:
    return (
        select(
            ContactList.owner_id, ContactList.id, ContactList.name, Owner.name.label("owner_name"),
            func.coalesce(ListStat.members, 0).label("members"),
            func.coalesce(ListStat.subscribed, 0).label("subscribed"),
        )
        .join(Owner, Owner.id == ContactList.owner_id)
        .outerjoin(
            ListStat, (ListStat.owner_id == ContactList.owner_id) & (ListStat.list_id == ContactList.id)
        )
    )  # fmt: skip
