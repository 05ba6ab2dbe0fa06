"""kill -9, in the middle of it: what was acknowledged is there once, and nothing else is."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select, text

from dashboard import create_app
from dashboard.core.db import db
from dashboard.jobs.models import Job, JobReport
from tests.factories import make_owner, make_staff
from tests.faults.client import LOSES_EACH, Client, Tally
from tests.faults.hand import ask_to_write, keys
from tests.faults.house import House, house, until
from tests.wallets.outsider import hash_of
from tests.wallets.racing import CHEAP_HASH

CLIENTS, EACH = 8, 1_250
THOUSANDS = 2_000  #: at least so many are acknowledged before each kill, and after it
ENTRIES_OF_A_JOB = 600
OUTAGE_SECONDS = 1.0


@pytest.fixture
def running_house(tmp_path, monkeypatch) -> Iterator[House]:
    """Everything but the web server and the worker, which need the tables first."""
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)  # root's database is another user's
        with house(Path(parent) / "pg", tmp_path / "log") as made:
            for name, value in made.environment.items():
                monkeypatch.setenv(name, value)
            yield made


@pytest.fixture
def its_app(running_house) -> Iterator[Flask]:
    """The application in this process, on the house's database, migrated."""
    app = create_app()
    with app.app_context():
        flask_migrate.upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.mark.timeout(400)
def test_10000_adjustments_outlive_the_death_of_each_process(running_house, its_app):
    tally = Tally()
    owner_of_jobs = make_owner().id
    running_house.start_web()
    running_house.start_worker()
    clients = [
        Client(
            running_house.port,
            make_owner().id,
            make_staff("admin", password_hash=CHEAP_HASH).email,
            tally,
        )
        for _ in range(CLIENTS)
    ]
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(Client.sign_in, clients))
        working = [pool.submit(client.adjust, EACH) for client in clients]

        def come_to(acknowledged: int) -> None:
            until(lambda: tally.acknowledged >= acknowledged or any(w.done() for w in working))
            for one in working:
                if one.done():
                    one.result()  # says what went wrong

        # The job worker, in the middle of a job.
        come_to(THOUSANDS)
        job_id = ask_to_write(owner_of_jobs, ENTRIES_OF_A_JOB, "first")
        until(lambda: entries_of(owner_of_jobs) > ENTRIES_OF_A_JOB / 4)
        running_house.kill_the_worker()
        done_before_the_kill = entries_of(owner_of_jobs)
        assert done_before_the_kill < ENTRIES_OF_A_JOB
        running_house.start_worker()

        # One of the two web workers.
        come_to(4_000)
        failed = tally.failed.total()
        running_house.kill_a_web_worker()
        come_to(4_500)
        failed_by_the_web_worker = tally.failed.total() - failed

        # The database, once the other worker has done the job.
        until(lambda: status_of(job_id) == "succeeded")
        come_to(6_500)
        failed = tally.failed.total()
        at_the_last_kill = tally.acknowledged
        running_house.kill_the_database()
        time.sleep(OUTAGE_SECONDS)
        running_house.start_database()
        for one in working:
            one.result()
        failed_by_the_database = tally.failed.total() - failed

    print(
        tally.failed,
        failed_by_the_web_worker,
        failed_by_the_database,
        sum(c.told_of_repeats for c in clients),
        done_before_the_kill,
    )
    # It was in the middle, and it was felt.
    assert tally.acknowledged == CLIENTS * EACH == 10_000
    assert at_the_last_kill <= 10_000 - THOUSANDS
    assert failed_by_the_web_worker > 0
    assert failed_by_the_database >= CLIENTS
    # Of some the acknowledgement alone was lost: sent again, the key found the first entry.
    assert sum(client.told_of_repeats for client in clients) > EACH // LOSES_EACH

    for client in clients:
        assert ledger_of(client.owner_id) == client.written
    assert (status_of(job_id), stalls_of(job_id)) == ("succeeded", 1)
    assert [key for key, _ in ledger_of(owner_of_jobs)] == keys(ENTRIES_OF_A_JOB, "first")
    assert_each_counts_once()
    verified = running_house.run("ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr

    # The worker that saw the database die goes on.
    assert running_house.worker.poll() is None
    later = ask_to_write(owner_of_jobs, 10, "later")
    until(lambda: status_of(later) == "succeeded")


def entries_of(owner_id: int) -> int:
    return rows("SELECT count(*) FROM credit_transaction WHERE owner_id = :id", id=owner_id)[0][0]


def ledger_of(owner_id: int) -> list[tuple[Any, int]]:
    """Keys and changes in order, from a ledger whose balances and hashes were made anew."""
    entries = rows("SELECT * FROM credit_transaction WHERE owner_id = :id ORDER BY entry_no", id=owner_id)
    changes = [row.amount_credits * (-1 if row.type == "debit" else 1) for row in entries]
    assert [row.entry_no for row in entries] == list(range(1, len(entries) + 1))
    assert [row.balance_after_credits for row in entries] == list(accumulate(changes))
    previous = b""
    for row in entries:
        previous = hash_of(row, previous)
        assert bytes(row.hash) == previous
    [wallet] = rows("SELECT * FROM wallet WHERE owner_id = :id", id=owner_id)
    assert (wallet.balance_credits, wallet.last_entry_no) == (sum(changes), len(entries))
    return [(row.idempotency_key, change) for row, change in zip(entries, changes, strict=True)]


def assert_each_counts_once() -> None:
    """Towards the days' limits, and in the audit log."""
    moved = "SELECT staff_id, sum({}) FROM {} WHERE staff_id IS NOT NULL GROUP BY 1 ORDER BY 1"
    assert rows(moved.format("credits", "adjustment_day")) == rows(
        moved.format("amount_credits", "credit_transaction")
    )
    audited = "SELECT subject FROM audit_event WHERE subject LIKE 'credit_transaction:%' ORDER BY 1"
    assert rows(audited) == rows("SELECT 'credit_transaction:' || id FROM credit_transaction ORDER BY 1")


def status_of(job_id: int) -> str | None:
    with db.engine.connect() as connection:
        return connection.scalar(select(Job.status).where(Job.id == job_id))


def stalls_of(job_id: int) -> int | None:
    with db.engine.connect() as connection:
        return connection.scalar(select(JobReport.stalls).where(JobReport.job_id == job_id))


def rows(statement: str, **values: Any) -> list[Any]:
    with db.engine.connect() as connection:
        return list(connection.execute(text(statement), values))
