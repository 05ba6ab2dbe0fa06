"""Write notes about contacts."""

from dashboard.audit.commands import record
from dashboard.contacts.notes.models import ContactNote
from dashboard.core.db import db
from dashboard.core.transactions import command


@command
def add_note(owner_id: int, contact_id: int, text: str, *, actor_id: int) -> int:
    """Add a note about a contact; answers its number. It stays as it is.

    The audit row names the note and does not repeat it.

    Raises:
        DomainError: no such contact of this owner, or the text is empty or too long.
    """
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
