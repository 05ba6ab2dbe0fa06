"""The queue of background jobs: how a feature declares a task, and how a command asks for it.

    # <feature>/tasks.py, which `dashboard/tasks.py` imports
    @task("lists.export", title="Export a list")
    def export_list(owner_id: int, list_id: int) -> None: ...

    @periodic("wallets.anchor", title="Anchor the ledgers", cron="10 0 * * *")
    def write_anchor() -> None: ...

    # in a command
    enqueue("lists.export", owner_id=7, list_id=3)

A task is named, not imported, where it is asked for: tasks call commands, so commands cannot import
them. The name is kept with the waiting jobs, so it stays when the function moves.

A task runs in a worker (`flask jobs work`), in an application context and so a session of its own.
What it changes, it changes by commands, which commit. It may run twice: when its worker is killed,
another one starts it anew, once. So make it harmless to repeat, and cut long work into commands
that each remember how far they came. A DomainError ends the job with its sentence, any other
exception with a general one. The database ends a statement that takes longer than
STATEMENT_TIMEOUT_MS here too; a command that needs more says `SET LOCAL statement_timeout`.
"""

import inspect
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dashboard.core.db import db
from dashboard.core.transactions import is_in_command
from dashboard.jobs.connector import Connector
from dashboard.jobs.models import Job, JobReport, JobStatus

#: A periodic task whose time passed while no worker ran is made up for within this time, in seconds.
CATCH_UP_SECONDS = 25 * 60 * 60

F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True)
class Task:
    """What can be asked for."""

    name: str
    title: str  #: what people call it
    work: Callable[..., None]
    cron: str | None = None  #: when it is asked for by the clock, in UTC


app = App(
    connector=Connector(),
    import_paths=["dashboard.tasks"],
    periodic_defaults={"max_delay": CATCH_UP_SECONDS},
)
_tasks: dict[str, Task] = {}
#: The job that this thread runs; None outside a worker.
current_job: ContextVar[int | None] = ContextVar("current_job", default=None)


def task(name: str, *, title: str) -> Callable[[F], F]:
    """Declare a task. Its arguments are JSON values, given by name."""

    def declare(work: F) -> F:
        _declare(Task(name, title, work))
        return work

    return declare


def periodic(name: str, *, title: str, cron: str) -> Callable[[F], F]:
    """Declare a task without arguments that runs by the clock: `minute hour day month weekday`, in UTC.

    However many workers there are, each time is enqueued once; none waits twice or overtakes another.
    """

    def declare(work: F) -> F:
        _declare(Task(name, title, work, cron))
        return work

    return declare


def enqueue(
    name: str,
    /,
    *,
    at: datetime | None = None,
    lock: str | None = None,
    queueing_lock: str | None = None,
    **arguments: Any,
) -> int:
    """Ask for the task of that name; the job's number. To be called within a command.

    The job is written in the command's transaction: a worker finds it once that has committed, and
    if it rolls back there is none. It starts as soon as a worker is free, or not before `at`.
    Of jobs with the same `lock` one runs at a time, in the order in which they were enqueued.
    Of jobs with the same `queueing_lock` one waits at a time: where one waits already, its number is
    the answer, and it starts after our transaction, so that it sees what we changed.
    A periodic task has its name for both.
    """
    assert is_in_command(), "Call enqueue() within a command: the job joins its transaction."
    wanted = tasks()[name]
    inspect.signature(wanted.work).bind(**arguments)
    if wanted.cron:
        lock = queueing_lock = name
    job = app.configure_task(name, schedule_at=at, lock=lock, queueing_lock=queueing_lock)
    while True:
        if queueing_lock is not None and (waiting := _hold_waiting(queueing_lock)):
            return waiting
        try:
            with db.session.begin_nested():
                return job.defer(**arguments)
        except AlreadyEnqueued:
            continue  # somebody else's has just committed


def report_progress(done: int, total: int | None = None) -> None:
    """Tell how far the job under way has come, for the page; about once a second is enough.

    It is seen at once, whatever transaction the job is in. Outside a worker nothing is told.
    """
    if job_id := current_job.get():
        values = {"done": done, "total": total}
        told = insert(JobReport).values(job_id=job_id, **values)
        with db.engine.begin() as connection:
            connection.execute(told.on_conflict_do_update(index_elements=[JobReport.job_id], set_=values))


def tasks() -> Mapping[str, Task]:
    """Every task by its name."""
    app.perform_import_paths()
    return _tasks


def _declare(declared: Task) -> None:
    def run(timestamp: int | None = None, **arguments: Any) -> None:  # noqa: ARG001  the clock gives it
        declared.work(**arguments)

    lock = declared.name if declared.cron else None
    known = app.task(name=declared.name, lock=lock, queueing_lock=lock)(run)
    if declared.cron:
        app.periodic(cron=declared.cron)(known)
    _tasks[declared.name] = declared


def _hold_waiting(queueing_lock: str) -> int | None:
    """The job that waits with that lock, held until we commit: workers pass over it so long."""
    return db.session.scalar(
        select(Job.id)
        .where(Job.queueing_lock == queueing_lock, Job.status == JobStatus.TODO)
        .with_for_update(read=True, key_share=True)
    )
