"""Reports: saved views that people get by mail every Monday, each sending of one, and each try of that."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, RowId, one_of
from dashboard.staff.models import Role

#: The roles that may have reports: those that hold Permission.CAMPAIGN_EXPORT.
READER_ROLES = (Role.MANAGER, Role.ADMIN)
MOST_TRIES = 5  #: of one sending, until somebody asks for it anew


class End(StrEnum):
    """Why a report is sent no more."""

    STOPPED = "stopped"  #: by its reader, or by an admin
    VIEW_GONE = "view_gone"
    VIEW_PRIVATE = "view_private"  #: to somebody else
    ACCOUNT_CLOSED = "account_closed"
    ROLE = "role"  #: the reader's role may have no reports any more


class DeliveryStatus(StrEnum):
    WAITING = "waiting"  #: for its first or its next try
    SENT = "sent"  #: the mail server took it
    FAILED = "failed"  #: not tried again unless somebody asks


class Report(Model):
    """A saved view that one person gets by mail. It stays when it has ended, for its history."""

    __tablename__ = "report"

    id: Mapped[RowId]
    view_id: Mapped[int | None] = mapped_column(ForeignKey("saved_view.id", ondelete="SET NULL"))
    view_name: Mapped[str]  #: as it was when last looked at; for when the view is gone
    reader_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    next_at: Mapped[datetime | None]  #: None: it has ended
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("reader_id", "view_id"),
        CheckConstraint(
            "(next_at IS NULL) = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (end_reason IS NULL)",
            name="ended",
        ),
        CheckConstraint(one_of("end_reason", End), name="end_reason"),
        Index(None, "reader_id", "id"),
        Index(None, "view_id"),
        Index(None, "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )


class ReportDelivery(Model):
    """One sending of a report: of a Monday, or because somebody asked for it."""

    __tablename__ = "report_delivery"

    id: Mapped[RowId]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    due_at: Mapped[datetime]  #: once per report, so that of several planners one makes it
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  #: None: the clock
    status: Mapped[str] = mapped_column(server_default=str(DeliveryStatus.WAITING))
    #: When it may be tried. A try that begins puts it off, so that nobody else tries meanwhile.
    next_try_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    tries_left: Mapped[int] = mapped_column(server_default=text(str(MOST_TRIES)))
    sent_at: Mapped[datetime | None]
    failure: Mapped[str | None]  #: a sentence, of the last try; None while one is under way

    __table_args__ = (
        UniqueConstraint("report_id", "due_at"),
        CheckConstraint(one_of("status", DeliveryStatus), name="status"),
        CheckConstraint("(status = 'waiting') = (next_try_at IS NOT NULL)", name="waiting"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        CheckConstraint("tries >= 0 AND tries_left >= 0", name="tries"),
        Index(None, "next_try_at", postgresql_where=text("status = 'waiting'")),
    )


class ReportTry(Model):
    """One try of a sending."""

    __tablename__ = "report_try"

    delivery_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("report_delivery.id"), primary_key=True, autoincrement=False
    )
    try_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  #: None: it is under way, or its worker died
    failure: Mapped[str | None]  #: a sentence; None: it did not fail
