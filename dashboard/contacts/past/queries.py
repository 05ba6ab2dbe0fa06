"""What was so at an earlier time, by the events alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from dashboard.contacts.models import Contact, SubscriptionEvent
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.like import folded
from dashboard.lists.models import ContactList, MembershipAction, MembershipEvent
from dashboard.staff.models import Staff


@dataclass(frozen=True)
class State:
    """What a contact was right before an instant."""

    until: datetime
    was_added: bool  #: whether it was a contact already
    consent: AnyRow | None  #: the event that made it so; None: the history begins later
    lists: Sequence[AnyRow]  #: on which it was: `id`, `name`, and `since` when


def state(owner_id: int, contact_id: int, until: datetime) -> State:
    """What the contact was right before `until`: what all events before it, one after the other, made of it.

    Raises:
        NoResultFound: no such contact of this owner.
    """
    created_at = db.session.execute(
        select(Contact.created_at).where(Contact.owner_id == owner_id, Contact.id == contact_id)
    ).scalar_one()
    consent = turn(owner_id, contact_id, before=until)
    lists = lists_before(owner_id, contact_id, until)
    return State(until, created_at < until or bool(consent or lists), consent, lists)


def turn(owner_id: int, contact_id: int, *, before: datetime | None = None) -> AnyRow | None:
    """The opt-in or opt-out since which the contact is what it is, or was before an instant.

    Who opts in twice has been subscribed since the first time.
    """
    order = SubscriptionEvent.occurred_at, SubscriptionEvent.id
    events = _consent(owner_id, contact_id).add_columns(
        func.lag(SubscriptionEvent.is_subscribed).over(order_by=order).label("was_subscribed")
    )
    if before is not None:
        events = events.where(SubscriptionEvent.occurred_at < before)
    one = events.subquery()
    turns = select(one).where(one.c.was_subscribed.is_distinct_from(one.c.is_subscribed))
    return db.session.execute(
        turns.order_by(one.c.occurred_at.desc(), one.c.id.desc()).limit(1)
    ).one_or_none()


def last_consent(owner_id: int, contact_id: int, *, until: datetime) -> AnyRow | None:
    """The last opt-in or opt-out until an instant and at it."""
    events = _consent(owner_id, contact_id).where(SubscriptionEvent.occurred_at <= until)
    latest = events.order_by(SubscriptionEvent.occurred_at.desc(), SubscriptionEvent.id.desc()).limit(1)
    return db.session.execute(latest).one_or_none()


def _consent(owner_id: int, contact_id: int) -> AnySelect:
    return (
        select(
            SubscriptionEvent.id, SubscriptionEvent.is_subscribed, SubscriptionEvent.source,
            SubscriptionEvent.reason, SubscriptionEvent.occurred_at, Staff.name.label("staff_name"),
        )
        .outerjoin(Staff, Staff.id == SubscriptionEvent.staff_id)
        .where(SubscriptionEvent.owner_id == owner_id, SubscriptionEvent.contact_id == contact_id)
    )  # fmt: skip


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
