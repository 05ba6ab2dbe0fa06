"""What was so at an earlier time, by the events alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import distinct_on

from dashboard.contacts.models import Contact, SubscriptionEvent
from dashboard.core.db import AnyRow, db
from dashboard.core.like import folded
from dashboard.lists.models import ContactList, MembershipAction, MembershipEvent
from dashboard.staff.models import Staff


@dataclass(frozen=True)
class State:
    """What a contact was right before an instant."""

    until: datetime
    was_added: bool  #: whether it was a contact already
    consent: AnyRow | None  #: the last event before; None: the history begins later
    lists: Sequence[AnyRow]  #: on which it was: `id`, `name`, and `since` when


def state(owner_id: int, contact_id: int, until: datetime) -> State:
    """What the contact was right before `until`: what all events before it, one after the other, made of it.

    Raises:
        NoResultFound: no such contact of this owner.
    """
    created_at = db.session.execute(
        select(Contact.created_at).where(Contact.owner_id == owner_id, Contact.id == contact_id)
    ).scalar_one()
    consent = last_consent(owner_id, contact_id, before=until)
    lists = lists_before(owner_id, contact_id, until)
    return State(until, created_at < until or bool(consent or lists), consent, lists)


def last_consent(
    owner_id: int, contact_id: int, *, before: datetime | None = None, until: datetime | None = None
) -> AnyRow | None:
    """The last opt-in or opt-out of all; or of those before an instant, or until one and at it."""
    occurred_at = SubscriptionEvent.occurred_at
    stmt = (
        select(
            SubscriptionEvent.id, SubscriptionEvent.is_subscribed, SubscriptionEvent.source,
            SubscriptionEvent.reason, occurred_at, Staff.name.label("staff_name"),
        )
        .outerjoin(Staff, Staff.id == SubscriptionEvent.staff_id)
        .where(SubscriptionEvent.owner_id == owner_id, SubscriptionEvent.contact_id == contact_id)
    )  # fmt: skip
    if before is not None:
        stmt = stmt.where(occurred_at < before)
    if until is not None:
        stmt = stmt.where(occurred_at <= until)
    latest = stmt.order_by(occurred_at.desc(), SubscriptionEvent.id.desc()).limit(1)
    return db.session.execute(latest).one_or_none()


def lists_before(owner_id: int, contact_id: int, until: datetime) -> Sequence[AnyRow]:
    """The lists on which the contact was right before `until`, by name; reads its changes of lists."""
    last = (
        select(MembershipEvent.list_id, MembershipEvent.action, MembershipEvent.occurred_at)
        .where(
            MembershipEvent.owner_id == owner_id,
            MembershipEvent.contact_id == contact_id,
            MembershipEvent.occurred_at < until,
        )
        .ext(distinct_on(MembershipEvent.list_id))
        .order_by(
            MembershipEvent.list_id, MembershipEvent.occurred_at.desc(), MembershipEvent.id.desc()
        )
        .subquery()
    )  # fmt: skip
    return db.session.execute(
        select(ContactList.id, ContactList.name, last.c.occurred_at.label("since"))
        .join(last, and_(ContactList.owner_id == owner_id, ContactList.id == last.c.list_id))
        .where(last.c.action == MembershipAction.ADDED)
        .order_by(folded(ContactList.name))
    ).all()
