"""Background jobs: whether anybody works, what runs by the clock, what waits, and what failed."""

from flask import Blueprint, current_app, flash
from flask_login import current_user

from dashboard.core.db import utc_now
from dashboard.jobs import commands, queries
from dashboard.jobs.forms import STATES, JobFilter
from dashboard.jobs.queue import tasks
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.paging import here, stand_at, with_filters

bp = Blueprint("jobs", __name__)


@bp.get("/jobs")
@requires(Permission.ADMINISTER)
def index():
    return render_jobs()


@bp.post("/jobs/<int:job_id>/retries")
@requires(Permission.ADMINISTER)
def create_retry(job_id: int):
    commands.retry_job(job_id, actor_id=current_user.id)
    flash(f"Job {job_id} is queued again.")
    if not htmx.is_partial():
        return htmx.go(with_filters(".index"))
    return render_jobs()


def render_jobs():
    stand_at(".index")
    form = JobFilter()
    return htmx.render(
        "jobs/index.html",
        "results",
        form=form,
        page=queries.job_page(form.wanted("status"), at=here()),
        workers=queries.workers(current_app.config["JOB_STALLED_AFTER_SECONDS"]),
        schedules=queries.schedules(),
        tasks=tasks(),
        states=STATES,
        now=utc_now(),
    )
