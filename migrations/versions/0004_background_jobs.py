"""Keep background jobs in our own database: procrastinate's tables, and what we remember beside them.

Safe beside the running release: it neither reads nor writes these tables.

The SQL is procrastinate's `schema.sql` as of 3.10.0, kept beside the migrations: a migration must
not change when the package does. An upgrade of the package brings migrations of its own
(`procrastinate/sql/migrations`); copy those that are new into one of ours.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SCHEMA = Path(__file__).parents[1] / "sql" / "procrastinate-3.10.0.sql"

# In the order in which they can be dropped; triggers and indexes go with their tables.
TABLES = [
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_jobs",
    "procrastinate_workers",
]
FUNCTIONS = [
    "procrastinate_cancel_job_v1",
    "procrastinate_defer_jobs_v1",
    "procrastinate_defer_periodic_job_v2",
    "procrastinate_finish_job_v1",
    "procrastinate_notify_queue_abort_job_v1",
    "procrastinate_notify_queue_job_inserted_v1",
    "procrastinate_prune_stalled_workers_v1",
    "procrastinate_register_worker_v1",
    "procrastinate_retry_job_v1",
    "procrastinate_retry_job_v2",
    "procrastinate_trigger_abort_requested_events_procedure_v1",
    "procrastinate_trigger_function_scheduled_events_v1",
    "procrastinate_trigger_function_status_events_insert_v1",
    "procrastinate_trigger_function_status_events_update_v1",
    "procrastinate_unlink_periodic_defers_v1",
    "procrastinate_unregister_worker_v1",
    "procrastinate_update_heartbeat_v1",
]
TYPES = ["procrastinate_job_to_defer_v1", "procrastinate_job_event_type", "procrastinate_job_status"]


def upgrade() -> None:
    # As it is: the `%` and `:` in it are not for the driver or for SQLAlchemy to replace.
    op.get_bind().exec_driver_sql(SCHEMA.read_text(), execution_options={"no_parameters": True})
    # Pages show the newest jobs of one state.
    op.create_index("ix_procrastinate_jobs_status_id", "procrastinate_jobs", ["status", "id"])
    op.create_table(
        "job_report",
        sa.Column("job_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("stalls", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"], ["procrastinate_jobs.id"], name=op.f("fk_job_report_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job_report")),
    )


def downgrade() -> None:
    op.drop_table("job_report")
    op.execute("DROP FUNCTION procrastinate_fetch_job_v2")  # it answers with a row of the table of jobs
    for table in TABLES:
        op.drop_table(table)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for name in TYPES:
        op.execute(f"DROP TYPE {name}")
