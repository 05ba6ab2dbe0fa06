"""`make run` and `make dev`: the database, the migrations, the demo data, the web server, and a worker.

The environment may say DATABASE_URL (a database of one's own), DEMO (the scale of the demo data
that an empty database gets), HOST and PORT. Without MAIL_SMTP mails land in a folder, which the page
"Mails" shows.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
from typing import Any

import flask_migrate
from gunicorn.app.base import BaseApplication
from sqlalchemy import select

from dashboard import create_app
from dashboard.core.db import db
from dashboard.core.memory import settle
from dashboard.demo.commands import load
from dashboard.demo.scales import SCALES
from dashboard.demo.staff import DEMO_PASSWORD, DEMO_STAFF
from dashboard.local.environment import local_environment
from dashboard.local.place import PostgresUnavailableError
from dashboard.local.postgres import ROOT, locked
from dashboard.local.worker import worker_beside
from dashboard.owners.models import Owner
from dashboard.staff.models import Staff

HOST = os.environ.get("HOST") or "127.0.0.1"
PORT = os.environ.get("PORT") or "8000"


class PortTakenError(Exception):
    """The web server cannot listen there."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="run", description="Run Signalbox on this machine.")
    parser.add_argument("--dev", action="store_true", help="reload when a file changes, with a debugger")
    serve = _serve_dev if parser.parse_args().dev else _serve
    # Only a database that we made ourselves is filled without being asked.
    scale = os.environ.get("DEMO") or ("" if os.environ.get("DATABASE_URL") else "small")
    if scale and scale not in SCALES:
        sys.exit(f"There is no demo data of the scale {scale}. DEMO may be {', '.join(SCALES)}.")
    try:
        _require_free_port()
        with local_environment():
            (ROOT / "var").mkdir(exist_ok=True)
            os.environ.setdefault("MAIL_FOLDER", str(ROOT / "var" / "mail"))
            os.environ.setdefault("PUBLIC_URL", f"http://{HOST}:{PORT}")
            with locked(ROOT / "var" / "preparing"):  # or two of us would migrate and fill it at once
                greeting = _prepare(scale)
            with worker_beside():
                serve(greeting)
    except (PostgresUnavailableError, PortTakenError, PermissionError) as error:
        sys.exit(f"Signalbox did not start. {error}")
    except KeyboardInterrupt:
        pass  # Ctrl-C before the server was up


def _require_free_port() -> None:
    try:
        socket.create_server((HOST, int(PORT))).close()
    except (OSError, OverflowError, ValueError) as error:
        raise PortTakenError(
            f"Port {PORT} of {HOST} is not to be had ({error}). Try: make run PORT=8001"
        ) from error


def _prepare(scale: str) -> str:
    """Bring the database up to date, fill it if it is empty, and tell how to sign in."""
    app = create_app()
    with app.app_context():
        flask_migrate.upgrade()
        if scale and db.session.scalar(select(Owner.id).limit(1)) is None:
            load(scale)
        emails = [person.email for person in DEMO_STAFF]
        present = db.session.scalars(select(Staff.email).where(Staff.email.in_(emails))).all()
        db.session.remove()
        db.engine.dispose()  # the workers are forks, and must not share a connection with us
    lines = [f"Signalbox is at http://{HOST}:{PORT}"]
    if present:
        lines.append(f"Sign in with the password {DEMO_PASSWORD} as")
        lines += [f"  {person.email}  ({person.role})" for person in DEMO_STAFF if person.email in present]
    return "\n".join([*lines, "Press Ctrl-C to stop."])


def _serve(greeting: str) -> None:
    def greet(_: Any) -> None:
        # gunicorn reloads when the terminal closes, and drops its requests at Ctrl-C. Here both just end it.
        for number in (signal.SIGHUP, signal.SIGINT):
            signal.signal(number, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        print(greeting, flush=True)

    Gunicorn(
        bind=f"{HOST}:{PORT}",
        workers=2,
        worker_class="gthread",
        threads=8,
        graceful_timeout=5,  # seconds
        loglevel="warning",
        control_socket_disable=True,
        when_ready=greet,
    ).run()


class Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn within this process, so that a kill -9 of it ends the workers too."""

    def __init__(self, **settings: Any) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application: each worker makes its own, with its own connections."""
        app = create_app()
        settle()
        return app


def _serve_dev(greeting: str) -> None:
    print(greeting, flush=True)
    # A process of its own, which outlives files that do not compile.
    command = [
        sys.executable,
        "-m",
        "flask",
        "--app=wsgi",
        "run",
        "--debug",
        f"--host={HOST}",
        f"--port={PORT}",
    ]
    with subprocess.Popen(command) as server:
        try:
            server.wait()
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
