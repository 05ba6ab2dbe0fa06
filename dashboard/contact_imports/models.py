"""Imports of contacts from files: the file, its rows as they were read, and what became of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, OwnerId, RowId


class ContactImport(Model):
    """One file: kept, checked in the background, looked at by a person, and imported in the background."""

    __tablename__ = "contact_import"

    owner_id: Mapped[OwnerId] = mapped_column(ForeignKey("owner.id"))
    id: Mapped[RowId]
    file_name: Mapped[str]  #: as the browser gave it; it says nothing about what is in the file
    size_bytes: Mapped[int]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))  #: who brought it
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: Of the check or the import, whichever is the latest. None: it was deleted, long after its end.
    job_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("procrastinate_jobs.id", ondelete="SET NULL")
    )
    check_no: Mapped[int] = mapped_column(server_default=text("0"))  #: a later check ends an earlier one
    plan: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True)
    )  #: a `Plan`; None: not guessed
    sample: Mapped[list[list[str]] | None] = mapped_column(JSONB(none_as_null=True))  #: the first rows
    refusal: Mapped[str | None]  #: why the file cannot be read, in words
    found: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True)
    )  #: a `Found`; None: not checked
    options: Mapped[dict[str, Any]]  #: a `Draft`; the `Options` that were chosen, once it is started
    operation_id: Mapped[int | None]  #: None: not started
    position: Mapped[str | None]  #: the last phone number that was imported; None: none was
    done: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  #: a `Done`
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]  #: from then on the file and its rows are gone

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "operation_id"], ["operation.owner_id", "operation.id"]),
        CheckConstraint("char_length(file_name) BETWEEN 1 AND 255", name="file_name"),
        CheckConstraint("size_bytes >= 0", name="size_bytes"),
        CheckConstraint(
            "finished_at IS NULL OR operation_id IS NOT NULL AND done IS NOT NULL", name="finished"
        ),
        Index(None, "id"),
        Index(None, "expires_at"),
        Index(None, "job_id"),
        Index(None, "owner_id", "operation_id", unique=True),
    )


class ContactImportPart(Model):
    """A piece of the file: the parts in their order are the file."""

    __tablename__ = "contact_import_part"

    owner_id: Mapped[OwnerId]
    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes]

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "import_id"], ["contact_import.owner_id", "contact_import.id"]),
    )


class ContactImportRow(Model):
    """A row that can be imported. The key refuses the second one of a number.

    Unlogged, and without a foreign key: a million are written and deleted within minutes. A crash of the
    database empties the table, and the worker then reads the file once more.
    """

    __tablename__ = "contact_import_row"

    owner_id: Mapped[OwnerId]
    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    phone: Mapped[str] = mapped_column(primary_key=True)
    row_no: Mapped[int]  #: as a spreadsheet counts: the heading is row 1
    phone_hash: Mapped[bytes]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    email: Mapped[str | None]
    gender: Mapped[str | None]
    birthday: Mapped[date | None]
    is_subscribed: Mapped[bool | None]  #: as the file says; None: it does not say

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)


class ContactImportProblem(Model):
    """A row that is not imported, and why."""

    __tablename__ = "contact_import_problem"

    owner_id: Mapped[OwnerId]
    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    row_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str]
    cells: Mapped[list[str]] = mapped_column(JSONB)  #: the row as it was read

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "import_id"], ["contact_import.owner_id", "contact_import.id"]),
    )
