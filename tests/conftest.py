"""The real application on a real database, made by the real migrations."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from contextvars import Context
from pathlib import Path
from typing import Any
from uuid import uuid4

import flask_migrate
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import close_all_sessions

from dashboard import create_app
from dashboard.core.db import db

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """The URL of a server on which tests make their databases, by the path `postgres`."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    from dashboard.local.postgres import running

    with ExitStack() as stack:
        server = stack.enter_context(running(ROOT / "var" / "pg-test", {"fsync": "off"}))
        yield server.url("postgres")


@pytest.fixture(scope="session")
def make_database(database_server: str) -> Iterator[object]:
    """Makes an empty database and gives its URL; drops it at the end."""
    base, _, query = database_server.partition("?")
    server = base.rsplit("/", 1)[0].replace("+psycopg", "")
    admin = psycopg.connect(f"{server}/postgres?{query}", autocommit=True)
    made: list[str] = []

    def make() -> str:
        name = f"test_{uuid4().hex[:12]}"
        admin.execute(f'CREATE DATABASE "{name}"')
        made.append(name)
        return f"{server}/{name}?{query}"

    yield make
    for name in made:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    admin.close()


class Browser(FlaskClient):
    """A test client whose requests share nothing with the test: neither `g` nor the session.

    Flask would use the application context that the test has open, and so hide a missing commit.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return Context().run(super().open, *args, **({"buffered": True} | kwargs))


@pytest.fixture(scope="session")
def app(make_database, tmp_path_factory) -> Iterator[Flask]:
    """The application, migrated to head."""
    url = make_database()
    os.environ |= {"DATABASE_URL": url, "SECRET_KEY": "tests", "SUPPRESSION_KEY": "tests"}
    app = create_app({"TESTING": True, "WTF_CSRF_ENABLED": False, "SERVER_NAME": "localhost"})
    app.test_client_class = Browser
    with app.app_context():
        flask_migrate.upgrade()
    yield app
    close_all_sessions()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """In place of pytest-flask's: its context would keep `g`, and so who is signed in, for the whole test."""
    return


@pytest.fixture
def session(app: Flask) -> Iterator[None]:
    """An application context whose changes are rolled back: a commit only ends a savepoint."""
    with app.app_context(), db.engine.connect() as connection:
        outer = connection.begin()
        engines = db._app_engines[app]
        engine, engines[None] = engines[None], connection
        db.session.configure(join_transaction_mode="create_savepoint")
        try:
            yield
        finally:
            db.session.remove()
            db.session.configure(join_transaction_mode="conditional_savepoint")
            engines[None] = engine
            outer.rollback()


@pytest.fixture
def committed(app: Flask) -> Iterator[None]:
    """An application context whose changes are real; all tables are emptied afterwards."""
    with app.app_context():
        yield
        db.session.remove()
        empty_all_tables()


def empty_all_tables() -> None:
    """Empty every table, history too: only a superuser's tests may."""
    tables = ", ".join(f'"{t.name}"' for t in db.metadata.sorted_tables)
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that is not signed in."""
    return app.test_client()


@pytest.fixture
def sign_in(session, client: FlaskClient):
    """Signs a member of staff of the role in at `client` and gives the person."""
    from tests.factories import make_staff

    def sign_in(role: str = "admin"):
        person = make_staff(role)
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{person.id}.{person.session_no}"
            cookie["_fresh"] = True
        return person

    return sign_in
