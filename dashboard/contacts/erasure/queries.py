"""Which contacts were erased, and what an erasure takes away."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, literal, literal_column, select
from sqlalchemy.orm import aliased

from dashboard.audit.models import AuditEvent
from dashboard.campaigns.models import CampaignMessage
from dashboard.contacts import written
from dashboard.contacts.models import Contact
from dashboard.contacts.notes.models import ContactNote
from dashboard.core.db import AnyRow, db
from dashboard.inbound.models import WebhookEvent
from dashboard.lists.models import ListMembership
from dashboard.owners.models import SenderNumber
from dashboard.platform_import.models import ImportIssue
from dashboard.staff.models import Staff
from dashboard.tags.models import ContactTag, Tag


@dataclass(frozen=True)
class Reach:
    """How much is kept of a person that an erasure takes away."""

    messages: int
    texts: int  #: that they sent
    notes: int
    lists: int
    tags: int
    own_tags: Sequence[str]  #: names of tags that nobody else has


def reach(owner_id: int, contact_id: int) -> Reach:
    """How much an erasure of the contact would take away."""
    of_theirs = sent_to(owner_id, numbers(owner_id, contact_id))
    texts = select(func.count()).select_from(WebhookEvent).where(of_theirs)
    of_contact = (CampaignMessage, ContactNote, ListMembership, ContactTag)
    messages, notes, lists, tags = (
        db.session.execute(
            select(func.count())
            .select_from(table)
            .where(table.owner_id == owner_id, table.contact_id == contact_id)
        ).scalar_one()
        for table in of_contact
    )
    return Reach(
        messages, db.session.execute(texts).scalar_one(), notes, lists, tags, _own_tags(owner_id, contact_id)
    )


def _own_tags(owner_id: int, contact_id: int) -> Sequence[str]:
    others = aliased(ContactTag)
    of_others = exists().where(
        others.owner_id == owner_id, others.tag_id == Tag.id, others.contact_id != contact_id
    )
    return db.session.scalars(
        select(Tag.name)
        .join(ContactTag, (ContactTag.owner_id == Tag.owner_id) & (ContactTag.tag_id == Tag.id))
        .where(ContactTag.owner_id == owner_id, ContactTag.contact_id == contact_id, ~of_others)
        .order_by(Tag.id)
    ).all()


def erasure(owner_id: int, contact_id: int) -> AnyRow | None:
    """By whom the contact was erased and why; None where it was not."""
    return db.session.execute(
        select(AuditEvent.after["reason"].astext.label("reason"), Staff.name.label("staff_name"))
        .outerjoin(Staff, Staff.id == AuditEvent.staff_id)
        .where(
            AuditEvent.owner_id == owner_id,
            AuditEvent.subject == f"contact:{contact_id}",
            AuditEvent.action == "contact.erase",
        )
        .limit(1)
    ).one_or_none()


def numbers(owner_id: int, contact_id: int) -> Sequence[str]:
    """The contact's number, and those that it had before and no other contact of the owner has now; E.164."""
    had = AuditEvent.before["phone"].astext
    former = db.session.scalars(
        select(had)
        .distinct()
        .where(
            AuditEvent.owner_id == owner_id,
            AuditEvent.subject == f"contact:{contact_id}",
            AuditEvent.action == "contact.edit",
            had.is_not(None),
        )
    ).all()
    of_the_contact = select(Contact.phone).where(
        Contact.owner_id == owner_id, Contact.id == contact_id, Contact.phone.is_not(None)
    )
    of_others = select(Contact.phone).where(
        Contact.owner_id == owner_id, Contact.id != contact_id, Contact.phone.in_(former)
    )
    now = db.session.scalars(of_the_contact).all()
    return sorted({*now, *former} - set(db.session.scalars(of_others).all()) - {None})


def sent_to(owner_id: int, senders: Sequence[str]) -> ColumnElement[bool]:
    """Whether a notice is a text from one of the numbers to this owner, and to no other."""
    own = select(SenderNumber.number).where(SenderNumber.owner_id == owner_id)
    # As its index has it.
    sender = literal_column("payload ->> 'from'", Text)
    to = literal("+") + func.regexp_replace(WebhookEvent.payload["to"].astext, r"^(\+|00)", "")
    return and_(WebhookEvent.kind == "inbound", sender.in_(written.senders(owner_id, senders)), to.in_(own))


def issue_of(owner_id: int, known: Sequence[str]) -> ColumnElement[bool]:
    """Whether an import of the platform's database had trouble with a row of one of the numbers."""
    said = func.concat(cast(ImportIssue.row, Text), ImportIssue.reason, ImportIssue.done)
    return and_(ImportIssue.owner_id == owner_id, written.mentions(owner_id, said, known))
