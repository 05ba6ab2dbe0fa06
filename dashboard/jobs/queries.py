"""Answers about background jobs: what runs, what ran by the clock, what waits, what failed and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from croniter import croniter
from sqlalchemy import ColumnElement, case, func, or_, select, true
from sqlalchemy.orm import aliased

from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db, utc_now
from dashboard.jobs.models import EventType, Job, JobEvent, JobReport, JobStatus, PeriodicDefer, Worker
from dashboard.jobs.queue import tasks


@dataclass(frozen=True)
class Workers:
    """Who works: how many workers, and when one of them was heard of last (None: never one)."""

    alive: int
    last_heartbeat: datetime | None


@dataclass(frozen=True)
class Schedule:
    """A task that runs by the clock: when it was due last and is due next, and what became of it."""

    title: str
    next_at: datetime
    last_at: datetime | None  #: None: it was never due while a worker ran
    status: str | None  #: None: never, or so long ago that the job was deleted


def workers(stalled_after_seconds: float) -> Workers:
    """The workers that were heard of within that time, as of now."""
    alive = Worker.last_heartbeat >= _ago(stalled_after_seconds)
    row = db.session.execute(select(func.count().filter(alive), func.max(Worker.last_heartbeat))).one()
    return Workers(*row)


def schedules() -> list[Schedule]:
    """The periodic tasks, in the order of their titles."""
    last = {
        row.task_name: row
        for row in db.session.execute(
            select(PeriodicDefer.task_name, PeriodicDefer.defer_timestamp, Job.status)
            .outerjoin(Job, Job.id == PeriodicDefer.job_id)
            .order_by(PeriodicDefer.defer_timestamp)
        )
    }
    return sorted(
        (
            Schedule(
                title=task.title,
                next_at=croniter(task.cron, utc_now()).get_next(datetime),
                last_at=_instant(last[name].defer_timestamp) if name in last else None,
                status=last[name].status if name in last else None,
            )
            for name, task in tasks().items()
            if task.cron
        ),
        key=lambda schedule: schedule.title,
    )


def jobs(status: str | None = None) -> AnySelect:
    """Jobs, in one state where wanted, newest first, with when they were queued, started and ended.

    `took_seconds` is that of the last attempt, so far if it is still under way; None before one.
    `failure` is a sentence, or None where only the worker's log tells.
    """
    times = (
        select(
            func.min(JobEvent.at).label("queued_at"),
            func.max(JobEvent.at).filter(JobEvent.type == EventType.STARTED).label("started_at"),
            func.max(JobEvent.at).filter(JobEvent.type.in_(_ENDS)).label("ended_at"),
        )
        .where(JobEvent.job_id == Job.id, JobEvent.type != EventType.SCHEDULED)
        .lateral()
    )
    is_running = Job.status == JobStatus.DOING
    until = case((is_running, func.now()), else_=times.c.ended_at)
    stmt = (
        select(
            Job.id,
            Job.task_name,
            Job.status,
            Job.scheduled_at,
            (Job.attempts + case((is_running, 1), else_=0)).label("attempts"),
            times.c.queued_at,
            times.c.started_at,
            func.extract("epoch", until - times.c.started_at).label("took_seconds"),
            JobReport.done,
            JobReport.total,
            JobReport.failure,
        )
        .select_from(Job)
        .join(times, true())
        .outerjoin(JobReport, JobReport.job_id == Job.id)
        .order_by(Job.id.desc())
    )
    return stmt.where(Job.status == JobStatus(status)) if status else stmt


def job_page(status: str | None = None, *, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """A page of `jobs`."""
    return keyset.page(jobs(status), [keyset.Key("id", Job.id, descending=True)], at)


def stalled_jobs(stalled_after_seconds: float, *, rescuer_id: int) -> Sequence[AnyRow]:
    """The running jobs whose worker was not heard of for so long, held until the transaction ends.

    Jobs of the worker `rescuer_id` are not among them, nor those that another one is looking after.
    """
    return db.session.execute(
        select(
            Job.id,
            Job.task_name,
            Job.worker_id,
            func.coalesce(JobReport.stalls, 0).label("stalls"),
            has_twin(),
        )
        .outerjoin(Worker, Worker.id == Job.worker_id)
        .outerjoin(JobReport, JobReport.job_id == Job.id)
        .where(
            Job.status == JobStatus.DOING,
            Job.worker_id.is_distinct_from(rescuer_id),
            or_(Worker.id.is_(None), Worker.last_heartbeat < _ago(stalled_after_seconds)),
        )
        .order_by(Job.id)
        .with_for_update(of=Job, skip_locked=True)
    ).all()


def has_twin() -> ColumnElement[bool]:
    """Whether a job that does the same waits, so that this one cannot."""
    twin = aliased(Job)
    waits = select(twin.id).where(twin.queueing_lock == Job.queueing_lock, twin.status == JobStatus.TODO)
    return waits.correlate(Job).exists().label("has_twin")


def _ago(seconds: float) -> ColumnElement[Any]:
    """By the database's clock, which the heartbeats are written by."""
    return func.now() - timedelta(seconds=seconds)


def _instant(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


_ENDS = (EventType.SUCCEEDED, EventType.FAILED, EventType.CANCELLED, EventType.ABORTED)
