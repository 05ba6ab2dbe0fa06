"""Files made in the background, and deleted by the clock."""

from collections.abc import Callable
from time import monotonic

from flask import current_app

from dashboard.exportable import kind_named
from dashboard.exports import commands, queries
from dashboard.exports.packing import Packing
from dashboard.jobs.queue import periodic, report_progress, task

TELL_SECONDS = 1.0  #: from one word about the progress to the next


@task("exports.write", title="Write an export")
def write_export(export_id: int) -> None:
    asked = queries.asked_for(export_id)
    kind = kind_named(asked.kind)
    lines = queries.lines(kind, asked.arguments)
    packing = Packing(lines, tell=progress_of(kind.count(asked.arguments)))
    commands.keep_file(export_id, packing, hours=current_app.config["EXPORT_KEEP_HOURS"])


@periodic("exports.expire", title="Delete expired exports", cron="20 * * * *")
def delete_expired() -> None:
    commands.delete_expired_files()


def progress_of(total: int) -> Callable[[int], None]:
    """What reports how many rows are done, if it has not done so within the last second."""
    told_at = 0.0

    def tell(done: int) -> None:
        nonlocal told_at
        if monotonic() - told_at >= TELL_SECONDS:
            # Whatever came in since they were counted: it is never more than all.
            report_progress(done, max(total, done))
            told_at = monotonic()

    return tell
