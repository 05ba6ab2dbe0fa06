"""Background jobs: procrastinate's own tables, as far as we read them, and what we remember beside them.

procrastinate's tables are made by its SQL (migrations/sql) and written by its functions alone.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, text
from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, RowId


class JobStatus(StrEnum):
    TODO = "todo"  #: waits for a worker, or for its time
    DOING = "doing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ABORTING = "aborting"  #: of old releases of procrastinate
    ABORTED = "aborted"


class EventType(StrEnum):
    DEFERRED = "deferred"
    STARTED = "started"
    DEFERRED_FOR_RETRY = "deferred_for_retry"
    FAILED = "failed"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"
    ABORT_REQUESTED = "abort_requested"
    ABORTED = "aborted"
    SCHEDULED = "scheduled"
    RETRIED = "retried"


def _enum(values: type[StrEnum], name: str) -> ENUM:
    return ENUM(values, name=name, create_type=False, values_callable=lambda all_: [str(v) for v in all_])


class Job(Model):
    """One run of a task, waiting, under way or done."""

    __tablename__ = "procrastinate_jobs"

    id: Mapped[RowId]
    task_name: Mapped[str]
    status: Mapped[JobStatus] = mapped_column(_enum(JobStatus, "procrastinate_job_status"))
    args: Mapped[dict[str, Any]]
    lock: Mapped[str | None]  #: of the jobs with one lock, one runs at a time
    queueing_lock: Mapped[str | None]  #: of the jobs with one queueing lock, one waits at a time
    scheduled_at: Mapped[datetime | None]  #: it waits until then
    attempts: Mapped[int]  #: those that ended
    worker_id: Mapped[int | None]  #: None: not started, or its worker is gone


class JobEvent(Model):
    """When a job came into a state."""

    __tablename__ = "procrastinate_events"

    id: Mapped[RowId]
    job_id: Mapped[int] = mapped_column(ForeignKey("procrastinate_jobs.id"))
    type: Mapped[EventType] = mapped_column(_enum(EventType, "procrastinate_job_event_type"))
    at: Mapped[datetime]


class Worker(Model):
    """A process that works, or did so until it was killed: it says so every few seconds."""

    __tablename__ = "procrastinate_workers"

    id: Mapped[RowId]
    last_heartbeat: Mapped[datetime]


class PeriodicDefer(Model):
    """When a periodic task was due last. One row a task, by which several workers enqueue it once."""

    __tablename__ = "procrastinate_periodic_defers"

    id: Mapped[RowId]
    task_name: Mapped[str]
    defer_timestamp: Mapped[int]  #: seconds since 1970
    job_id: Mapped[int | None] = mapped_column(ForeignKey("procrastinate_jobs.id"))  #: None: deleted since


class JobReport(Model):
    """What people are told of a job: how far it has come, and why it failed."""

    __tablename__ = "job_report"

    job_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("procrastinate_jobs.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    done: Mapped[int | None]  #: None: it does not say
    total: Mapped[int | None]  #: None: nobody knows
    #: How often its worker died under it since somebody last asked for it.
    stalls: Mapped[int] = mapped_column(server_default=text("0"))
    failure: Mapped[str | None]  #: a sentence, of the last attempt
