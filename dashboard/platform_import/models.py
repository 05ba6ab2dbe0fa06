"""What the import of the platform's database remembers: whose row became which, its runs, its report."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, OwnerId, RowId, one_of


class RunStatus(StrEnum):
    RUNNING = "running"  #: or killed: whoever holds the import's lock knows
    INTERRUPTED = "interrupted"  #: the same command goes on where it stopped
    FINISHED = "finished"


class PlatformOwner(Model):
    """Which user of the platform is which owner. As small as `owner`, and found by either's id."""

    __tablename__ = "platform_owner"

    owner_id: Mapped[OwnerId] = mapped_column(ForeignKey("owner.id"))
    source_id: Mapped[int]
    fingerprint: Mapped[int]  #: of the user's row as it was read last
    #: What the imported entries of the ledger add up to. None: its ledger was not imported yet.
    ledger_credits: Mapped[int | None]

    __table_args__ = (UniqueConstraint("source_id"),)


class PlatformRef(Model):
    """Which row of the platform became which of ours, and a hash of it to see whether it changed.

    Written beside the row that it names, by the same statements: a foreign key would only check
    the owner of twenty million messages once more.
    """

    __tablename__ = "platform_ref"

    owner_id: Mapped[OwnerId]
    kind: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)  #: contact, list, message …
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    target_id: Mapped[int]  #: of a membership: its contact
    fingerprint: Mapped[int]
    is_merged: Mapped[bool] = mapped_column(server_default=text("false"))  #: into a row that was there


class ImportRun(Model):
    """One reading of the platform's database, possibly in several goes."""

    __tablename__ = "import_run"

    id: Mapped[RowId]
    source: Mapped[str]  #: `user@host:port/name`, never a password
    owners: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))  #: ids there; None: all
    country: Mapped[str]  #: of owners whose country nothing tells
    status: Mapped[str] = mapped_column(server_default=RunStatus.RUNNING)
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint(one_of("status", RunStatus), name="status"),)


class ImportStep(Model):
    """How far a run has come in one of the platform's tables, and what became of each row."""

    __tablename__ = "import_step"

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), primary_key=True, autoincrement=False)
    source_table: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int | None]  #: the last key that is done; None: nothing yet
    source_rows: Mapped[int]  #: counted in the source when the run was started or continued
    rows_read: Mapped[int] = mapped_column(server_default=text("0"))
    added: Mapped[int] = mapped_column(server_default=text("0"))
    changed: Mapped[int] = mapped_column(server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(server_default=text("0"))
    merged: Mapped[int] = mapped_column(server_default=text("0"))
    left_out: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (
        # No row is dropped in silence.
        CheckConstraint("rows_read = added + changed + unchanged + merged + left_out", name="sum"),
    )


class ImportIssue(Model):
    """A row that broke a rule: which, why, and what was done with it."""

    __tablename__ = "import_issue"

    id: Mapped[RowId]
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    owner_id: Mapped[int | None]  #: None: it belongs to no owner that is here
    source_table: Mapped[str]
    source_id: Mapped[int | None]  #: None: it concerns the whole table
    reason_code: Mapped[str]
    reason: Mapped[str]
    done: Mapped[str]
    row: Mapped[dict[str, Any] | None]  #: as it was read

    __table_args__ = (
        UniqueConstraint(
            "run_id",
            "source_table",
            "reason_code",
            "source_id",
            "owner_id",
            name="uq_import_issue_once",
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "run_id", "id"),
        Index(None, "run_id", "source_table", "reason_code", "id"),
    )
