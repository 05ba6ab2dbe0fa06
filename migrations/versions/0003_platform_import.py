"""Remember what was imported from the platform's own database, and report what could not be.

Safe beside the running release: it neither reads nor writes these tables.

`platform_ref` leads with `owner_id` and can be sharded with the rows that it points to;
`platform_owner` is as small as `owner`.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

# In the order in which they can be dropped.
TABLES = ["import_issue", "import_step", "import_run", "platform_ref", "platform_owner"]


def upgrade() -> None:
    op.create_table(
        "platform_owner",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("ledger_credits", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_platform_owner_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_platform_owner")),
        sa.UniqueConstraint("source_id", name=op.f("uq_platform_owner_source_id")),
    )
    op.create_table(
        "platform_ref",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("source_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("is_merged", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "kind", "source_id", name=op.f("pk_platform_ref")),
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("owners", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="running", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('running', 'interrupted', 'finished')", name=op.f("ck_import_run_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_table(
        "import_step",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_table", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("source_rows", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)
            for name in ("rows_read", "added", "changed", "unchanged", "merged", "left_out")
        ),
        sa.CheckConstraint(
            "rows_read = added + changed + unchanged + merged + left_out", name=op.f("ck_import_step_sum")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_step_run_id")),
        sa.PrimaryKeyConstraint("run_id", "source_table", name=op.f("pk_import_step")),
    )
    op.create_table(
        "import_issue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("source_table", sa.Text(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("row", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_issue_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_issue")),
        sa.UniqueConstraint(
            "run_id",
            "source_table",
            "reason_code",
            "source_id",
            "owner_id",
            name="uq_import_issue_once",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_import_issue_run_id_id"), "import_issue", ["run_id", "id"], unique=False)
    op.create_index(
        op.f("ix_import_issue_run_id_source_table_reason_code_id"),
        "import_issue",
        ["run_id", "source_table", "reason_code", "id"],
        unique=False,
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
