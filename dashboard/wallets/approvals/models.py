"""Adjustments that wait for a second person."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, OwnerId, RowId, one_of
from dashboard.wallets.models import ReasonCode


class RequestStatus(StrEnum):
    PENDING = "pending"  #: expired once `expires_at` has passed
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  #: by whoever asked


class AdjustmentRequest(Model):
    """An entry that somebody wants to write, and that somebody else decides about."""

    __tablename__ = "adjustment_request"

    owner_id: Mapped[OwnerId] = mapped_column(ForeignKey("owner.id"))
    id: Mapped[RowId]
    change_credits: Mapped[int]  #: negative takes credits away
    reason_code: Mapped[str]
    note: Mapped[str | None]
    campaign_id: Mapped[int | None]
    reverses: Mapped[int | None]  #: the `id` of the entry to undo
    idempotency_key: Mapped[UUID]  #: the entry's key too
    status: Mapped[str] = mapped_column(server_default=RequestStatus.PENDING)
    requested_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    requested_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None]
    entry_id: Mapped[int | None]  #: what came of it

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "campaign_id"], ["campaign.owner_id", "campaign.id"]),
        ForeignKeyConstraint(
            ["owner_id", "reverses"], ["credit_transaction.owner_id", "credit_transaction.id"]
        ),
        ForeignKeyConstraint(
            ["owner_id", "entry_id"], ["credit_transaction.owner_id", "credit_transaction.id"]
        ),
        UniqueConstraint("owner_id", "idempotency_key"),
        UniqueConstraint("owner_id", "entry_id"),
        CheckConstraint("change_credits <> 0", name="change_credits"),
        CheckConstraint("char_length(note) BETWEEN 1 AND 500", name="note"),
        CheckConstraint(one_of("reason_code", ReasonCode), name="reason_code"),
        CheckConstraint(one_of("status", RequestStatus), name="status"),
        CheckConstraint(
            "(status = 'pending') = (decided_at IS NULL) AND (status = 'pending') = (decided_by IS NULL)"
            " AND (status = 'approved') = (entry_id IS NOT NULL)",
            name="decided",
        ),
        CheckConstraint(
            "status NOT IN ('approved', 'rejected') OR decided_by <> requested_by", name="two_people"
        ),
        CheckConstraint("char_length(decision_note) BETWEEN 1 AND 500", name="decision_note"),
        Index(None, "expires_at", postgresql_where=text("status = 'pending'")),
        Index(None, "requested_at", "id"),
        Index(
            "ix_adjustment_request_owner_id_campaign_id",
            "owner_id",
            "campaign_id",
            "id",
            postgresql_where=text("campaign_id IS NOT NULL"),
        ),
    )
