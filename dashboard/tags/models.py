"""Tags: words that staff put on contacts, and how they came and went."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, func, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, OwnerId, RowId, one_of


class TagAction(StrEnum):
    ADDED = "added"
    REMOVED = "removed"


class Tag(Model):
    """A word of an owner's, such as "VIP" or "complained". "vip" is the same one."""

    __tablename__ = "tag"

    owner_id: Mapped[OwnerId] = mapped_column(ForeignKey("owner.id"))
    id: Mapped[RowId]
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("char_length(name) BETWEEN 1 AND 60", name="name"),
        Index("uq_tag_name", "owner_id", func.fold(literal_column("name")), unique=True),
    )


class ContactTag(Model):
    """That a contact has a tag. The key allows it once, and never across owners."""

    __tablename__ = "contact_tag"

    owner_id: Mapped[OwnerId]
    tag_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    contact_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "tag_id"], ["tag.owner_id", "tag.id"]),
        ForeignKeyConstraint(["owner_id", "contact_id"], ["contact.owner_id", "contact.id"]),
        Index(None, "owner_id", "contact_id", "tag_id"),
    )


class TagEvent(Model):
    """That a tag was put on a contact or taken off, when and by whom. Append-only."""

    __tablename__ = "tag_event"

    owner_id: Mapped[OwnerId]
    id: Mapped[RowId]
    tag_id: Mapped[int]
    contact_id: Mapped[int]
    action: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    operation_id: Mapped[int | None]  #: the bulk change that it was part of
    occurred_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "tag_id"], ["tag.owner_id", "tag.id"]),
        ForeignKeyConstraint(["owner_id", "contact_id"], ["contact.owner_id", "contact.id"]),
        CheckConstraint(one_of("action", TagAction), name="action"),
        Index(None, "owner_id", "contact_id", "occurred_at"),
    )
