"""A worker and a database that crashes: the worker waits, and forgets nothing."""

import os
import signal
import subprocess
import sys
import time

import flask_migrate
import psutil
import pytest

from dashboard import create_app
from dashboard.core.db import db
from dashboard.jobs.models import Job
from dashboard.local.postgres import ROOT, running
from tests.jobs.hand import ask_for
from tests.local.test_postgres import postmaster

#: The processes crash and not the machine: what was committed must be written, and need not be on the disk.
SETTINGS = {"fsync": "off", "full_page_writes": "off"}

pytestmark = pytest.mark.usefixtures("app")  # for the keys in the environment


@pytest.fixture
def its_app(folder):
    """An application on a cluster of its own, which a test may crash."""
    with running(folder, SETTINGS) as server:
        server.ensure_database("signalbox")
        app = create_app({"SQLALCHEMY_DATABASE_URI": server.url("signalbox")})
        with app.app_context():
            flask_migrate.upgrade()
            yield app
            db.session.remove()
            db.engine.dispose()


def status_of(job_id: int) -> str | None:
    db.session.remove()
    return db.session.scalar(db.select(Job.status).where(Job.id == job_id))


def wait_for(job_id: int, status: str) -> None:
    deadline = time.monotonic() + 60
    while status_of(job_id) != status:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_job_that_ends_while_the_database_is_away_is_done_when_it_is_back(its_app, folder, request):
    url = its_app.config["SQLALCHEMY_DATABASE_URI"]
    command = [sys.executable, "-m", "tests.jobs.hand", "1"]
    worker = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url})
    request.addfinalizer(worker.kill)
    job_id = ask_for("tests.rest", seconds=2)
    wait_for(job_id, "doing")

    db.session.remove()
    server = psutil.Process(postmaster(folder))
    processes = [server, *server.children()]
    os.kill(server.pid, signal.SIGKILL)
    psutil.wait_procs(processes, timeout=30)
    time.sleep(3)
    assert worker.poll() is None
    with running(folder, SETTINGS):
        wait_for(job_id, "succeeded")
        wait_for(ask_for("tests.note", word="after the crash"), "succeeded")
        worker.terminate()
        assert worker.wait(30) == 0
