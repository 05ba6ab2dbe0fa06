"""Exports: files that the worker makes, kept in the database until they expire."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, RowId


class Export(Model):
    """One file: what shall be in it, who asked for it, and how long it is kept.

    Its job tells how far it is, and why it stopped without a file.
    """

    __tablename__ = "export"

    id: Mapped[RowId]
    kind: Mapped[str]  #: the name of a `Kind`
    arguments: Mapped[dict[str, Any]]  #: what the kind is asked for
    title: Mapped[str]  #: the same in words
    file_name: Mapped[str]
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: None: the job was deleted, long after its end.
    job_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("procrastinate_jobs.id", ondelete="SET NULL")
    )
    rows: Mapped[int]  #: as counted when it was asked for; in the end, as written
    size_bytes: Mapped[int | None]  #: of the file as it is downloaded; None before the end
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]  #: from then on the file is gone

    __table_args__ = (
        CheckConstraint("rows >= 0", name="rows"),
        CheckConstraint(
            "(finished_at IS NULL) = (size_bytes IS NULL) AND (finished_at IS NULL) = (expires_at IS NULL)",
            name="finished",
        ),
        Index(None, "asked_by", "id"),
        Index(None, "job_id"),
    )


class ExportPart(Model):
    """A piece of the file: the parts in their order are one gzip file."""

    __tablename__ = "export_part"

    export_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("export.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    part_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes]
