"""What providers send us: receipts and inbound texts."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, RowId, one_of


class WebhookStatus(StrEnum):
    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"
    FAILED = "failed"


class WebhookEvent(Model):
    """One notice of a provider, kept as it came."""

    __tablename__ = "webhook_event"

    id: Mapped[RowId]
    provider: Mapped[str]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    signature_ok: Mapped[bool]
    dedupe_key: Mapped[str]  #: the same notice twice has the same key
    status: Mapped[str] = mapped_column(server_default=WebhookStatus.RECEIVED)
    processed_at: Mapped[datetime | None]
    error: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        CheckConstraint(one_of("status", WebhookStatus), name="status"),
        Index(None, "status", "received_at"),
        Index(
            "ix_webhook_event_inbound_from",
            text("(payload ->> 'from')"),
            "received_at",
            postgresql_where=text("kind = 'inbound'"),
        ),
    )
