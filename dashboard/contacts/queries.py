"""Contacts: found, and known in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from dashboard.campaigns.models import Campaign, CampaignMessage
from dashboard.contacts.models import Contact, SubscriptionEvent, Suppression
from dashboard.contacts.suppression import phone_hash
from dashboard.core import keyset, phones
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.like import contains_words, escaped, folded
from dashboard.lists.models import ContactList, ListMembership, ListStat
from dashboard.owners.models import Owner
from dashboard.staff.models import Staff

#: A search looks no further than this: who gets so many hits narrows the search.
MOST_HITS = 1_000
#: Trigrams find nothing shorter.
SHORTEST = 3  # characters


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
    hits = _hits(wanted)
    # In the statement that shows them, so that they are looked for once.
    count = select(func.count()).select_from(hits).scalar_subquery()
    found = select(hits, count.label("hits")).subquery()
    keys = [keyset.Key("phone", found.c.phone), keyset.Key("owner_id", found.c.owner_id)]
    shown = keyset.page(select(found), keys, at)
    return Found(shown, is_cut=bool(shown.rows) and shown.rows[0].hits == MOST_HITS)


def by_number(typed: str, *, most: int = 50) -> Sequence[AnyRow]:
    """The contacts of exactly this number, read in the country of each owner; all owners', or none."""
    numbers = _as_numbers(typed, _countries())
    if not numbers:
        return []
    return db.session.execute(
        _rows().where(Contact.phone.in_(numbers)).order_by(Contact.phone, Owner.name).limit(most)
    ).all()


def search(typed: str, *, most: int = 10) -> Sequence[AnyRow]:
    """The first contacts that a number, a part of one, a name or an email finds."""
    if len(typed) < SHORTEST:
        return []
    return db.session.execute(
        select(_hits(Wanted(typed=typed))).order_by("phone", "owner_id").limit(most)
    ).all()


def get(owner_id: int, contact_id: int) -> AnyRow:
    """The contact and its owner's name and zone.

    Raises:
        NoResultFound: no such contact of this owner.
    """
    return db.session.execute(
        _rows()
        .add_columns(
            Contact.gender, Contact.birthday, Contact.created_at, Contact.updated_at,
            Owner.timezone, Owner.country,
        )
        .where(Contact.owner_id == owner_id, Contact.id == contact_id)
    ).one()  # fmt: skip


def find_id(owner_id: int, phone: str) -> int | None:
    """The owner's contact of an E.164 number, or None."""
    return db.session.scalar(select(Contact.id).where(Contact.owner_id == owner_id, Contact.phone == phone))


def is_suppressed(owner_id: int, phone: str) -> bool:
    """Whether the number opted out at this owner, contact or not."""
    return bool(
        db.session.scalar(
            select(Suppression.since).where(
                Suppression.owner_id == owner_id, Suppression.phone_hash == phone_hash(owner_id, phone)
            )
        )
    )


def consent_history(owner_id: int, contact_id: int, *, most: int = 50) -> Sequence[AnyRow]:
    """The contact's opt-ins and opt-outs with their source, reason and person; latest first."""
    return db.session.execute(
        select(
            SubscriptionEvent.id, SubscriptionEvent.is_subscribed, SubscriptionEvent.source,
            SubscriptionEvent.reason, SubscriptionEvent.occurred_at, Staff.name.label("staff_name"),
        )
        .outerjoin(Staff, Staff.id == SubscriptionEvent.staff_id)
        .where(SubscriptionEvent.owner_id == owner_id, SubscriptionEvent.contact_id == contact_id)
        .order_by(SubscriptionEvent.occurred_at.desc(), SubscriptionEvent.id.desc())
        .limit(most)
    ).all()  # fmt: skip


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


def recent_messages(owner_id: int, contact_id: int, *, most: int = 20) -> Sequence[AnyRow]:
    """The contact's latest messages with their campaign's name, newest first."""
    return db.session.execute(
        select(
            CampaignMessage.id, CampaignMessage.campaign_id, Campaign.name.label("campaign_name"),
            CampaignMessage.status, CampaignMessage.error_code, CampaignMessage.created_at,
            CampaignMessage.sent_at, CampaignMessage.delivered_at, CampaignMessage.failed_at,
        )
        .join(
            Campaign,
            (Campaign.owner_id == CampaignMessage.owner_id) & (Campaign.id == CampaignMessage.campaign_id),
        )
        .where(CampaignMessage.owner_id == owner_id, CampaignMessage.contact_id == contact_id)
        .order_by(CampaignMessage.created_at.desc(), CampaignMessage.id.desc())
        .limit(most)
    ).all()  # fmt: skip


_BY_PHONE = [keyset.Key("phone", Contact.phone), keyset.Key("owner_id", Contact.owner_id)]


def _rows() -> AnySelect:
    return select(
        Contact.owner_id, Contact.id, Contact.phone, Contact.first_name, Contact.last_name, Contact.email,
        Contact.is_subscribed, Contact.unsubscribed_at, Owner.name.label("owner_name"),
    ).join(Owner, Owner.id == Contact.owner_id)  # fmt: skip


def _narrowed(stmt: AnySelect, wanted: Wanted) -> AnySelect:
    if wanted.owner_id is not None:
        stmt = stmt.where(Contact.owner_id == wanted.owner_id)
    if wanted.is_subscribed is not None:
        stmt = stmt.where(Contact.is_subscribed == wanted.is_subscribed)
    return stmt


def _hits(wanted: Wanted) -> Any:
    """Up to MOST_HITS contacts that the text finds, gathered before anything sorts them.

    MATERIALIZED keeps the planner from walking an ordered index row by row in the hope of an
    early match, which reads the whole tenant when nothing matches.
    """
    typed = wanted.typed or ""
    stmt = _narrowed(_rows(), wanted)
    if digits := phones.digits(typed):
        countries = _countries(wanted.owner_id)
        exact = Contact.phone.in_(_as_numbers(typed, countries))
        stmt = stmt.where(or_(exact, Contact.search_text.like(f"%{escaped(digits)}%")))
    else:
        stmt = stmt.where(contains_words(Contact.search_text, typed))
    return stmt.limit(MOST_HITS).cte("hits").prefix_with("MATERIALIZED", dialect="postgresql")


def _countries(owner_id: int | None = None) -> Sequence[str]:
    stmt = select(Owner.country).distinct()
    if owner_id is not None:
        stmt = stmt.where(Owner.id == owner_id)
    return db.session.scalars(stmt).all()


def _as_numbers(typed: str, countries: Sequence[str]) -> set[str]:
    """E.164 numbers that `typed` can mean, read in each of the countries."""
    read = (phones.normalise(typed, country) for country in countries)
    return {number for number in read if number}
