"""Jobs fail in words, outlive their workers once, and are tried again."""

import importlib.metadata
import signal
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from dashboard.audit.models import AuditEvent
from dashboard.core.db import db, utc_now
from dashboard.core.errors import DomainError
from dashboard.jobs import queries
from dashboard.jobs.commands import STALLED_FOR_ANOTHER, STALLED_TWICE, retry_job
from dashboard.jobs.models import Job, JobReport, Worker
from dashboard.jobs.tasks import clean_up
from dashboard.jobs.worker import Pace
from tests.conftest import ROOT
from tests.factories import make_staff
from tests.jobs.conftest import notes, status_of, until
from tests.jobs.hand import ask_for


def failure_of(job_id: int) -> str | None:
    return db.session.scalar(select(JobReport.failure).where(JobReport.job_id == job_id))


def heard_of() -> int:
    """How many workers gave a sign of life within 2 s."""
    db.session.remove()
    return queries.workers(2).alive


def test_a_refusal_fails_with_its_sentence(work_off):
    job_id = ask_for("tests.refuse")
    work_off()
    assert status_of(job_id) == "failed"
    assert failure_of(job_id) == "The wallet does not hold that many credits."


def test_a_fault_fails_with_words_and_without_the_programs_secrets(work_off, caplog):
    job_id = ask_for("tests.break")
    work_off()
    assert status_of(job_id) == "failed"
    assert failure_of(job_id).startswith("Something went wrong on our side. The worker's log says what")
    assert f"tests.break[{job_id}]" in caplog.text
    assert "a secret of the program" in caplog.text


def test_a_job_of_a_task_that_is_gone_fails(work_off, caplog):
    job_id = ask_for("tests.note", word="x")
    db.session.execute(text("UPDATE procrastinate_jobs SET task_name = 'tests.gone'"))
    db.session.commit()
    work_off()
    assert status_of(job_id) == "failed"


def test_a_failed_job_is_tried_again_once(work_off):
    job_id = ask_for("tests.refuse")
    work_off()
    admin = make_staff("admin")
    retry_job(job_id, actor_id=admin.id)
    assert status_of(job_id) == "todo"
    with pytest.raises(DomainError, match="not failed any more"):
        retry_job(job_id, actor_id=admin.id)
    work_off()
    assert status_of(job_id) == "failed"
    asked = select(func.count()).where(AuditEvent.action == "job.retry", AuditEvent.staff_id == admin.id)
    assert db.session.scalar(asked) == 1


def test_a_failed_job_is_not_tried_again_beside_its_twin(work_off):
    job_id = ask_for("tests.refuse", queueing_lock="only one")
    work_off()
    ask_for("tests.refuse", queueing_lock="only one")
    with pytest.raises(DomainError, match="queued already"):
        retry_job(job_id, actor_id=make_staff("admin").id)


def test_the_job_of_a_killed_worker_runs_once_more_and_then_has_failed(start_worker):
    job_id = ask_for("tests.rest", seconds=60)

    first = start_worker()
    until(lambda: notes("began to rest") == 1)
    first.send_signal(signal.SIGKILL)
    second = start_worker()
    until(lambda: notes("began to rest") == 2)
    assert status_of(job_id) == "doing"
    second.send_signal(signal.SIGKILL)
    start_worker()
    until(lambda: status_of(job_id) == "failed")

    assert notes("began to rest") == 2
    assert failure_of(job_id) == STALLED_TWICE
    assert db.session.scalar(select(Job.attempts).where(Job.id == job_id)) == 2
    rescues = select(func.count()).where(AuditEvent.action == "job.rescue")
    assert db.session.scalar(rescues) == 2


def test_somebody_who_tries_again_gives_a_job_its_second_chance_back(start_worker):
    job_id = ask_for("tests.rest", seconds=60)
    for n in (1, 2):
        worker = start_worker()
        until(lambda n=n: notes("began to rest") == n)
        worker.send_signal(signal.SIGKILL)
    worker = start_worker()
    until(lambda: status_of(job_id) == "failed")
    retry_job(job_id, actor_id=make_staff("admin").id)
    until(lambda: notes("began to rest") == 3)
    worker.send_signal(signal.SIGKILL)
    start_worker()
    until(lambda: notes("began to rest") == 4)


def test_a_long_job_of_a_worker_that_lives_is_left_alone(start_worker):
    job_id = ask_for("tests.rest", seconds=60)
    start_worker()
    until(lambda: notes("began to rest") == 1)
    start_worker()
    until(lambda: heard_of() == 2)
    time.sleep(4)  # a worker that is silent for 1 s counts as dead; the others look every 2 s
    assert heard_of() == 2
    assert status_of(job_id) == "doing"
    assert notes("began to rest") == 1


def test_a_dead_workers_job_is_not_queued_beside_its_twin(start_worker):
    job_id = ask_for("tests.rest", seconds=60, queueing_lock="import")
    worker = start_worker()
    until(lambda: notes("began to rest") == 1)
    worker.send_signal(signal.SIGKILL)
    twin = ask_for("tests.rest", seconds=0, queueing_lock="import", at=utc_now() + timedelta(seconds=6))
    start_worker()
    until(lambda: status_of(job_id) == "failed")
    assert failure_of(job_id) == STALLED_FOR_ANOTHER
    until(lambda: status_of(twin) == "succeeded")


def test_a_worker_that_is_told_to_stop_ends_its_job_first(start_worker):
    job_id = ask_for("tests.rest", seconds=1)
    worker = start_worker(stalled_after_seconds=30)
    until(lambda: notes("began to rest") == 1)
    worker.terminate()
    assert worker.wait(10) == 0
    assert status_of(job_id) == "succeeded"
    assert db.session.scalar(select(func.count()).select_from(Worker)) == 0


def test_a_worker_that_is_told_to_stop_leaves_a_long_job_to_another(start_worker):
    job_id = ask_for("tests.rest", seconds=60)
    worker = start_worker()
    until(lambda: notes("began to rest") == 1)
    worker.terminate()
    assert worker.wait(10) == -signal.SIGALRM
    start_worker()
    until(lambda: notes("began to rest") == 2)
    assert status_of(job_id) == "doing"


def test_a_worker_survives_the_loss_of_its_connections(start_worker):
    worker = start_worker()
    until(heard_of)
    for n in range(5):
        db.session.remove()
        with db.engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        time.sleep(0.2)
        job_id = ask_for("tests.note", word=f"after loss {n}")
        until(lambda job_id=job_id: status_of(job_id) == "succeeded")
    assert worker.poll() is None


def test_jobs_run_beside_each_other(start_worker):
    start_worker(concurrency=3)
    jobs = [ask_for("tests.rest", seconds=60) for _ in range(3)]
    until(lambda: notes("began to rest") == 3)
    assert {status_of(job_id) for job_id in jobs} == {"doing"}


def test_many_workers_enqueue_a_periodic_task_once(work_off):
    for _ in range(4):  # so that each worker stays for a while
        ask_for("tests.rest", seconds=0.5)
    work_off(workers=2)
    asked = select(func.count()).where(Job.task_name == "jobs.clean_up")
    assert db.session.scalar(asked) == 1


def test_old_jobs_are_deleted_and_others_kept(work_off):
    old, failed, young = (ask_for("tests.note", word="x"), ask_for("tests.refuse"), ask_for("tests.count"))
    work_off()
    waiting = ask_for("tests.note", word="waiting")
    db.session.execute(
        text("UPDATE procrastinate_events SET at = at - interval '31 days' WHERE job_id <> :young"),
        {"young": young},
    )
    db.session.commit()
    clean_up()
    kept = set(db.session.scalars(select(Job.id).where(Job.task_name.startswith("tests."))))
    assert kept == {young, waiting}, (old, failed)


def test_the_threshold_is_above_the_heartbeat():
    with pytest.raises(ValueError, match="JOB_STALLED_AFTER_SECONDS"):
        Pace(heartbeat=10, stalled_after=15)
    assert Pace(heartbeat=10, stalled_after=30).grace < 30


def test_the_schema_is_that_of_the_package():
    """An upgrade brings migrations of its own: copy those that are new into one of ours."""
    version = importlib.metadata.version("procrastinate")
    package = importlib.metadata.distribution("procrastinate").locate_file("procrastinate/sql/schema.sql")
    ours = ROOT / "migrations" / "sql" / f"procrastinate-{version}.sql"
    assert ours.read_text() == package.read_text()
