"""Keep exports: files that the worker makes, in parts that expire.

Safe beside the running release: it neither reads nor writes these tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("rows >= 0", name=op.f("ck_export_rows")),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (size_bytes IS NULL) AND (finished_at IS NULL) = (expires_at IS NULL)",
            name=op.f("ck_export_finished"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_export_asked_by")),
        sa.ForeignKeyConstraint(
            ["job_id"], ["procrastinate_jobs.id"], name=op.f("fk_export_job_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    op.create_index(op.f("ix_export_asked_by_id"), "export", ["asked_by", "id"])
    op.create_index(op.f("ix_export_job_id"), "export", ["job_id"])
    op.create_table(
        "export_part",
        sa.Column("export_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"], ["export.id"], name=op.f("fk_export_part_export_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("export_id", "part_no", name=op.f("pk_export_part")),
    )
    # It is compressed already: the database shall not try to do so again.
    op.execute("ALTER TABLE export_part ALTER COLUMN content SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("export_part")
    op.drop_table("export")
