"""A PostgreSQL of the checkout's own: nothing to install, no TCP, stopped when its last user leaves.

    with running(DATA) as server:
        server.ensure_database("signalbox")
        create_engine(server.url("signalbox"))

Three locks on files in the folder keep order. The kernel frees them however their holder dies:

- `starting` is held while the server is started or stopped, so that starters queue;
- `in-use` is shared by all users, so that the one who leaves last knows it;
- `alive` is inherited by the postmaster and its children, and tells whether any is left.
  postmaster.pid cannot: after a reboot its number may be another program's.
"""

import fcntl
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from dashboard.local.place import (
    Account,
    PostgresUnavailableError,
    account_for,
    folder_for,
    give,
    major_version,
    programs_for,
)

ROOT = Path(__file__).absolute().parents[2]
DATA = ROOT / "var" / "pg"
TEST_DATA = ROOT / "var" / "pg-test"
ROLE = "signalbox"
PORT = "5432"  # only a part of the socket's name; stated so that PGPORT in the environment is without effect
PATIENCE_SECONDS = 120  # a long import that was killed is replayed first
# A socket's path holds 107 bytes on Linux and 103 elsewhere.
LONGEST_SOCKET_PATH = 100

SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "max_connections": "100",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For what may be lost in a crash, such as the tests' databases.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL. `socket` is the folder that it listens in."""

    programs: Path
    folder: Path
    socket: Path
    password: str

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://{ROLE}:{self.password}@/{database}?host={quote(str(self.socket))}&port={PORT}"

    def ensure_database(self, name: str) -> None:
        """Create the database unless it exists."""
        with locked(self.folder / "starting"):  # or two callers would both find it missing
            if not self.sql("SELECT 1 FROM pg_database WHERE datname = :'name'", name=name):
                self.sql('CREATE DATABASE :"name"', name=name)

    def drop_database(self, name: str) -> None:
        """Drop the database, with the connections that are still open to it."""
        self.sql('DROP DATABASE IF EXISTS :"name" WITH (FORCE)', name=name)

    def sql(self, statement: str, **variables: str) -> str:
        """What psql prints for a statement. In it a variable is :'name', or :"name" for an identifier."""
        command = [str(self.programs / "psql"), "-XqAt", "--set=ON_ERROR_STOP=1", "--dbname=postgres"]
        command += [f"--set={name}={value}" for name, value in variables.items()]
        connection = {"PGHOST": str(self.socket), "PGPORT": PORT, "PGUSER": ROLE, "PGPASSWORD": self.password}
        return subprocess.run(
            command,
            input=statement,
            env=os.environ | connection,
            text=True,
            stdout=subprocess.PIPE,
            check=True,
        ).stdout.strip()


@contextmanager
def running(folder: Path, settings: Mapping[str, str] = {}) -> Iterator[Server]:
    """The server whose data are in `folder`: started unless it runs, stopped when its last user leaves.

    `settings` are for whoever starts it; one that runs keeps its own.

    Raises:
        PostgresUnavailableError: there is none to be had, or it does not start.
    """
    folder = folder.absolute()
    account = account_for(folder)
    folder = folder_for(folder, account)
    programs = programs_for(account)
    user = os.getpid()
    with (folder / "in-use").open("a") as in_use:
        with locked(folder / "starting") as starting:
            fcntl.flock(in_use, fcntl.LOCK_SH)
            if not (folder / "data").exists():
                _initialise(programs, folder, account, starting)
            socket = _find(programs, folder) or _start(programs, folder, SETTINGS | dict(settings), account)
        try:
            yield Server(programs, folder, socket, (folder / "password").read_text())
        finally:
            # A fork, such as gunicorn's worker, leaves here too, and shares the lock of its parent.
            if os.getpid() == user:
                with locked(folder / "starting"):
                    if _is_free(in_use):
                        _stop(programs, folder, account)


@contextmanager
def throw_away_database() -> Iterator[str]:
    """The SQLAlchemy URL of a new, empty database for tests, gone at the end."""
    name = f"test_{secrets.token_hex(6)}"
    with running(TEST_DATA, FAST) as server:
        server.ensure_database(name)
        try:
            yield server.url(name)
        finally:
            server.drop_database(name)


def _initialise(programs: Path, folder: Path, account: Account, starting: IO[str]) -> None:
    """Make the cluster in a folder beside `data` and rename it last: a kill leaves nothing half made.

    initdb inherits the lock `starting`, for it may live on when we are killed.
    """
    for leftover in folder.glob("new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    side = Path(tempfile.mkdtemp(prefix="new-", dir=folder))
    password = folder / "password"
    password.unlink(missing_ok=True)
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24))
    give(side, account)
    give(password, account)
    # pg_trgm and the text search ask LC_CTYPE what a letter is, whatever the provider.
    options = ["--locale=C.UTF-8" if sys.platform == "linux" else "--locale=en_US.UTF-8"]
    if major_version(programs) >= 17:
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]  # the same order everywhere
    options += ["--encoding=UTF8", "--auth=scram-sha-256", f"--username={ROLE}", f"--pwfile={password}"]
    _run([programs / "initdb", "-D", side, *options], account, starting)
    side.rename(folder / "data")


def _find(programs: Path, folder: Path) -> Path | None:
    """The socket's folder of the server that runs here, or None. Waits for one that starts or ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with (folder / "alive").open("a") as alive:
        while time.monotonic() < deadline:
            socket = _socket(folder)
            if socket and _answers(programs, socket):
                return socket
            if _is_free(alive):
                return None
            time.sleep(0.05)
    raise PostgresUnavailableError(f"PostgreSQL neither answers nor ends. Its log is {folder / 'log'}.")


def _socket(folder: Path) -> Path | None:
    """What postmaster.pid names in its fifth line, which is filled in a little after the others."""
    with suppress(FileNotFoundError, IndexError):
        if line := (folder / "data" / "postmaster.pid").read_text().splitlines()[4]:
            return Path(line)
    return None


def _answers(programs: Path, socket: Path) -> bool:
    return subprocess.run([programs / "pg_isready", "-q", "-h", socket, "-p", PORT]).returncode == 0


def _start(programs: Path, folder: Path, settings: Mapping[str, str], account: Account) -> Path:
    """Start the server; the answer is its socket's folder."""
    # Nothing holds `alive`, so these are left from a crash. PostgreSQL would ask their process number.
    (folder / "data" / "postmaster.pid").unlink(missing_ok=True)
    shutil.rmtree(folder / "socket", ignore_errors=True)
    names = '"{}"'.format(str(_make_socket_folder(folder, account)).replace('"', '""'))  # a list of one
    options = [f"-c{name}={value}" for name, value in settings.items()]
    options += [f"-cunix_socket_directories={names}"]
    with (folder / "alive").open("a") as alive, (folder / "log").open("w") as log:
        fcntl.flock(alive, fcntl.LOCK_EX)
        subprocess.run(
            ["sh", "-c", '"$@" &', "sh", programs / "postgres", "-D", folder / "data", *options],
            **account,
            pass_fds=[alive.fileno()],
            # Out of reach of the terminal's Ctrl-C, which must end the web server first.
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=True,
        )
    if socket := _find(programs, folder):
        return socket
    raise PostgresUnavailableError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")


def _make_socket_folder(folder: Path, account: Account) -> Path:
    socket = folder / "socket"
    # libpq reads a comma as the end of a host's name.
    if len(os.fsencode(socket / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET_PATH or "," in str(socket):
        socket = Path(tempfile.mkdtemp(prefix="signalbox-", dir="/tmp"))
    socket.mkdir(mode=0o700, exist_ok=True)
    give(socket, account)
    return socket


def _stop(programs: Path, folder: Path, account: Account) -> None:
    if socket := _find(programs, folder):
        _run([programs / "pg_ctl", "stop", "-D", folder / "data", "-m", "fast", "-s"], account)
        socket.rmdir()


def _run(command: list[str | Path], account: Account, *inherited: IO[str]) -> None:
    files = [file.fileno() for file in inherited]
    answer = subprocess.run(
        command, **account, pass_fds=files, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if answer.returncode != 0:
        raise PostgresUnavailableError(f"{Path(command[0]).name} failed: {answer.stderr}")


@contextmanager
def locked(path: Path) -> Iterator[IO[str]]:
    """Hold the lock of the file, which is made if need be, and waited for."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _is_free(file: IO[str]) -> bool:
    """Whether nobody else holds the file's lock; if so it is now ours."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
