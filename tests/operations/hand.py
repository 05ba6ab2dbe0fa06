"""A worker that takes small steps, with rests between: `python -m tests.operations.hand`."""

import sys
import time

from dashboard import create_app
from dashboard.jobs import worker
from dashboard.operations import tasks
from dashboard.operations.steps import commands


def with_a_rest(done: int, total: int) -> None:
    tell(done, total)
    time.sleep(0.02)


tell = tasks.report_progress

if __name__ == "__main__":
    commands.BATCH = 10
    tasks.report_progress = with_a_rest
    with create_app().app_context():
        worker.work(concurrency=int(sys.argv[1]))
