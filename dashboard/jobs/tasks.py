"""What the queue does for itself."""

from dashboard.jobs import commands
from dashboard.jobs.queue import periodic

KEPT_DAYS = 30  #: for which a finished job can be looked at


@periodic("jobs.clean_up", title="Delete old jobs", cron="40 2 * * *")
def clean_up() -> None:
    while commands.delete_old_jobs(older_than_days=KEPT_DAYS):
        pass
