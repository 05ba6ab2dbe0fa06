"""Histories of contacts for tests: events at given times."""

from datetime import datetime
from uuid import uuid4

from dashboard.audit.models import AuditEvent
from dashboard.campaigns.models import CampaignSkip
from dashboard.contacts.models import Contact, SubscriptionEvent
from dashboard.contacts.notes.models import ContactNote
from dashboard.core.db import db
from dashboard.inbound.models import WebhookEvent
from dashboard.lists.models import MembershipEvent
from dashboard.tags.commands import ensure_tag
from dashboard.tags.models import TagEvent
from tests.factories import make_staff


def add(row):
    db.session.add(row)
    db.session.commit()
    return row


def consent(contact: Contact, at: datetime, is_subscribed: bool, **values) -> SubscriptionEvent:
    given = {"is_subscribed": is_subscribed, "source": "staff", "occurred_at": at}
    return add(SubscriptionEvent(owner_id=contact.owner_id, contact_id=contact.id, **(given | values)))


def membership(contact: Contact, at: datetime, list_id: int, action: str, **values) -> MembershipEvent:
    given = {"list_id": list_id, "action": action, "occurred_at": at}
    return add(MembershipEvent(owner_id=contact.owner_id, contact_id=contact.id, **(given | values)))


def tagging(contact: Contact, at: datetime, name: str, action: str, **values) -> TagEvent:
    tag_id = ensure_tag(contact.owner_id, name, actor_id=make_staff("support").id)
    given = {"tag_id": tag_id, "action": action, "occurred_at": at}
    return add(TagEvent(owner_id=contact.owner_id, contact_id=contact.id, **(given | values)))


def skip(contact: Contact, at: datetime, campaign_id: int, reason_code: str) -> CampaignSkip:
    return add(
        CampaignSkip(
            owner_id=contact.owner_id,
            contact_id=contact.id,
            campaign_id=campaign_id,
            reason_code=reason_code,
            created_at=at,
        )
    )


def note(contact: Contact, at: datetime, text: str, staff_id: int | None = None) -> ContactNote:
    staff_id = staff_id or make_staff("support").id
    return add(
        ContactNote(
            owner_id=contact.owner_id, contact_id=contact.id, text=text, staff_id=staff_id, created_at=at
        )
    )


def edit(contact: Contact, at: datetime, before: dict, after: dict, action="contact.edit") -> AuditEvent:
    subject = f"contact:{contact.id}"
    return add(
        AuditEvent(
            owner_id=contact.owner_id, subject=subject, action=action, at=at, before=before, after=after
        )
    )


def inbound(sender: str, to: str, text: str, at: datetime, **values) -> WebhookEvent:
    given = {"signature_ok": True, "provider": "gateway", "kind": "inbound", "dedupe_key": str(uuid4())}
    payload = {"from": sender, "to": to, "text": text}
    return add(WebhookEvent(payload=payload, received_at=at, **(given | values)))
