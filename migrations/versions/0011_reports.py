"""Keep reports: views that people get by mail every Monday, and what became of each sending.

Safe beside the running release: it neither reads nor writes these tables. It may delete views, which
takes a report's view away and leaves the report.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("view_id", sa.BigInteger()),
        sa.Column("view_name", sa.Text(), nullable=False),
        sa.Column("reader_id", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("end_reason", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(next_at IS NULL) = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (end_reason IS NULL)",
            name=op.f("ck_report_ended"),
        ),
        sa.CheckConstraint(
            "end_reason IN ('stopped', 'view_gone', 'view_private', 'account_closed', 'role')",
            name=op.f("ck_report_end_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_view.id"], name=op.f("fk_report_view_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["reader_id"], ["staff.id"], name=op.f("fk_report_reader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("reader_id", "view_id", name=op.f("uq_report_reader_id_view_id")),
    )
    op.create_index(op.f("ix_report_reader_id_id"), "report", ["reader_id", "id"])
    op.create_index(op.f("ix_report_view_id"), "report", ["view_id"])
    op.create_index(
        op.f("ix_report_next_at"), "report", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL")
    )
    op.create_table(
        "report_delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.BigInteger()),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.Column("tries", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("tries_left", sa.BigInteger(), server_default=sa.text("5"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("failure", sa.Text()),
        sa.CheckConstraint("status IN ('waiting', 'sent', 'failed')", name=op.f("ck_report_delivery_status")),
        sa.CheckConstraint(
            "(status = 'waiting') = (next_try_at IS NOT NULL)", name=op.f("ck_report_delivery_waiting")
        ),
        sa.CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_report_delivery_sent")),
        sa.CheckConstraint("tries >= 0 AND tries_left >= 0", name=op.f("ck_report_delivery_tries")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_delivery_report_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_report_delivery_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_delivery")),
        sa.UniqueConstraint("report_id", "due_at", name=op.f("uq_report_delivery_report_id_due_at")),
    )
    op.create_index(
        op.f("ix_report_delivery_next_try_at"),
        "report_delivery",
        ["next_try_at"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "report_try",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("try_no", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("failure", sa.Text()),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["report_delivery.id"], name=op.f("fk_report_try_delivery_id")
        ),
        sa.PrimaryKeyConstraint("delivery_id", "try_no", name=op.f("pk_report_try")),
    )


def downgrade() -> None:
    op.drop_table("report_try")
    op.drop_table("report_delivery")
    op.drop_table("report")
