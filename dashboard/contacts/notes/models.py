"""What staff wrote down about contacts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, OwnerId, RowId

MOST_CHARACTERS = 2_000


class ContactNote(Model):
    """A note about a contact, for colleagues. Append-only; only an erasure takes the text out."""

    __tablename__ = "contact_note"

    owner_id: Mapped[OwnerId]
    id: Mapped[RowId]
    contact_id: Mapped[int]
    text: Mapped[str | None]  #: None: the contact was erased
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "contact_id"], ["contact.owner_id", "contact.id"]),
        CheckConstraint(f"char_length(text) BETWEEN 1 AND {MOST_CHARACTERS}", name="text"),
        Index(None, "owner_id", "contact_id", "created_at"),
    )
