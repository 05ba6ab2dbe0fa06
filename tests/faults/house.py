"""Signalbox as it runs for people, in processes that can be killed: database, web server, job worker."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from dashboard.local.postgres import Server, running
from tests.conftest import ROOT

PATIENCE_SECONDS = 90
WEB_WORKERS, THREADS = 2, 8  # as `make run` has them
SETTINGS = {
    "SECRET_KEY": "for tests",
    "SUPPRESSION_KEY": "for tests",
    "ADJUSTMENT_LIMIT_CREDITS": "1000000",
    "ADJUSTMENT_DAY_LIMIT_CREDITS": "1000000",
    "JOB_HEARTBEAT_SECONDS": "1",
    "JOB_STALLED_AFTER_SECONDS": "4",
}


@dataclass
class House:
    """What runs. Whatever is killed is started again by its `start`, as an operator or a supervisor would."""

    folder: Path
    log: Path
    stack: ExitStack
    server: Server
    environment: dict[str, str] = field(default_factory=dict)
    listening: socket.socket | None = None
    web: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        assert self.listening is not None
        return self.listening.getsockname()[1]

    def start_web(self) -> None:
        # The socket is ours and stays open, so no client is refused while there is no server.
        self.listening = self.stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=64))
        number = self.listening.fileno()
        arguments = ["--workers", str(WEB_WORKERS), "--threads", str(THREADS), "--bind", f"fd://{number}"]
        arguments += ["--no-control-socket", "--log-level", "warning", "wsgi:app"]
        self.web = self._start("-m", "gunicorn", *arguments, pass_fds=[number])
        until(lambda: len(self.web_workers()) == WEB_WORKERS)

    def start_worker(self) -> None:
        self.worker = self._start("-m", "tests.faults.hand")

    def start_database(self) -> None:
        self.server = self.stack.enter_context(running(self.folder))

    def web_workers(self) -> list[psutil.Process]:
        assert self.web is not None
        return psutil.Process(self.web.pid).children()

    def kill_a_web_worker(self) -> None:
        # Of those that work, the one with more clients.
        victim = max(self.web_workers(), key=lambda worker: len(worker.net_connections("inet")))
        victim.kill()
        until(lambda: not victim.is_running() and len(self.web_workers()) == WEB_WORKERS)

    def kill_the_worker(self) -> None:
        assert self.worker is not None
        assert self.worker.poll() is None
        self.worker.kill()
        self.worker.wait()

    def kill_the_database(self) -> None:
        os.kill(int((self.folder / "data/postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A `flask` command, to its end."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        environment = os.environ | self.environment
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    def _start(self, *arguments: str, pass_fds: list[int] = []) -> subprocess.Popen[bytes]:  # noqa: B006
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=os.environ | self.environment,
                pass_fds=pass_fds,
                stdout=log,
                stderr=log,
            )
        self.stack.callback(_end, process)
        return process


@contextmanager
def house(folder: Path, log: Path) -> Iterator[House]:
    """A house whose database runs, with nothing in it. The database keeps what it says that it keeps."""
    with ExitStack() as stack:
        server = stack.enter_context(running(folder))
        assert server.sql("SHOW fsync") + server.sql("SHOW synchronous_commit") == "onon"
        server.ensure_database("signalbox")
        yield House(folder, log, stack, server, SETTINGS | {"DATABASE_URL": server.url("signalbox")})


def until(question: Callable[[], object]) -> None:
    """Wait for it to be so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not question():
        assert time.monotonic() < deadline, "It did not come to that."
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
