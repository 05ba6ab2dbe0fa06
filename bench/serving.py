"""The application as `make run` serves it, and clients that ask it.

Each answer says in a header how long it took: from the request to the last byte, with all rendering, before
any of it is sent.
"""

import gzip
import http.client
import multiprocessing
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from flask import Flask
from sqlalchemy import text
from werkzeug.wrappers import Response

from dashboard.core.db import db
from dashboard.local.run import Gunicorn

HOST = "127.0.0.1"
TIMING = "X-Server-Milliseconds"


class TimedGunicorn(Gunicorn):
    def load(self) -> Any:
        app = super().load()
        app.wsgi_app = _timed(app.wsgi_app)
        return app


@dataclass(frozen=True)
class Answer:
    """What came back. Times are milliseconds."""

    status: int
    is_page: bool
    server: float  #: within the application
    client: float  #: until the client had it all, so with whatever waiting there was
    body: bytes

    @property
    def rows(self) -> int:
        """The rows of its tables, without their heads."""
        bodies = re.findall(rb"<tbody.*?</tbody>", self.body, re.DOTALL)
        return sum(len(re.findall(rb"<tr[ >]", body)) for body in bodies)


@dataclass(frozen=True)
class Crowd:
    """Clients that ask for a page at once."""

    clients: int
    requests: int  #: of each
    rest_seconds: float = 0.0  #: before each request, on average


@dataclass(frozen=True)
class Site:
    """A server that runs, and the session of the one who asks."""

    port: int
    cookie: str

    def ask(self, addresses: Iterable[str], *, rest_seconds: float = 0.0) -> list[Answer]:
        """The answers to one client, which asks over one connection and rests before each page."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=120)
        try:
            answers = []
            for address in addresses:
                # Not all clients at the same time.
                time.sleep(random.uniform(0, 2 * rest_seconds))  # noqa: S311  no secret
                answers.append(self._ask(connection, address))
            return answers
        finally:
            connection.close()

    def ask_by(self, crowd: Crowd, address: str) -> list[Answer]:
        """The answers to all clients of a crowd."""
        wanted = [address] * crowd.requests
        with ThreadPoolExecutor(crowd.clients) as pool:
            parts = pool.map(
                lambda _: self.ask(wanted, rest_seconds=crowd.rest_seconds), range(crowd.clients)
            )
            return [answer for part in parts for answer in part]

    def _ask(self, connection: http.client.HTTPConnection, address: str) -> Answer:
        start = time.perf_counter()
        connection.request("GET", address, headers={"Cookie": self.cookie, "Accept-Encoding": "gzip"})
        response = connection.getresponse()
        body = response.read()
        milliseconds = (time.perf_counter() - start) * 1000
        if response.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        is_page = (response.headers["Content-Type"] or "").startswith("text/html")
        return Answer(response.status, is_page, float(response.headers[TIMING]), milliseconds, body)


def session_cookie(app: Flask) -> str:
    """The session of an admin, as signing in would make it; which would write, though."""
    name = app.config["SESSION_COOKIE_NAME"]
    with app.app_context():
        person = (
            "SELECT id || '.' || session_no FROM staff WHERE role = 'admin' AND disabled_at IS NULL LIMIT 1"
        )
        session_id = db.session.scalar(text(person))
        db.session.remove()
        client = app.test_client()
        with client.session_transaction() as session:
            session.update({"_user_id": session_id, "_fresh": True, "csrf_token": "0" * 40})
            session.permanent = True
    cookie = client.get_cookie(name)
    assert cookie is not None
    return f"{name}={cookie.value}"


@contextmanager
def served(cookie: str, *, workers: int) -> Iterator[Site]:
    """The application of the environment's settings in processes of its own, each with 8 threads."""
    spawn = multiprocessing.get_context("spawn")  # a fork would share our connections
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, workers))
    process.start()
    theirs.close()
    try:
        yield Site(ours.recv(), cookie)
    finally:
        process.terminate()
        process.join()


def _serve(told: Connection, workers: int) -> None:
    TimedGunicorn(
        bind=f"{HOST}:0",
        workers=workers,
        worker_class="gthread",
        threads=8,
        graceful_timeout=5,
        keepalive=60,  # a client that waits for its turn keeps its connection
        loglevel="warning",
        control_socket_disable=True,
        when_ready=lambda server: told.send(server.LISTENERS[0].getsockname()[1]),
    ).run()


def _timed(app: Callable[..., Any]) -> Callable[..., Any]:
    """The application, saying of each answer how long it took."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start = time.perf_counter()
        response = Response.from_app(app, environ, buffered=True)
        response.headers[TIMING] = f"{(time.perf_counter() - start) * 1000:.3f}"
        return response(environ, start_response)

    return answer
