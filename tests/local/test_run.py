"""`make run` from outside: a worker is there, comes back when it is killed, and leaves with the launcher."""

import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from dashboard.local.postgres import ROOT

PATIENCE_SECONDS = 60


class Launcher:
    """`make run` as a process of its own, on a database of its own."""

    def __init__(self, url: str, log: Path, *arguments: str) -> None:
        self.url = url
        self.log = log
        self.port = random.randrange(20_000, 32_768)
        environment = os.environ | {"DATABASE_URL": url, "PORT": str(self.port), "HOST": "127.0.0.1"}
        with log.open("w") as output:
            self.process = psutil.Popen(
                [sys.executable, "-m", "dashboard.local.run", *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.offspring: set[psutil.Process] = set()
        self.until(self.answers)
        self.until(self.worker)

    def until(self, question: Callable[[], object]) -> object:
        """The answer, once it is true."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self.process.is_running():
                self.offspring |= set(self.process.children(recursive=True))
            if answer := question():
                return answer
            time.sleep(0.1)
        raise AssertionError(f"It did not come to that:\n{self.log.read_text()}")

    def answers(self) -> bool:
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sign-in", timeout=5).status == 200
        except OSError:
            return False

    def worker(self) -> psutil.Process | None:
        """The process that takes jobs, if it is registered."""
        with psycopg.connect(self.url) as connection:
            if not connection.execute("SELECT 1 FROM procrastinate_workers").fetchone():
                return None
        wanted = ["dashboard.local.worker", "work"]
        return next((child for child in self.children() if child.cmdline()[-2:] == wanted), None)

    def keeper(self) -> psutil.Process:
        return next(child for child in self.children() if child.cmdline()[-1:] == ["dashboard.local.worker"])

    def children(self) -> list[psutil.Process]:
        return [c for c in self.process.children(recursive=True) if c.status() != psutil.STATUS_ZOMBIE]

    def left(self) -> list[psutil.Process]:
        """Who is alive of all that the launcher ever started."""
        family = {self.process, *self.offspring}
        return [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]

    def end(self) -> None:
        for process in self.left():
            process.kill()
        self.process.wait()


@pytest.fixture
def launch(make_database, tmp_path) -> Iterator[Callable[..., Launcher]]:
    launched: list[Launcher] = []

    def launch(*arguments: str) -> Launcher:
        launched.append(Launcher(make_database(), tmp_path / "log", *arguments))
        return launched[-1]

    yield launch
    for launcher in launched:
        launcher.end()


def test_a_worker_that_is_killed_comes_back(launch):
    launcher = launch()
    for _ in range(2):
        worker = launcher.worker()
        worker.kill()
        launcher.until(lambda worker=worker: (new := launcher.worker()) and new != worker)
    assert launcher.answers()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_worker_signs_off_and_ends_before_the_launcher(launch, number):
    launcher = launch()
    assert len(launcher.left()) >= 5  # the launcher, the keeper, the worker and two web workers
    launcher.process.send_signal(number)
    launcher.process.wait(PATIENCE_SECONDS)
    assert not launcher.left()
    with psycopg.connect(launcher.url) as connection:
        assert not connection.execute("SELECT 1 FROM procrastinate_workers").fetchone()


@pytest.mark.parametrize(("mode", "number"), [([], signal.SIGKILL), (["--dev"], signal.SIGTERM)])
def test_nobody_is_left_when_the_launcher_is_gone(launch, mode, number):
    launcher = launch(*mode)
    launcher.process.send_signal(number)
    launcher.until(lambda: not launcher.left())


def test_without_its_keeper_the_worker_still_leaves_with_the_launcher(launch):
    launcher = launch()
    launcher.keeper().kill()
    assert launcher.answers()
    launcher.process.kill()
    launcher.until(lambda: not launcher.left())
