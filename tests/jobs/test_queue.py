"""A job is asked for in the transaction of a change, and lives and dies with it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import func, select

from dashboard.audit.commands import record
from dashboard.audit.models import AuditEvent
from dashboard.core.db import db, utc_now
from dashboard.core.transactions import command
from dashboard.jobs.models import Job, JobReport
from dashboard.jobs.queue import enqueue
from tests.jobs.conftest import notes, status_of, until
from tests.jobs.hand import ask_for


def count(model) -> int:
    with db.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(model))


def test_a_job_is_there_with_its_change(committed):
    job_id = ask_for("tests.note", word="καλημέρα %s 100 %")
    assert count(AuditEvent) == 1
    assert status_of(job_id) == "todo"
    assert db.session.get_one(Job, job_id).args == {"word": "καλημέρα %s 100 %"}


def test_a_job_vanishes_with_its_change(committed):
    @command
    def change_of_mind():
        enqueue("tests.note", word="never")
        record("test.ask", "test:1", staff_id=None)
        assert db.session.scalar(select(func.count()).select_from(Job)) == 1
        raise RuntimeError

    with pytest.raises(RuntimeError):
        change_of_mind()
    assert count(Job) == 0
    assert count(AuditEvent) == 0


def test_nobody_sees_a_job_before_its_change_is_committed(committed, work_off):
    @command
    def slow_change():
        record("test.ask", "test:1", staff_id=None)
        enqueue("tests.note", word="seen")
        work_off()
        assert notes("seen") == 0

    slow_change()
    work_off()
    assert notes("seen") == 1


def test_a_job_is_asked_for_within_a_command_alone(session):
    with pytest.raises(AssertionError, match="within a command"):
        enqueue("tests.note", word="x")


@pytest.mark.parametrize(
    ("name", "arguments"), [("tests.nothing", {}), ("tests.note", {}), ("tests.note", {"wort": "x"})]
)
def test_what_no_task_could_do_is_refused_at_once(session, name, arguments):
    with pytest.raises((KeyError, TypeError)):
        ask_for(name, **arguments)


def test_a_job_runs_once_though_many_workers_look_for_it(work_off):
    for n in range(20):
        ask_for("tests.note", word=f"word {n % 2}")
    work_off(workers=4)
    assert (notes("word 0"), notes("word 1")) == (10, 10)


def test_a_job_waits_for_its_time(work_off):
    early = ask_for("tests.note", word="early", at=utc_now() + timedelta(hours=1))
    due = ask_for("tests.note", word="due", at=utc_now() - timedelta(seconds=1))
    work_off()
    assert (status_of(early), status_of(due)) == ("todo", "succeeded")


def test_of_one_queueing_lock_one_waits(work_off):
    first = ask_for("tests.note", word="once", queueing_lock="verify:7")
    again = ask_for("tests.note", word="once", queueing_lock="verify:7")
    assert first == again
    work_off()
    assert notes("once") == 1
    assert ask_for("tests.note", word="once", queueing_lock="verify:7") != first


def test_callers_at_once_leave_one_job_waiting(app, committed):
    def ask(_: int) -> int:
        with app.app_context():
            return ask_for("tests.note", word="once", queueing_lock="verify:7")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(16)))) == 1
    assert count(Job) == 1


def test_a_job_that_waits_is_not_started_before_the_change_that_relies_on_it(app, committed, work_off):
    """Else it would miss the change, and nobody would ask again."""
    waiting = ask_for("tests.note", word="once", queueing_lock="verify:7")
    has_asked, may_commit = Event(), Event()

    @command
    def change():
        record("test.change", "test:1", staff_id=None)
        assert enqueue("tests.note", word="once", queueing_lock="verify:7") == waiting
        has_asked.set()
        assert may_commit.wait(10)

    def change_elsewhere():
        with app.app_context():
            change()

    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(change_elsewhere)
        assert has_asked.wait(10)
        work_off()
        assert status_of(waiting) == "todo"
        may_commit.set()
        changing.result()
    work_off()
    assert status_of(waiting) == "succeeded"


def test_of_one_lock_one_runs_at_a_time(start_worker):
    start_worker(concurrency=2)
    jobs = [ask_for("tests.rest", seconds=0.2, lock="import") for _ in range(2)]
    until(lambda: {status_of(job_id) for job_id in jobs} == {"succeeded"})
    started_and_ended = db.session.execute(
        db.text(
            "SELECT job_id, min(at) FILTER (WHERE type = 'started') AS started,"
            " min(at) FILTER (WHERE type = 'succeeded') AS ended"
            " FROM procrastinate_events JOIN procrastinate_jobs j ON j.id = job_id AND lock = 'import'"
            " GROUP BY job_id ORDER BY started"
        )
    ).all()
    first, second = started_and_ended
    assert first.ended <= second.started


def test_a_periodic_task_may_be_asked_for_too(committed):
    assert ask_for("jobs.clean_up") == ask_for("jobs.clean_up")


def test_progress_is_told(work_off):
    job_id = ask_for("tests.count")
    work_off()
    report = db.session.get_one(JobReport, job_id)
    assert (report.done, report.total) == (3, 3)
