"""How a contact came to be subscribed or not: the proof of it, event by event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import column, literal_column, select, values
from sqlalchemy.types import BigInteger, DateTime, Text

from dashboard.audit.models import AuditEvent
from dashboard.contacts import queries as contacts
from dashboard.contacts.models import Contact, Source, SubscriptionEvent
from dashboard.contacts.written import is_sender
from dashboard.core.db import AnyRow, db
from dashboard.inbound.keywords import Keyword, keyword
from dashboard.inbound.models import WebhookEvent
from dashboard.owners.models import SenderNumber
from dashboard.staff.models import Staff

#: How long before an event of consent the text came in that it answers, at most.
ANSWERED_WITHIN = timedelta(hours=1)
#: What the text says to which an event of this source answers.
_BY_TEXT = {Source.STOP_KEYWORD: Keyword.STOP, Source.START_KEYWORD: Keyword.START}
#: Of the texts of that hour so many are read, the last ones.
_MOST_TEXTS = 50


@dataclass(frozen=True)
class InboundText:
    """A text that the contact sent, as the provider brought it."""

    text: str
    to: str  #: the owner's number
    received_at: datetime


@dataclass(frozen=True)
class NumberChange:
    """When a contact got another number (E.164); None once the contact was erased."""

    id: int  #: in the audit log
    at: datetime
    was: str | None
    became: str | None


@dataclass(frozen=True)
class Proof:
    """All that is known of a contact's consent."""

    events: Sequence[AnyRow]  #: oldest first
    texts: dict[int, InboundText]  #: behind some of them, by the number of the event
    numbers: Sequence[NumberChange]  #: oldest first
    suppressed_since: datetime | None  #: where its number is suppressed now

    @property
    def lines(self) -> list[NumberChange | AnyRow]:
        """The changes of number and the events in one order, oldest first."""
        return sorted([*self.numbers, *self.events], key=lambda line: line.at)


def proof(contact: AnyRow) -> Proof:
    """All that is known of the contact's consent, and of which number it was said."""
    events = history(contact.owner_id, contact.id)
    return Proof(
        events=events,
        texts=inbound_texts(contact.owner_id, events),
        numbers=changes_of_number(contact.owner_id, contact.id),
        suppressed_since=contacts.suppressed_since(contact.owner_id, contact.phone),
    )


def changes_of_number(owner_id: int, contact_id: int) -> Sequence[NumberChange]:
    """The contact's changes of number, oldest first."""
    rows = db.session.execute(
        select(
            AuditEvent.id, AuditEvent.at, AuditEvent.before["phone"].astext.label("was"),
            AuditEvent.after["phone"].astext.label("became"),
        )
        .where(
            AuditEvent.owner_id == owner_id,
            AuditEvent.subject == f"contact:{contact_id}",
            AuditEvent.before.has_key("phone"),
        )
        .order_by(AuditEvent.at, AuditEvent.id)
    )  # fmt: skip
    return [NumberChange(*row) for row in rows]


def history(owner_id: int, contact_id: int) -> Sequence[AnyRow]:
    """All opt-ins and opt-outs of the contact with their source, words and person; oldest first."""
    return db.session.execute(
        select(
            SubscriptionEvent.id, SubscriptionEvent.contact_id, SubscriptionEvent.is_subscribed,
            SubscriptionEvent.source, SubscriptionEvent.reason, SubscriptionEvent.staff_id,
            SubscriptionEvent.occurred_at, SubscriptionEvent.occurred_at.label("at"),
            Staff.name.label("staff_name"),
        )
        .outerjoin(Staff, Staff.id == SubscriptionEvent.staff_id)
        .where(SubscriptionEvent.owner_id == owner_id, SubscriptionEvent.contact_id == contact_id)
        .order_by(SubscriptionEvent.occurred_at, SubscriptionEvent.id)
    ).all()  # fmt: skip


def inbound_texts(owner_id: int, events: Iterable[AnyRow]) -> dict[int, InboundText]:
    """The inbound texts behind those events that came of one, by the number of the event.

    No event names its text. It is the last one from the contact's number to one of the owner's that came
    within ANSWERED_WITHIN before the event and is a keyword for it, so none is found once the contact has
    another number.
    """
    events = list(events)
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
        select(
            WebhookEvent.id, WebhookEvent.payload["text"].astext.label("text"), to.label("to"),
            WebhookEvent.received_at,
        )
        .join(SenderNumber, SenderNumber.number == to)
        .where(
            WebhookEvent.kind == "inbound",
            WebhookEvent.signature_ok,
            is_sender(sender, Contact.phone),
            SenderNumber.owner_id == owner_id,
            WebhookEvent.received_at <= event.c.at,
            WebhookEvent.received_at > event.c.at - ANSWERED_WITHIN,
        )
        .order_by(WebhookEvent.received_at.desc(), WebhookEvent.id.desc())
        .limit(_MOST_TEXTS)
        .correlate(event, Contact)
        .lateral("inbound")
    )  # fmt: skip
    rows = db.session.execute(
        select(event.c.id.label("event_id"), text)
        .join(Contact, (Contact.owner_id == owner_id) & (Contact.id == event.c.contact_id))
        .join(text, literal_column("true"))
        .order_by(text.c.received_at, text.c.id)
    )
    wanted = {event.id: _BY_TEXT[event.source] for event in events if event.source in _BY_TEXT}
    # Of several the last one stays.
    return {
        row.event_id: InboundText(row.text, row.to, row.received_at)
        for row in rows
        if row.text and keyword(row.text) is wanted[row.event_id]
    }
