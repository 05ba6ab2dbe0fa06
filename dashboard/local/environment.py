"""The settings that Signalbox needs, found or made for this machine."""

import os
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.local import postgres


@contextmanager
def local_environment() -> Iterator[None]:
    """Set DATABASE_URL and the two keys where they are not, with a database that runs for as long.

    Raises:
        PostgresUnavailableError: there is no DATABASE_URL and no PostgreSQL to be had.
    """
    # By default these two signals end Python on the spot, and nobody would stop the database.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = _kept_secret(postgres.ROOT / "var" / "secret_key")
    if not os.environ.get("SUPPRESSION_KEY"):
        os.environ["SUPPRESSION_KEY"] = _kept_secret(postgres.ROOT / "var" / "suppression_key")
    if os.environ.get("DATABASE_URL"):
        yield
        return
    with postgres.running(postgres.DATA) as server:
        server.ensure_database("signalbox")
        os.environ["DATABASE_URL"] = server.url("signalbox")
        yield


def _kept_secret(path: Path) -> str:
    """The secret in the file. It is made once, so that a restart signs nobody out."""
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o600)
    with postgres.locked(path):  # two starters must not each make one
        if not path.read_text():
            path.write_text(secrets.token_hex(32))
        return path.read_text()
