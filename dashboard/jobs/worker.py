"""The worker: takes jobs from the queue and runs them, several at once, until it is told to stop."""

import asyncio
import logging
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from flask import current_app
from procrastinate.job_context import JobContext
from procrastinate.worker import Worker
from sqlalchemy.exc import OperationalError

from dashboard.core.errors import DomainError
from dashboard.jobs import commands
from dashboard.jobs.queue import app, current_job

POLL_SECONDS = 0.5  #: a waiting job is found within this time
SPARE_THREADS = 4  #: for heartbeats and the like, which jobs must not hold up

log = logging.getLogger(__name__)


class WorkerEnded(Exception):
    """The worker ended without being asked to. The message says what to do."""


@dataclass(frozen=True)
class Pace:
    """The worker's clock, in seconds."""

    heartbeat: float  #: from one sign of life to the next
    stalled_after: float  #: without a sign of life a worker counts as dead

    def __post_init__(self) -> None:
        if self.stalled_after < 2 * self.heartbeat:
            raise ValueError(
                "JOB_STALLED_AFTER_SECONDS must be at least twice JOB_HEARTBEAT_SECONDS:"
                " a worker that is alive would be taken for dead."
            )

    @property
    def rescue(self) -> float:
        """From one look for dead workers to the next."""
        return 2 * self.stalled_after

    @property
    def grace(self) -> float:
        """How long jobs may go on once the worker is told to stop; meanwhile it gives no sign of life."""
        return self.stalled_after * 2 / 3


def pace() -> Pace:
    """The pace that the settings say.

    Raises:
        ValueError: they contradict each other.
    """
    config = current_app.config
    return Pace(config["JOB_HEARTBEAT_SECONDS"], config["JOB_STALLED_AFTER_SECONDS"])


def work(*, concurrency: int, until_empty: bool = False) -> None:
    """Run jobs until SIGTERM or SIGINT, or with `until_empty` until none is left that could run.

    Jobs that are under way then have some seconds to end; afterwards the process is killed, and
    another worker finds and retries them, as those of any worker that died.

    Raises:
        WorkerEnded: it cannot go on.
    """
    asyncio.run(_work(pace(), concurrency, until_empty))


async def _work(pace: Pace, concurrency: int, until_empty: bool) -> None:
    app.perform_import_paths()
    if not await app.check_connection_async():
        raise WorkerEnded("The database is not ready. Run `flask db upgrade` first.")
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(concurrency + SPARE_THREADS))
    worker = Worker(
        app,
        concurrency=concurrency,
        wait=not until_empty,
        fetch_job_polling_interval=POLL_SECONDS,
        listen_notify=False,
        install_signal_handlers=False,
        update_heartbeat_interval=pace.heartbeat,
        stalled_worker_timeout=pace.stalled_after,
        task_middleware=[_in_a_context_of_its_own],
    )
    if until_empty:
        await worker.run()
        return
    asked = asyncio.Event()

    def stop() -> None:
        asked.set()
        signal.setitimer(signal.ITIMER_REAL, pace.grace)  # its SIGALRM ends the process
        worker.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    rescuing = asyncio.create_task(_rescue_now_and_then(worker, pace))
    try:
        await worker.run()
    finally:
        rescuing.cancel()
    if not asked.is_set():
        raise WorkerEnded("The worker ended. Its log says why; start it anew.")


def _in_a_context_of_its_own(call_next: Callable[[], Any], context: JobContext, _worker: Worker) -> None:
    """Run a job with a session that no other job has, and keep in words why it failed."""
    job_id = context.job.id
    assert job_id is not None
    current_job.set(job_id)  # of this run alone: it has a copy of the worker's variables
    try:
        with current_app.app_context():
            call_next()
    except Exception as error:
        with current_app.app_context():
            commands.note_failure(job_id, _in_words(error, job_id))
        raise  # procrastinate writes it into the log


def _in_words(error: Exception, job_id: int) -> str:
    if isinstance(error, DomainError):
        return error.sentence
    if isinstance(error, OperationalError):
        return "The database did not answer, or not in time. Try again."
    return f"Something went wrong on our side. The worker's log says what, under job {job_id}."


async def _rescue_now_and_then(worker: Worker, pace: Pace) -> None:
    """Look for the jobs of dead workers. Not a job itself: it would wait behind long ones."""
    while True:
        await asyncio.to_thread(_rescue, worker.worker_id or 0, pace)
        await asyncio.sleep(pace.rescue)


def _rescue(worker_id: int, pace: Pace) -> None:
    try:
        with current_app.app_context():
            commands.rescue_stalled_jobs(pace.stalled_after, rescuer_id=worker_id)
    except OperationalError:
        log.warning("The database does not answer; dead workers are looked for later")
    except Exception:  # the next look may succeed; a worker that ends would not help
        log.exception("Could not look for the jobs of dead workers")
