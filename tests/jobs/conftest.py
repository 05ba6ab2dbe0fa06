"""Workers for tests: in the process, and as processes that can be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
from sqlalchemy import text

from dashboard.core.db import db
from dashboard.jobs import worker
from dashboard.jobs.models import Job
from tests.conftest import ROOT

PATIENCE_SECONDS = 30


@pytest.fixture
def work_off(committed) -> Callable[..., None]:
    """Runs workers until no job is left that could run."""

    def work_off(*, workers: int = 1) -> None:
        with ThreadPoolExecutor(workers) as pool:
            running = [
                pool.submit(copy_context().run, worker.work, concurrency=2, until_empty=True)
                for _ in range(workers)
            ]
            for one in running:
                one.result()

    return work_off


@pytest.fixture
def start_worker(committed) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a worker as a process of its own, which takes silent ones for dead soon."""
    started: list[subprocess.Popen[str]] = []

    def start_worker(
        concurrency: int = 1, stalled_after_seconds: float = 1, hand: str = "tests.jobs.hand"
    ) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", hand, str(concurrency)]
        pace = {
            "JOB_HEARTBEAT_SECONDS": str(stalled_after_seconds / 3),
            "JOB_STALLED_AFTER_SECONDS": str(stalled_after_seconds),
        }
        started.append(
            subprocess.Popen(command, cwd=ROOT, env=os.environ | pace, stderr=subprocess.PIPE, text=True)
        )
        return started[-1]

    yield start_worker
    for process in started:
        process.send_signal(signal.SIGKILL)
        process.communicate()


def until(question: Callable[[], object]) -> object:
    """The answer, once it is true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        time.sleep(0.05)
    raise AssertionError("It did not come to that.")


def status_of(job_id: int) -> str | None:
    with db.engine.connect() as connection:
        return connection.scalar(db.select(Job.status).where(Job.id == job_id))


def notes(word: str) -> int:
    """How often a task noted the word."""
    with db.engine.connect() as connection:
        asked = text("SELECT count(*) FROM audit_event WHERE action = 'test.note' AND after->>'word' = :word")
        return connection.scalar(asked, {"word": word})
