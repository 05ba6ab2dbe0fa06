"""Workers, and browsers that are signed in while others write."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.jobs.conftest import start_worker, work_off

__all__ = ["start_worker", "work_off"]


@pytest.fixture
def browser_of(app: Flask, committed) -> Callable[..., FlaskClient]:
    """The browser of a member of staff, where changes are committed."""

    def browser_of(person) -> FlaskClient:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{person.id}.{person.session_no}"
            cookie["_fresh"] = True
        return client

    return browser_of


@pytest.fixture
def only_small_files(app: Flask, monkeypatch) -> None:
    """Files of more than two rows are made in the background."""
    monkeypatch.setitem(app.config, "EXPORT_STREAM_ROWS", 2)
