"""Files checked and imported in the background, and deleted by the clock."""

from collections.abc import Callable
from time import monotonic

from sqlalchemy.exc import NoResultFound

from dashboard.contact_imports import commands
from dashboard.contact_imports.applying.run import run
from dashboard.contact_imports.staging import checks
from dashboard.jobs.queue import periodic, report_progress, task

TELL_SECONDS = 1.0  #: from one word about the progress to the next


@task("contact_imports.check", title="Check a file of contacts")
def check(owner_id: int, import_id: int, check_no: int) -> None:
    try:
        checks.check(owner_id, import_id, check_no, progress_in_percent())
    except NoResultFound:
        return  # somebody wants it read in another way, which another job does


@task("contact_imports.apply", title="Import contacts")
def apply(owner_id: int, import_id: int) -> None:
    run(owner_id, import_id, report_progress)


@periodic("contact_imports.expire", title="Delete files of contacts", cron="35 * * * *")
def delete_expired() -> None:
    while commands.delete_expired():
        pass


def progress_in_percent() -> Callable[[float], None]:
    """What reports which part is done, if it has not done so within the last second."""
    told_at = 0.0

    def tell(part: float) -> None:
        nonlocal told_at
        if monotonic() - told_at >= TELL_SECONDS:
            report_progress(round(part * 100), 100)
            told_at = monotonic()

    return tell
