"""Operations done in the background."""

import time
from collections.abc import Callable
from typing import TypeVar

from dashboard.core.errors import Busy
from dashboard.jobs.queue import report_progress, task
from dashboard.operations.steps import commands

#: Seconds of rest between the tries while somebody else holds the contacts. With the waiting of each try
#: they make a quarter of an hour; then it stops, and a person can go on with it.
RESTS = (10, 20, 40, 80, 150, 180)

T = TypeVar("T")


@task("operations.run", title="Change many contacts")
def run(owner_id: int, operation_id: int) -> None:
    total = _patiently(lambda: commands.gather(owner_id, operation_id))
    while (done := _patiently(lambda: commands.change_next(owner_id, operation_id))) is not None:
        report_progress(done, total)


def _patiently(step: Callable[[], T]) -> T:
    """Do a step, again and again while somebody else holds what it needs.

    Raises:
        Busy: it is held after all the RESTS, too.
    """
    for rest in RESTS:
        try:
            return step()
        except Busy:
            time.sleep(rest)
    return step()
