"""Erase a person on request (GDPR 17). What goes and what stays is said in decision 15."""

from collections.abc import Sequence

from sqlalchemy import CursorResult, Text, cast, delete, func, literal, select, update
from sqlalchemy.sql.dml import UpdateBase

from dashboard.audit.commands import record
from dashboard.audit.models import AuditEvent
from dashboard.campaigns.failure_codes import ERASED
from dashboard.campaigns.models import CampaignMessage, MessageStatus
from dashboard.contact_imports.erasing import hold_imports, take_out
from dashboard.contact_imports.models import ContactImport, ContactImportProblem
from dashboard.contacts.erasure.queries import issue_of, numbers, sent_to
from dashboard.contacts.locks import locked
from dashboard.contacts.models import Contact, Source, SubscriptionEvent
from dashboard.contacts.notes.models import ContactNote
from dashboard.contacts.suppression import suppress_erased
from dashboard.contacts.written import mentions
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.core.transactions import command
from dashboard.inbound.models import WebhookEvent
from dashboard.lists.models import ListMembership, MembershipAction, MembershipEvent
from dashboard.platform_import.models import ImportIssue
from dashboard.tags.models import ContactTag, TagAction, TagEvent

CONFIRMING_DIGITS = 4  #: of the number's end are typed to confirm
_BLANKED = "Erased on request"


@command
def erase_contact(owner_id: int, contact_id: int, *, last_digits: str, reason: str, actor_id: int) -> bool:
    """Take out all that is personal of a contact, in every table; answers whether that changed anything.

    Its history stays without the person, and the opt-out of its number as a keyed hash. Cannot be undone.

    Raises:
        NoResultFound: no such contact of this owner.
        DomainError: the last digits are not those of its number.
    """
    hold_imports(owner_id)
    contact = locked(owner_id, contact_id, wholly=True)
    if contact.phone is None:
        return False
    if last_digits != contact.phone[-CONFIRMING_DIGITS:]:
        raise DomainError("The number ends otherwise. Is this the right contact?", field="last_digits")
    known = numbers(owner_id, contact_id)
    _unsubscribe_and_blank(contact, contact.phone, reason, actor_id)
    taken = {
        "lists": _leave_lists(contact, actor_id),
        "tags": _leave_tags(contact, actor_id),
        "messages": _blank_messages(contact),
        "notes": _blank_notes(contact),
        "texts": _blank_texts(owner_id, known),
        "edits": _blank_audit(contact),
        "import_issues": _blank_import_issues(owner_id, known),
        "import_rows": _blank_files(owner_id, known),
    }
    after = {"reason": reason} | {what: count for what, count in taken.items() if count}
    record("contact.erase", f"contact:{contact_id}", staff_id=actor_id, owner_id=owner_id, after=after)
    return True


def _unsubscribe_and_blank(contact: Contact, phone: str, reason: str, actor_id: int) -> None:
    at = db.session.execute(select(func.clock_timestamp())).scalar_one()
    if contact.is_subscribed:
        db.session.add(
            SubscriptionEvent(
                owner_id=contact.owner_id,
                contact_id=contact.id,
                is_subscribed=False,
                source=Source.ERASURE,
                reason=reason,
                staff_id=actor_id,
                occurred_at=at,
            )
        )
        contact.is_subscribed, contact.unsubscribed_at = False, at
    suppress_erased(contact.owner_id, phone, contact.unsubscribed_at or at, at)
    for name in ("phone", "first_name", "last_name", "email", "gender", "birthday"):
        setattr(contact, name, None)
    contact.erased_at = contact.updated_at = at
    db.session.flush()


def _leave_lists(contact: Contact, actor_id: int) -> int:
    left = db.session.scalars(
        delete(ListMembership)
        .where(ListMembership.owner_id == contact.owner_id, ListMembership.contact_id == contact.id)
        .returning(ListMembership.list_id)
    ).all()
    gone = {"owner_id": contact.owner_id, "contact_id": contact.id, "staff_id": actor_id}
    db.session.add_all(MembershipEvent(list_id=one, action=MembershipAction.REMOVED, **gone) for one in left)
    return len(left)


def _leave_tags(contact: Contact, actor_id: int) -> int:
    left = db.session.scalars(
        delete(ContactTag)
        .where(ContactTag.owner_id == contact.owner_id, ContactTag.contact_id == contact.id)
        .returning(ContactTag.tag_id)
    ).all()
    gone = {"owner_id": contact.owner_id, "contact_id": contact.id, "staff_id": actor_id}
    db.session.add_all(TagEvent(tag_id=one, action=TagAction.REMOVED, **gone) for one in left)
    return len(left)


def _blank_messages(contact: Contact) -> int:
    """The calling code stays, by which messages are counted by country. What waits to be sent fails."""
    message = CampaignMessage
    of_theirs = (message.owner_id == contact.owner_id, message.contact_id == contact.id)
    fail = {"status": MessageStatus.FAILED, "error_code": ERASED, "failed_at": contact.erased_at}
    _changed(update(message).where(*of_theirs, message.status == MessageStatus.QUEUED).values(fail))
    return _changed(
        update(message)
        .where(*of_theirs)
        .values(phone=literal("+") + func.calling_code(message.phone), text="")
    )


def _blank_notes(contact: Contact) -> int:
    return _changed(
        update(ContactNote)
        .where(ContactNote.owner_id == contact.owner_id, ContactNote.contact_id == contact.id)
        .values(text=None)
    )


def _blank_texts(owner_id: int, senders: Sequence[str]) -> int:
    blank = {"from": None, "text": None}
    return _changed(
        update(WebhookEvent)
        .where(sent_to(owner_id, senders))
        .values(payload=WebhookEvent.payload.op("||")(blank))
    )


def _blank_audit(contact: Contact) -> int:
    """That something was changed stays; what it was and became goes."""
    return _changed(
        update(AuditEvent)
        .where(AuditEvent.owner_id == contact.owner_id, AuditEvent.subject == f"contact:{contact.id}")
        .values(before=func.without_person(AuditEvent.before), after=func.without_person(AuditEvent.after))
    )


def _blank_import_issues(owner_id: int, known: Sequence[str]) -> int:
    return _changed(
        update(ImportIssue).where(issue_of(owner_id, known)).values(row=None, reason=_BLANKED, done=_BLANKED)
    )


def _blank_files(owner_id: int, known: Sequence[str]) -> int:
    """What was read of files of contacts that are still kept. The files themselves expire."""
    problems = ContactImportProblem
    taken = take_out(owner_id, known)
    taken += _changed(
        update(problems)
        .where(problems.owner_id == owner_id, mentions(owner_id, cast(problems.cells, Text), known))
        .values(cells=[])
    )
    return taken + _changed(
        update(ContactImport)
        .where(
            ContactImport.owner_id == owner_id, mentions(owner_id, cast(ContactImport.sample, Text), known)
        )
        .values(sample=[])
    )


def _changed(change: UpdateBase) -> int:
    """How many rows the statement changed."""
    result = db.session.execute(change, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount
