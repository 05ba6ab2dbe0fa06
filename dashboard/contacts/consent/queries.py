"""How a contact came to be subscribed or not: the proof of it, event by event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import column, literal_column, select, values
from sqlalchemy.types import BigInteger, DateTime, Text

from dashboard.contacts.models import Contact, Source, SubscriptionEvent
from dashboard.core.db import AnyRow, db
from dashboard.inbound.models import WebhookEvent
from dashboard.owners.models import SenderNumber
from dashboard.staff.models import Staff

#: How long before an event of consent the text came in that it answers, at most.
ANSWERED_WITHIN = timedelta(hours=1)
_BY_TEXT = {Source.STOP_KEYWORD, Source.START_KEYWORD}


@dataclass(frozen=True)
class InboundText:
    """A text that the contact sent, as the provider brought it."""

    text: str
    to: str  #: the owner's number
    received_at: datetime


def history(owner_id: int, contact_id: int) -> Sequence[AnyRow]:
    """All opt-ins and opt-outs of the contact with their source, words and person; oldest first."""
    return db.session.execute(
        select(
            SubscriptionEvent.id, SubscriptionEvent.contact_id, SubscriptionEvent.is_subscribed,
            SubscriptionEvent.source, SubscriptionEvent.reason, SubscriptionEvent.staff_id,
            SubscriptionEvent.occurred_at, Staff.name.label("staff_name"),
        )
        .outerjoin(Staff, Staff.id == SubscriptionEvent.staff_id)
        .where(SubscriptionEvent.owner_id == owner_id, SubscriptionEvent.contact_id == contact_id)
        .order_by(SubscriptionEvent.occurred_at, SubscriptionEvent.id)
    ).all()  # fmt: skip


def inbound_texts(owner_id: int, events: Iterable[AnyRow]) -> dict[int, InboundText]:
    """The inbound texts behind those events that came of one, by the number of the event.

    No event names its text. It is the last one from the contact's number to one of the owner's that came
    within ANSWERED_WITHIN before the event, so none is found once the contact has another number.
    """
    asked = [(e.id, e.contact_id, e.occurred_at) for e in events if e.source in _BY_TEXT]
    if not asked:
        return {}
    event = values(
        column("id", BigInteger), column("contact_id", BigInteger), column("at", DateTime(timezone=True)),
        name="event",
    ).data(asked)  # fmt: skip
    sender = literal_column("payload ->> 'from'", Text)
    to = WebhookEvent.payload["to"].astext
    text = (
        select(WebhookEvent.payload["text"].astext.label("text"), to.label("to"), WebhookEvent.received_at)
        .join(SenderNumber, SenderNumber.number == to)
        .where(
            WebhookEvent.kind == "inbound",
            WebhookEvent.signature_ok,
            sender == Contact.phone,
            SenderNumber.owner_id == owner_id,
            WebhookEvent.received_at <= event.c.at,
            WebhookEvent.received_at > event.c.at - ANSWERED_WITHIN,
        )
        .order_by(WebhookEvent.received_at.desc(), WebhookEvent.id.desc())
        .limit(1)
        .correlate(event, Contact)
        .lateral("inbound")
    )
    rows = db.session.execute(
        select(event.c.id.label("event_id"), text)
        .join(Contact, (Contact.owner_id == owner_id) & (Contact.id == event.c.contact_id))
        .join(text, literal_column("true"))
    )
    return {row.event_id: InboundText(row.text or "", row.to, row.received_at) for row in rows}
