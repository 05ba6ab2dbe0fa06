"""A worker whose imports take their time: `python -m tests.contact_imports.slow_worker`."""

import sys
import time

from dashboard import create_app
from dashboard.contact_imports.applying import commands, run
from dashboard.contact_imports.staging import checks
from dashboard.jobs import worker

BATCH_ROWS = 100


def slowly(change):
    def slow(*args, **kwargs):
        time.sleep(0.02)
        return change(*args, **kwargs)

    return slow


if __name__ == "__main__":
    run.BATCH_ROWS = checks.BATCH_ROWS = BATCH_ROWS
    commands.import_batch = slowly(commands.import_batch)
    with create_app().app_context():
        worker.work(concurrency=int(sys.argv[1]))
