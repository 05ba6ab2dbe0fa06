"""Keep anchors of the ledgers and what verifications found.

Safe beside the running release: it neither reads nor writes these tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "ledger_anchor",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("taken_by", sa.BigInteger(), nullable=True),
        sa.Column("wallets", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["taken_by"], ["staff.id"], name=op.f("fk_ledger_anchor_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_anchor")),
    )
    op.create_index(op.f("ix_ledger_anchor_digest"), "ledger_anchor", ["digest"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_anchor"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_table(
        "ledger_verification",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("anchor_id", sa.BigInteger(), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("broken", sa.BigInteger(), nullable=True),
        sa.Column("outcomes", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (broken IS NULL) AND (finished_at IS NULL) = (outcomes IS NULL)",
            name=op.f("ck_ledger_verification_finished"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_ledger_verification_asked_by")),
        sa.ForeignKeyConstraint(
            ["anchor_id"], ["ledger_anchor.id"], name=op.f("fk_ledger_verification_anchor_id")
        ),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["procrastinate_jobs.id"],
            name=op.f("fk_ledger_verification_job_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_verification")),
    )
    op.create_index(op.f("ix_ledger_verification_job_id"), "ledger_verification", ["job_id"])


def downgrade() -> None:
    op.drop_table("ledger_verification")
    op.drop_table("ledger_anchor")
