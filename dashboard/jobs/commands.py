"""What happens to jobs besides being done: they fail, lose their worker, are tried again, grow old."""

from datetime import timedelta
from typing import Any

from procrastinate import sql
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from dashboard.audit.commands import record
from dashboard.core.db import db, utc_now
from dashboard.core.errors import DomainError
from dashboard.core.transactions import command
from dashboard.jobs import queries
from dashboard.jobs.models import Job, JobEvent, JobReport, JobStatus
from dashboard.jobs.queue import app, tasks

STALLED_TWICE = "Its worker died under it, twice. Look for the cause in the worker's log, then try again."
STALLED_FOR_ANOTHER = "Its worker died under it. The same work is queued again already."
FINAL = (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.ABORTED)


@command
def note_failure(job_id: int, failure: str) -> None:
    """Remember why a job failed. `failure` is a sentence for people."""
    _report(job_id, failure=failure)
    record("job.fail", f"job:{job_id}", staff_id=None, after={"failure": failure})


@command
def rescue_stalled_jobs(stalled_after_seconds: float, *, rescuer_id: int) -> None:
    """Queue the jobs again whose workers have died; those that lost a worker before have failed.

    A worker is dead when it was not heard of for so long. `rescuer_id` is the worker that asks: it is
    alive, whatever the clock says of it (that of a laptop, say, which slept).
    """
    for job in queries.stalled_jobs(stalled_after_seconds, rescuer_id=rescuer_id):
        if job.stalls or job.has_twin:
            failure = STALLED_FOR_ANOTHER if job.has_twin else STALLED_TWICE
            _report(job.id, failure=failure, stalls=job.stalls + 1)
            app.connector.execute_query(
                sql.queries["finish_job"], job_id=job.id, status=str(JobStatus.FAILED), delete_job=False
            )
        else:
            failure = None
            _report(job.id, failure=None, stalls=1)
            app.job_manager.retry_job_by_id(job.id, utc_now())
        record(
            "job.rescue",
            f"job:{job.id}",
            staff_id=None,
            after={"task": job.task_name, "worker": job.worker_id, "failure": failure},
        )


@command
def retry_job(job_id: int, *, actor_id: int) -> None:
    """Queue a failed job again.

    Raises:
        NoResultFound: no such job.
        DomainError: it is not failed any more, or the same work waits already, or nobody can do it.
    """
    job = db.session.execute(
        select(Job.status, Job.task_name, queries.has_twin()).where(Job.id == job_id).with_for_update(of=Job)
    ).one()
    if job.status != JobStatus.FAILED:
        raise DomainError("That job is not failed any more. Reload the page to see what became of it.")
    if job.task_name not in tasks():
        raise DomainError("This release knows no such task, so nobody can try it again.")
    if job.has_twin:
        raise DomainError("The same work is queued already.")
    _report(job_id, failure=None, stalls=0)
    app.job_manager.retry_job_by_id(job_id, utc_now())
    record("job.retry", f"job:{job_id}", staff_id=actor_id, after={"task": job.task_name})


@command
def delete_old_jobs(*, older_than_days: int, at_most: int = 10_000) -> int:
    """Delete jobs that are done, however they ended, and to which nothing happened for so long.

    Answers how many there were: where it is `at_most`, there may be more.
    """
    since = utc_now() - timedelta(days=older_than_days)
    happened = select(JobEvent.id).where(JobEvent.job_id == Job.id, JobEvent.at >= since)
    old = select(Job.id).where(Job.status.in_(FINAL), ~happened.exists()).limit(at_most)
    deleted = db.session.scalars(delete(Job).where(Job.id.in_(old)).returning(Job.id)).all()
    if deleted:
        after = {"jobs": len(deleted), "older_than_days": older_than_days}
        record("job.delete", f"job:{max(deleted)}", staff_id=None, after=after)
    return len(deleted)


def _report(job_id: int, **values: Any) -> None:
    """Write into the job's report. What is told of its progress is of an attempt that is over."""
    values |= {"done": None, "total": None} if values["failure"] is None else {}
    db.session.execute(
        insert(JobReport)
        .values(job_id=job_id, **values)
        .on_conflict_do_update(index_elements=[JobReport.job_id], set_=values)
    )
