"""Operations: one change of many contacts, under one number, and what became of each of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, OwnerId, RowId, one_of


class Kind(StrEnum):
    LIST_ADD = "list_add"
    LIST_REMOVE = "list_remove"
    UNSUBSCRIBE = "unsubscribe"
    TAG = "tag"
    UNTAG = "untag"
    IMPORT = "import"
    UNDO = "undo"  #: reverts another operation by opposite events


#: Of an operation's arguments: how many contacts the person was told that it would change.
CONFIRMED = "confirmed"


class Outcome(StrEnum):
    """What became of a contact in an operation."""

    CHANGED = "changed"
    ALREADY = "already"  #: it was so already
    CHANGED_SINCE = "changed_since"  #: an undo left it: somebody changed it after the operation
    GONE = "gone"  #: it was erased


class Operation(Model):
    """One change of many contacts. Its number is the `operation_id` of every event that it wrote."""

    __tablename__ = "operation"

    owner_id: Mapped[OwnerId] = mapped_column(ForeignKey("owner.id"))
    id: Mapped[RowId]
    kind: Mapped[str]
    arguments: Mapped[dict[str, Any]]  #: what its kind needs: `list_id`, `tag_id`; and CONFIRMED
    #: Whose: {"ids": […]} of those that were ticked, {"audience": {…}} of all that match; None: import, undo.
    selection: Mapped[dict[str, Any] | None]
    reason: Mapped[str | None]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    undoes: Mapped[int | None]
    idempotency_key: Mapped[UUID]  #: of the form: a double click starts it once
    #: None: the job was deleted, long after its end.
    job_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("procrastinate_jobs.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    total: Mapped[int | None]  #: contacts that it concerns; None before they are gathered
    changed: Mapped[int] = mapped_column(server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(server_default=text("0"))  #: looked at and not changed
    changed_since: Mapped[int] = mapped_column(server_default=text("0"))  #: of the unchanged, see `Outcome`
    gone: Mapped[int] = mapped_column(server_default=text("0"))  #: of the unchanged, see `Outcome`
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "undoes"], ["operation.owner_id", "operation.id"]),
        UniqueConstraint("owner_id", "undoes"),
        UniqueConstraint("owner_id", "idempotency_key"),
        CheckConstraint(one_of("kind", Kind), name="kind"),
        CheckConstraint("(kind = 'undo') = (undoes IS NOT NULL)", name="undoes"),
        CheckConstraint("char_length(reason) BETWEEN 1 AND 500", name="reason"),
        CheckConstraint(
            "changed >= 0 AND changed_since >= 0 AND gone >= 0"
            " AND changed_since + gone <= unchanged AND changed + unchanged <= total",
            name="counts",
        ),
        Index(None, "id"),
        Index(None, "job_id"),
        Index(None, "kind", "id"),
    )


class OperationRow(Model):
    """A contact that an operation concerns, and what became of it; None: not looked at yet."""

    __tablename__ = "operation_row"

    owner_id: Mapped[OwnerId]
    operation_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    contact_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[str | None]

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "operation_id"], ["operation.owner_id", "operation.id"]),
        ForeignKeyConstraint(["owner_id", "contact_id"], ["contact.owner_id", "contact.id"]),
        CheckConstraint(one_of("outcome", Outcome), name="outcome"),
        Index("ix_operation_row_outcome", "owner_id", "operation_id", "outcome", "contact_id"),
    )
