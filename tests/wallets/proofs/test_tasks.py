"""Verifications in the background, and what the clock asks for."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
from sqlalchemy import func, select

from dashboard.core.db import db
from dashboard.jobs import worker
from dashboard.jobs.models import Job, JobReport, JobStatus
from dashboard.jobs.queue import tasks
from dashboard.wallets.proofs import queries
from dashboard.wallets.proofs.checks import CHECKS
from dashboard.wallets.proofs.commands import request_verification, take_anchor
from dashboard.wallets.proofs.models import Anchor, Verification
from tests.wallets.proofs.conftest import tamper


@pytest.fixture
def work_off(committed):
    """Runs a worker until no job is left that could run. It may find the daily tasks due, too."""

    def work_off() -> None:
        db.session.remove()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(copy_context().run, worker.work, concurrency=1, until_empty=True).result()

    return work_off


def test_a_worker_verifies_and_keeps_what_it_found(bakery, work_off):
    number = request_verification(asked_by=None)
    work_off()
    assert queries.verification(number).state == "passed"
    outcomes = queries.outcomes_of(number)
    assert [outcome.title for outcome in outcomes] == [check.title for check in CHECKS]
    report = db.session.scalars(
        select(JobReport)
        .join(Verification, Verification.job_id == JobReport.job_id)
        .where(Verification.id == number)
    ).one()
    assert (report.done, report.total, report.failure) == (len(CHECKS), len(CHECKS), None)
    assert queries.live_verification() is None


def test_what_is_broken_is_kept_in_words(bakery, work_off):
    take_anchor(taken_by=None)
    tamper("UPDATE wallet SET balance_credits = 1 WHERE owner_id = :o", o=bakery)
    number = request_verification(asked_by=None)
    work_off()
    result = queries.verification(number)
    assert (result.state, result.broken) == ("broken", 1)
    [broken] = [outcome for outcome in queries.outcomes_of(number) if outcome.broken]
    assert broken.findings[0].sentence.startswith("Bakery's wallet: it holds another balance")


def test_the_clock_takes_an_anchor_and_asks_for_a_verification(bakery, work_off):
    by_clock = {name: task.cron for name, task in tasks().items() if name.startswith("ledger.")}
    assert by_clock == {
        "ledger.verify": None,
        "ledger.anchor": "5 0 * * *",
        "ledger.verify_daily": "30 3 * * *",
    }
    tasks()["ledger.anchor"].work()
    tasks()["ledger.verify_daily"].work()
    work_off()
    assert set(db.session.scalars(select(Anchor.taken_by))) == {None}
    assert set(db.session.scalars(select(Verification.asked_by))) == {None}
    assert queries.last_result().state == "passed"


def test_of_many_that_ask_at_once_one_begins(app, bakery):
    def ask(_: int) -> int:
        with app.app_context():
            return request_verification(asked_by=None)

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(ask, range(8)))
    assert len(set(numbers)) == 1
    assert db.session.scalar(select(func.count()).select_from(Verification)) == 1
    assert db.session.scalars(select(Job.status)).all() == [JobStatus.TODO]
