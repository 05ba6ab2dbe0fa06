"""Why a number is suppressed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from dashboard.contacts import queries as contacts
from dashboard.contacts.consent.queries import InboundText, history, inbound_texts
from dashboard.contacts.models import Contact, SubscriptionEvent
from dashboard.core.db import AnyRow, db


@dataclass(frozen=True)
class Why:
    """An opt-out that holds: since when, by which events (oldest first), and the texts that they answer."""

    since: datetime
    opt_outs: Sequence[AnyRow]
    texts: dict[int, InboundText]  #: by the number of the event


def has_changed(owner_id: int, contact_id: int, event_id: int) -> bool:
    """Whether the contact is subscribed, or not, since this event of it; or it said what was so before."""
    event = SubscriptionEvent
    stmt = (
        select(event.is_subscribed | (Contact.unsubscribed_at == event.occurred_at))
        .join(Contact, (Contact.owner_id == event.owner_id) & (Contact.id == event.contact_id))
        .where(event.owner_id == owner_id, event.contact_id == contact_id, event.id == event_id)
    )
    return bool(db.session.scalar(stmt))


def why_suppressed(contact: AnyRow) -> Why | None:
    """Why the contact's number is suppressed; None where it is not.

    No event is known where the number opted out as another contact's.
    """
    since = contacts.suppressed_since(contact.owner_id, contact.phone)
    if since is None:
        return None
    events = history(contact.owner_id, contact.id)
    last_opt_in = max((n for n, event in enumerate(events) if event.is_subscribed), default=-1)
    opt_outs = [
        event
        for n, event in enumerate(events)
        # An opt-in that was undone stands between the opt-out and its return.
        if not event.is_subscribed and (n > last_opt_in or event.occurred_at >= since)
    ]
    return Why(since, opt_outs, inbound_texts(contact.owner_id, opt_outs))
