"""The worker of background jobs beside `make run`: started anew when it dies, gone with the launcher.

The launcher starts a keeper, and the keeper the worker. Both have the reading end of a pipe for
their input, of which the launcher alone has the other end: it closes however the launcher dies, and
then they leave. The keeper is a process of its own, for in the launcher gunicorn takes any child's
end for that of a web worker.
"""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask.cli import cli

from dashboard.local.postgres import ROOT

RESTART_PAUSE_SECONDS = 1.0
STOP_SECONDS = 5.0  #: that jobs under way get; those that take longer are run again at the next start

COMMAND = [sys.executable, "-m", "dashboard.local.worker"]


@contextmanager
def worker_beside() -> Iterator[None]:
    """Keep a worker running meanwhile. It is gone at the end, so that the database can be stopped."""
    # Out of reach of the terminal's Ctrl-C, which must end the web server first.
    with subprocess.Popen(COMMAND, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True) as keeper:
        assert keeper.stdin is not None
        os.register_at_fork(after_in_child=keeper.stdin.close)
        try:
            yield
        finally:
            # A fork, such as gunicorn's worker, leaves here too; in it these two do nothing.
            keeper.stdin.close()
            keeper.wait()


def keep() -> None:
    """Run a worker, and another one whenever it ends, until the launcher is gone."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        with subprocess.Popen([*COMMAND, "work"]) as worker:
            try:
                while worker.poll() is None:
                    if _is_launcher_gone(within_seconds=0.2):
                        return
            finally:
                _end(worker)
        if _is_launcher_gone(within_seconds=RESTART_PAUSE_SECONDS):
            return


def work() -> None:
    """Be the worker: `flask jobs work`, until the launcher is gone."""
    threading.Thread(target=_leave_with_launcher, daemon=True).start()
    os.environ["FLASK_APP"] = "wsgi"
    cli.main(["jobs", "work"], prog_name="flask")


def _is_launcher_gone(within_seconds: float) -> bool:
    # Nobody writes into the pipe: there is something to read when it has ended.
    return bool(select.select([0], [], [], within_seconds)[0])


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()


def _leave_with_launcher() -> None:
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    work() if sys.argv[1:] == ["work"] else keep()
