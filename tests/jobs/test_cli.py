"""`flask jobs work` on the command line."""

import pytest

from dashboard import create_app
from dashboard.core.db import db
from tests.jobs.conftest import status_of
from tests.jobs.hand import ask_for


def test_it_works_off_what_waits(app, committed):
    job_id = ask_for("tests.note", word="x")
    answer = app.test_cli_runner().invoke(args=["jobs", "work", "--until-empty"])
    assert answer.exit_code == 0, answer.output
    assert status_of(job_id) == "succeeded"


def test_settings_that_would_take_a_live_worker_for_dead_are_refused(app, monkeypatch):
    monkeypatch.setitem(app.config, "JOB_STALLED_AFTER_SECONDS", 15)
    answer = app.test_cli_runner().invoke(args=["jobs", "work"])
    assert answer.exit_code == 1
    assert "at least twice JOB_HEARTBEAT_SECONDS" in answer.output


@pytest.fixture
def empty_app(app, make_database):
    url = make_database().replace("postgresql:", "postgresql+psycopg:")
    other = create_app({"SQLALCHEMY_DATABASE_URI": url})
    yield other
    with other.app_context():
        db.engine.dispose()


def test_a_database_without_tables_is_told(empty_app):
    answer = empty_app.test_cli_runner().invoke(args=["jobs", "work"])
    assert answer.exit_code == 1
    assert "flask db upgrade" in answer.output
    assert "Traceback" not in answer.output
