"""Write down that somebody takes away what is held about a person."""

from dashboard.audit.commands import record
from dashboard.core.transactions import command


@command
def note_download(owner_id: int, contact_id: int, *, actor_id: int) -> None:
    record("contact.download", f"contact:{contact_id}", staff_id=actor_id, owner_id=owner_id)
