"""Lists of contacts, their members, and how they came and went."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, OwnerId, RowId, one_of


class MembershipAction(StrEnum):
    ADDED = "added"
    REMOVED = "removed"


class ContactList(Model):
    """A named set of an owner's contacts: its members, or all that a dynamic list's definition asks for."""

    __tablename__ = "contact_list"

    owner_id: Mapped[OwnerId] = mapped_column(ForeignKey("owner.id"))
    id: Mapped[RowId]
    name: Mapped[str]
    description: Mapped[str | None]
    #: An `Audience` as JSON makes the list dynamic, for good: then it has no memberships.
    definition: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 160", name="name"),
        CheckConstraint("char_length(description) BETWEEN 1 AND 400", name="description"),
        CheckConstraint("jsonb_typeof(definition) = 'object'", name="definition"),
        Index("ix_contact_list_name", func.fold(literal_column("name")), "owner_id", "id"),
        Index(
            "ix_contact_list_name_trigrams",
            func.fold(literal_column("name")).label("folded"),
            postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
        ),
    )


class ListMembership(Model):
    """That a contact is on a list. The key allows it once, and never across owners."""

    __tablename__ = "list_membership"

    owner_id: Mapped[OwnerId]
    list_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    contact_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "list_id"], ["contact_list.owner_id", "contact_list.id"]),
        ForeignKeyConstraint(["owner_id", "contact_id"], ["contact.owner_id", "contact.id"]),
        Index(None, "owner_id", "contact_id", "list_id"),
        Index(None, "owner_id", "list_id", "created_at"),
    )


class MembershipEvent(Model):
    """That a contact was added to a list or removed from it, when and by whom. Append-only."""

    __tablename__ = "membership_event"

    owner_id: Mapped[OwnerId]
    id: Mapped[RowId]
    list_id: Mapped[int]
    contact_id: Mapped[int]
    action: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    operation_id: Mapped[int | None]  #: the bulk change that it was part of
    occurred_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "list_id"], ["contact_list.owner_id", "contact_list.id"]),
        ForeignKeyConstraint(["owner_id", "contact_id"], ["contact.owner_id", "contact.id"]),
        CheckConstraint(one_of("action", MembershipAction), name="action"),
        Index(None, "owner_id", "contact_id", "occurred_at"),
        Index(None, "owner_id", "list_id", "occurred_at"),
    )


class ListStat(Model):
    """How many members a list has, and how many of them are subscribed.

    Kept by triggers on `list_membership` and `contact`, in the same transaction.
    """

    __tablename__ = "list_stat"

    owner_id: Mapped[OwnerId]
    list_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    members: Mapped[int] = mapped_column(server_default=text("0"))
    subscribed: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "list_id"], ["contact_list.owner_id", "contact_list.id"], ondelete="CASCADE"
        ),
    )
