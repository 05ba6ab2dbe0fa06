"""Who did what, when, and what it was before."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, RowId


class AuditEvent(Model):
    """One change by one person. Append-only; only an erasure takes out what it says of the erased person."""

    __tablename__ = "audit_event"

    id: Mapped[RowId]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  #: None: a program
    ip: Mapped[str | None] = mapped_column(INET)  #: None: not through the web
    action: Mapped[str]  #: `noun.verb`, such as `contact.unsubscribe`
    subject: Mapped[str]  #: `table:id`, such as `contact:123`
    owner_id: Mapped[int | None]  #: None: it concerns no owner
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    operation_id: Mapped[int | None]  #: the bulk change that it was part of

    __table_args__ = (
        Index(None, "at", "id"),
        Index(None, "owner_id", "subject", "at", postgresql_where=text("owner_id IS NOT NULL")),
        Index(None, "staff_id", "at"),
    )
