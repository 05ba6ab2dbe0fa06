"""Tasks for tests, and a worker that knows them: `python -m tests.jobs.hand`."""

import sys
import time

from dashboard import create_app
from dashboard.audit.commands import record
from dashboard.core.errors import DomainError
from dashboard.core.transactions import command
from dashboard.jobs import worker
from dashboard.jobs.queue import enqueue, report_progress, task


@command
def ask_for(name: str, /, **arguments) -> int:
    """Enqueue as a feature's command does, with a change of its own: an audit row."""
    record("test.ask", "test:1", staff_id=None)
    return enqueue(name, **arguments)


@command
def note(word: str) -> None:
    record("test.note", "test:1", staff_id=None, after={"word": word})


@task("tests.note", title="Note a word")
def note_word(word: str) -> None:
    note(word)


@task("tests.rest", title="Rest for a while")
def rest(seconds: float) -> None:
    note("began to rest")
    time.sleep(seconds)


@task("tests.count", title="Count to three")
def count_to_three() -> None:
    for number in (1, 2, 3):
        report_progress(number, 3)


@task("tests.refuse", title="Refuse in words")
def refuse() -> None:
    raise DomainError("The wallet does not hold that many credits.")


@task("tests.break", title="Break")
def break_down() -> None:
    raise ZeroDivisionError("a secret of the program")


if __name__ == "__main__":
    with create_app().app_context():
        worker.work(concurrency=int(sys.argv[1]))
