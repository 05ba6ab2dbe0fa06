"""Write notes about contacts."""

from datetime import timedelta

from sqlalchemy import func, select

from dashboard.audit.commands import record
from dashboard.contacts.models import Contact
from dashboard.contacts.notes.models import ContactNote
from dashboard.core.db import db
from dashboard.core.transactions import command

#: Who writes the same about the same contact again within this time has sent the form twice.
SAME_WITHIN = timedelta(minutes=1)


@command
def add_note(owner_id: int, contact_id: int, text: str, *, actor_id: int) -> int:
    """Add a note about a contact; answers its number. It stays as it is.

    The same words once more by the same person within SAME_WITHIN are answered with the first note.
    The audit row names the note and does not repeat it.

    Raises:
        DomainError: no such contact of this owner, or the text is empty or too long.
    """
    sent_before = _just_sent(owner_id, contact_id, text, actor_id)
    if sent_before is not None:
        return sent_before
    note = ContactNote(owner_id=owner_id, contact_id=contact_id, text=text, staff_id=actor_id)
    db.session.add(note)
    db.session.flush()
    record(
        "contact.note",
        f"contact:{contact_id}",
        staff_id=actor_id,
        owner_id=owner_id,
        after={"note_id": note.id},
    )
    return note.id


def _just_sent(owner_id: int, contact_id: int, text: str, actor_id: int) -> int | None:
    # Held, so that of two at once the second one sees the first.
    held = select(Contact.id).where(Contact.owner_id == owner_id, Contact.id == contact_id)
    db.session.execute(held.with_for_update(key_share=True))
    return db.session.scalar(
        select(ContactNote.id)
        .where(
            ContactNote.owner_id == owner_id,
            ContactNote.contact_id == contact_id,
            ContactNote.staff_id == actor_id,
            ContactNote.text == text,
            ContactNote.created_at > func.clock_timestamp() - SAME_WITHIN,
        )
        .limit(1)
    )
