"""All that is held about a person (GDPR 15), part by part."""

from collections.abc import Iterator

from sqlalchemy import Text, and_, cast, select, union

from dashboard.audit.models import AuditEvent
from dashboard.campaigns.models import Campaign, CampaignMessage, CampaignSkip
from dashboard.contact_imports.models import ContactImport, ContactImportProblem, ContactImportRow
from dashboard.contacts.erasure.queries import issue_of, numbers, sent_to
from dashboard.contacts.models import SubscriptionEvent
from dashboard.contacts.notes.models import ContactNote
from dashboard.contacts.timeline.queries import subject_of
from dashboard.contacts.written import mentions
from dashboard.core.db import AnySelect
from dashboard.inbound.models import WebhookEvent
from dashboard.lists.models import ContactList, ListMembership, MembershipEvent
from dashboard.operations.models import Operation
from dashboard.platform_import.models import ImportIssue
from dashboard.tags.models import ContactTag, Tag, TagEvent


def parts(owner_id: int, contact_id: int) -> Iterator[tuple[str, AnySelect]]:
    """Each part's name, and the statement that reads its rows in the order of what happened.

    Who of the staff did it is left out: those are other people's data.
    """
    known = numbers(owner_id, contact_id)
    consent = SubscriptionEvent
    yield "consent", _of(
        owner_id, contact_id, consent,
        select(consent.id, consent.occurred_at, consent.is_subscribed, consent.source, consent.reason)
        .order_by(consent.occurred_at, consent.id),
    )  # fmt: skip
    yield "lists", _of(
        owner_id, contact_id, ListMembership,
        select(ContactList.id, ContactList.name, ListMembership.created_at.label("member_since"))
        .join(ContactList, _same(ListMembership, ContactList, "list_id"))
        .order_by(ListMembership.created_at, ContactList.id),
    )  # fmt: skip
    yield "list_changes", _of(
        owner_id, contact_id, MembershipEvent,
        select(MembershipEvent.occurred_at, MembershipEvent.action, ContactList.name.label("list"))
        .join(ContactList, _same(MembershipEvent, ContactList, "list_id"))
        .order_by(MembershipEvent.occurred_at, MembershipEvent.id),
    )  # fmt: skip
    yield "tags", _of(
        owner_id, contact_id, ContactTag,
        select(Tag.name, ContactTag.created_at.label("since"))
        .join(Tag, _same(ContactTag, Tag, "tag_id"))
        .order_by(ContactTag.created_at, Tag.id),
    )  # fmt: skip
    yield "tag_changes", _of(
        owner_id, contact_id, TagEvent,
        select(TagEvent.occurred_at, TagEvent.action, Tag.name.label("tag"))
        .join(Tag, _same(TagEvent, Tag, "tag_id"))
        .order_by(TagEvent.occurred_at, TagEvent.id),
    )  # fmt: skip
    message = CampaignMessage
    yield "messages", _of(
        owner_id, contact_id, message,
        select(
            message.id, Campaign.name.label("campaign"), message.phone, message.text, message.segments,
            message.status, message.error_code, message.created_at.label("queued_at"), message.sent_at,
            message.delivered_at, message.failed_at, message.provider, message.provider_message_id,
        )
        .join(Campaign, _same(message, Campaign, "campaign_id"))
        .order_by(message.created_at, message.id),
    )  # fmt: skip
    yield "left_out_of", _of(
        owner_id, contact_id, CampaignSkip,
        select(Campaign.name.label("campaign"), CampaignSkip.reason_code, CampaignSkip.created_at)
        .join(Campaign, _same(CampaignSkip, Campaign, "campaign_id"))
        .order_by(CampaignSkip.created_at, CampaignSkip.campaign_id),
    )  # fmt: skip
    yield "texts_from_them", (
        select(
            WebhookEvent.received_at, WebhookEvent.payload["from"].label("from"),
            WebhookEvent.payload["to"].label("to"), WebhookEvent.payload["text"].label("text"),
        )
        .where(sent_to(owner_id, known))
        .order_by(WebhookEvent.received_at, WebhookEvent.id)
    )  # fmt: skip
    yield "notes", _of(
        owner_id, contact_id, ContactNote,
        select(ContactNote.created_at, ContactNote.text).order_by(ContactNote.created_at, ContactNote.id),
    )  # fmt: skip
    yield (
        "changes",
        (
            select(AuditEvent.at, AuditEvent.action, AuditEvent.before, AuditEvent.after)
            .where(AuditEvent.owner_id == owner_id, AuditEvent.subject == subject_of(contact_id))
            .order_by(AuditEvent.at, AuditEvent.id)
        ),
    )
    yield (
        "operations",
        (
            select(Operation.id, Operation.created_at, Operation.kind, Operation.reason)
            .where(Operation.owner_id == owner_id, Operation.id.in_(_operations(owner_id, contact_id)))
            .order_by(Operation.id)
        ),
    )
    yield (
        "import_issues",
        (
            select(ImportIssue.source_table, ImportIssue.reason, ImportIssue.done, ImportIssue.row)
            .where(issue_of(owner_id, known))
            .order_by(ImportIssue.id)
        ),
    )
    row, problem = ContactImportRow, ContactImportProblem
    yield (
        "import_rows",
        (
            select(
                ContactImport.file_name, row.row_no, row.phone, row.first_name, row.last_name, row.email,
                row.gender, row.birthday, row.is_subscribed,
            )
            .join(ContactImport, _same(row, ContactImport, "import_id"))
            .where(ContactImport.owner_id == owner_id, row.phone.in_(known))
            .order_by(row.import_id, row.row_no)
        ),
    )  # fmt: skip
    yield (
        "import_problems",
        (
            select(ContactImport.file_name, problem.row_no, problem.reason, problem.cells)
            .join(ContactImport, _same(problem, ContactImport, "import_id"))
            .where(problem.owner_id == owner_id, mentions(owner_id, cast(problem.cells, Text), known))
            .order_by(problem.import_id, problem.row_no)
        ),
    )


def _of(owner_id: int, contact_id: int, table, stmt: AnySelect) -> AnySelect:  # type: ignore[no-untyped-def]
    return stmt.where(table.owner_id == owner_id, table.contact_id == contact_id)


def _same(table, other, column: str):  # type: ignore[no-untyped-def]
    return and_(other.owner_id == table.owner_id, other.id == getattr(table, column))


def _operations(owner_id: int, contact_id: int):  # type: ignore[no-untyped-def]
    """The numbers of the bulk changes that changed the contact: each event of theirs names its own."""
    of_events = (
        select(table.operation_id).where(
            table.owner_id == owner_id, table.contact_id == contact_id, table.operation_id.is_not(None)
        )
        for table in (SubscriptionEvent, MembershipEvent, TagEvent)
    )
    return union(*of_events)
