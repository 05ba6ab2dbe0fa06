"""Several people at one wallet at the same instant."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import text

from dashboard.core.db import db
from dashboard.core.errors import DomainError
from tests.factories import PASSWORD, make_staff

#: Cheap to verify, for what is tested here is not how long that takes.
CHEAP_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
PATIENCE_SECONDS = 10


def make_admin() -> int:
    return make_staff("admin", password_hash=CHEAP_HASH).id


def race(
    app: Flask,
    calls: Sequence[Callable[[], Any]],
    *,
    at: str,
    in_turn: bool = False,
    meanwhile: Callable[[], Any] | None = None,
    **values: Any,
) -> list[Any]:
    """What each call gets, a refusal being an answer too, when all of them meet at the same row.

    `at` is a SELECT that locks the row. The calls start at once while it is held, and it is let go when
    all of them wait for it: none has come through before the others read what they go by. `in_turn`, each
    starts once those before it wait. `meanwhile` is done while all of them wait.
    """
    assert len(calls) <= 10, "The pool has no more connections: the others would not take part."
    db.session.rollback()
    with ThreadPoolExecutor(len(calls)) as pool:
        with _held(at, values):
            running = []
            for n, call in enumerate(calls, start=1):
                running.append(pool.submit(_answer, app, call))
                if in_turn:
                    _await_waiting(n)
            _await_waiting(len(calls))
            if meanwhile is not None:
                meanwhile()
        return [one.result() for one in running]


def at_once(app: Flask, calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call gets, when all of them start at once, and meet where they may."""
    start = Barrier(len(calls))

    def call_in_time(call: Callable[[], Any]) -> Any:
        start.wait(PATIENCE_SECONDS)
        return _answer(app, call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call_in_time, calls))


def _answer(app: Flask, call: Callable[[], Any]) -> Any:
    with app.app_context():  # each has a session of its own
        try:
            return call()
        except DomainError as error:
            return error


@contextmanager
def _held(select: str, values: dict[str, Any]) -> Iterator[None]:
    with db.engine.begin() as connection:
        assert connection.execute(text(select), values).all(), "There is no such row to meet at."
        yield


def _await_waiting(count: int) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.scalar(waiting) != count:
            assert time.monotonic() < deadline, "Not all of them came to wait for the row."
            time.sleep(0.005)
