"""All that happened to a contact, in one order: newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.audit.models import AuditEvent
from dashboard.campaigns.models import Campaign, CampaignMessage, CampaignSkip, MessageStatus
from dashboard.campaigns.queries import Totals, totals_of
from dashboard.contacts.consent.queries import InboundText, inbound_texts
from dashboard.contacts.models import SubscriptionEvent
from dashboard.contacts.notes.models import ContactNote
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.lists.models import ContactList, MembershipEvent
from dashboard.staff.models import Staff
from dashboard.tags.models import Tag, TagEvent


class Kind(StrEnum):
    """What a line of the timeline is about."""

    MESSAGE = "message"
    SKIP = "skip"  #: a campaign left the contact out
    CONSENT = "consent"
    LIST = "list"
    TAG = "tag"
    EDIT = "edit"
    NOTE = "note"


#: What a person asks for -> the kinds that it shows.
SHOWN: dict[str | None, tuple[Kind, ...]] = {
    None: tuple(Kind),
    "messages": (Kind.MESSAGE, Kind.SKIP),
    "consent": (Kind.CONSENT,),
    "lists": (Kind.LIST, Kind.TAG),
    "edits": (Kind.EDIT,),
    "notes": (Kind.NOTE,),
}
#: Changes that have a line of their own: as an event of consent, of a tag, and as a note.
TOLD_ELSEWHERE = (
    "contact.subscribe",
    "contact.unsubscribe",
    "contact.tag",
    "contact.untag",
    "contact.note",
)


@dataclass(frozen=True)
class Line:
    """One thing that happened: its kind's row, with what the reader needs to know besides."""

    kind: Kind
    at: datetime
    id: int
    row: AnyRow
    inbound: InboundText | None = None  #: the text behind an event of consent


def page(
    owner_id: int,
    contact_id: int,
    *,
    shown: str | None = None,
    until: datetime | None = None,
    at: keyset.At = keyset.FIRST,
) -> keyset.Page[Line]:
    """A page of what happened before `until`, of the kinds of SHOWN; newest first.

    Each kind gives a page at most, by its own index, and then the details of what is shown. Messages are
    sorted: their index goes by contact and campaign, and a contact has hundreds of them at most.
    """
    sources = [_source(kind, owner_id, contact_id, until) for kind in SHOWN[shown]]
    found = keyset.merged(sources, at)
    of_kind = {kind: [row.id for row in found.rows if row.kind == kind] for kind in Kind}
    details = {kind: _details(kind, owner_id, contact_id, ids) for kind, ids in of_kind.items() if ids}
    texts = inbound_texts(owner_id, details.get(Kind.CONSENT, {}).values())
    lines = []
    for row in found.rows:
        kind = Kind(row.kind)
        inbound = texts.get(row.id) if kind is Kind.CONSENT else None
        lines.append(Line(kind, row.at, row.id, details[kind][row.id], inbound))
    return keyset.Page(lines, found.after, found.before)


#: kind -> the columns of its owner, its contact, its time and its number
_COLUMNS: dict[Kind, tuple[InstrumentedAttribute[Any], ...]] = {
    Kind.MESSAGE: (
        CampaignMessage.owner_id, CampaignMessage.contact_id, CampaignMessage.created_at, CampaignMessage.id,
    ),
    Kind.SKIP: (
        CampaignSkip.owner_id, CampaignSkip.contact_id, CampaignSkip.created_at, CampaignSkip.campaign_id,
    ),
    Kind.CONSENT: (
        SubscriptionEvent.owner_id, SubscriptionEvent.contact_id, SubscriptionEvent.occurred_at,
        SubscriptionEvent.id,
    ),
    Kind.LIST: (
        MembershipEvent.owner_id, MembershipEvent.contact_id, MembershipEvent.occurred_at, MembershipEvent.id,
    ),
    Kind.TAG: (TagEvent.owner_id, TagEvent.contact_id, TagEvent.occurred_at, TagEvent.id),
    Kind.NOTE: (ContactNote.owner_id, ContactNote.contact_id, ContactNote.created_at, ContactNote.id),
    Kind.EDIT: (AuditEvent.owner_id, AuditEvent.subject, AuditEvent.at, AuditEvent.id),
}  # fmt: skip


def _source(kind: Kind, owner_id: int, contact_id: int, until: datetime | None) -> keyset.Source:
    owner, subject, when, number = _COLUMNS[kind]
    which = subject_of(contact_id) if kind is Kind.EDIT else contact_id
    name = literal(str(kind), Text)
    stmt = select(when.label("at"), name.label("kind"), number.label("id")).where(
        owner == owner_id, subject == which
    )
    if kind is Kind.EDIT:
        stmt = stmt.where(AuditEvent.action.not_in(TOLD_ELSEWHERE))
    if until is not None:
        stmt = stmt.where(when < until)
    keys = [
        keyset.Key("at", when, descending=True),
        keyset.Key("kind", name, descending=True),
        keyset.Key("id", number, descending=True),
    ]
    return keyset.Source(stmt, keys)


def subject_of(contact_id: int) -> str:
    """Under which name the audit log has the contact."""
    return f"contact:{contact_id}"


Details = dict[int, AnyRow]


def _details(kind: Kind, owner_id: int, contact_id: int, ids: Sequence[int]) -> Details:
    """The rows of one kind with what is shown of them, by their numbers."""
    owner, subject, _, number = _COLUMNS[kind]
    which = subject_of(contact_id) if kind is Kind.EDIT else contact_id
    stmt = _SHOWING[kind].where(owner == owner_id, subject == which, number.in_(ids))
    return {row.id: row for row in db.session.execute(stmt)}


def _of_campaign(table: type[CampaignMessage] | type[CampaignSkip]) -> ColumnElement[bool]:
    return and_(Campaign.owner_id == table.owner_id, Campaign.id == table.campaign_id)


_STAFF_NAME = Staff.name.label("staff_name")
_CAMPAIGN_NAME = Campaign.name.label("campaign_name")
_SHOWING: dict[Kind, AnySelect] = {
    Kind.MESSAGE: select(
        CampaignMessage.id, CampaignMessage.campaign_id, _CAMPAIGN_NAME, CampaignMessage.status,
        CampaignMessage.error_code, CampaignMessage.sent_at, CampaignMessage.delivered_at,
        CampaignMessage.failed_at,
    ).join(Campaign, _of_campaign(CampaignMessage)),
    Kind.SKIP: select(
        CampaignSkip.campaign_id.label("id"), CampaignSkip.campaign_id, _CAMPAIGN_NAME,
        CampaignSkip.reason_code,
    ).join(Campaign, _of_campaign(CampaignSkip)),
    Kind.CONSENT: select(
        SubscriptionEvent.id, SubscriptionEvent.contact_id, SubscriptionEvent.is_subscribed,
        SubscriptionEvent.source, SubscriptionEvent.reason, SubscriptionEvent.occurred_at,
        SubscriptionEvent.operation_id, _STAFF_NAME,
    ).outerjoin(Staff, Staff.id == SubscriptionEvent.staff_id),
    Kind.LIST: select(
        MembershipEvent.id, MembershipEvent.list_id, MembershipEvent.action, MembershipEvent.operation_id,
        ContactList.name.label("list_name"), _STAFF_NAME,
    )
    .join(
        ContactList,
        and_(ContactList.owner_id == MembershipEvent.owner_id, ContactList.id == MembershipEvent.list_id),
    )
    .outerjoin(Staff, Staff.id == MembershipEvent.staff_id),
    Kind.TAG: select(
        TagEvent.id, TagEvent.tag_id, TagEvent.action, TagEvent.operation_id, Tag.name.label("tag_name"),
        _STAFF_NAME,
    )
    .join(Tag, and_(Tag.owner_id == TagEvent.owner_id, Tag.id == TagEvent.tag_id))
    .outerjoin(Staff, Staff.id == TagEvent.staff_id),
    Kind.EDIT: select(
        AuditEvent.id, AuditEvent.action, AuditEvent.before, AuditEvent.after, _STAFF_NAME
    ).outerjoin(Staff, Staff.id == AuditEvent.staff_id),
    Kind.NOTE: select(ContactNote.id, ContactNote.text, _STAFF_NAME).join(
        Staff, Staff.id == ContactNote.staff_id
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Fate:
    """What became of a contact's messages."""

    totals: Totals
    last_delivered_at: datetime | None


def fate(owner_id: int, contact_id: int) -> Fate:
    """What became of the contact's messages. Source: the messages themselves, hundreds at most."""
    counts = [func.count().filter(CampaignMessage.status == s).label(str(s)) for s in MessageStatus]
    row = db.session.execute(
        select(*counts, func.max(CampaignMessage.delivered_at).label("last_delivered_at")).where(
            CampaignMessage.owner_id == owner_id, CampaignMessage.contact_id == contact_id
        )
    ).one()
    return Fate(totals_of(row), row.last_delivered_at)
