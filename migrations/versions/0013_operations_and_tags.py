"""Change many contacts at once under one number, and put tags on them.

Safe beside the running release: it neither reads nor writes these tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "operation",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("selection", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("undoes", sa.BigInteger(), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("changed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("changed_since", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("gone", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'undo') = (undoes IS NOT NULL)", name=op.f("ck_operation_undoes")),
        sa.CheckConstraint(
            "kind IN ('list_add', 'list_remove', 'unsubscribe', 'tag', 'untag', 'import', 'undo')",
            name=op.f("ck_operation_kind"),
        ),
        sa.CheckConstraint(
            "changed >= 0 AND changed_since >= 0 AND gone >= 0"
            " AND changed_since + gone <= unchanged AND changed + unchanged <= total",
            name=op.f("ck_operation_counts"),
        ),
        sa.CheckConstraint("char_length(reason) BETWEEN 1 AND 500", name=op.f("ck_operation_reason")),
        sa.ForeignKeyConstraint(
            ["job_id"], ["procrastinate_jobs.id"], name=op.f("fk_operation_job_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "undoes"],
            ["operation.owner_id", "operation.id"],
            name=op.f("fk_operation_owner_id_undoes"),
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_operation_owner_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_operation_staff_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_operation")),
        sa.UniqueConstraint(
            "owner_id", "idempotency_key", name=op.f("uq_operation_owner_id_idempotency_key")
        ),
        sa.UniqueConstraint("owner_id", "undoes", name=op.f("uq_operation_owner_id_undoes")),
    )
    op.create_index(op.f("ix_operation_id"), "operation", ["id"], unique=False)
    op.create_index(op.f("ix_operation_job_id"), "operation", ["job_id"], unique=False)
    op.create_index(op.f("ix_operation_kind_id"), "operation", ["kind", "id"], unique=False)
    op.create_table(
        "tag",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 60", name=op.f("ck_tag_name")),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_tag_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_tag")),
    )
    op.create_index("uq_tag_name", "tag", ["owner_id", sa.literal_column("fold(name)")], unique=True)
    op.create_table(
        "contact_tag",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tag_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "contact_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_contact_tag_owner_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "tag_id"], ["tag.owner_id", "tag.id"], name=op.f("fk_contact_tag_owner_id_tag_id")
        ),
        sa.PrimaryKeyConstraint("owner_id", "tag_id", "contact_id", name=op.f("pk_contact_tag")),
    )
    op.create_index(
        op.f("ix_contact_tag_owner_id_contact_id_tag_id"),
        "contact_tag",
        ["owner_id", "contact_id", "tag_id"],
        unique=False,
    )
    op.create_table(
        "operation_row",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('changed', 'already', 'changed_since', 'gone')",
            name=op.f("ck_operation_row_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "contact_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_operation_row_owner_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "operation_id"],
            ["operation.owner_id", "operation.id"],
            name=op.f("fk_operation_row_owner_id_operation_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "operation_id", "contact_id", name=op.f("pk_operation_row")),
    )
    op.create_index(
        "ix_operation_row_outcome",
        "operation_row",
        ["owner_id", "operation_id", "outcome", "contact_id"],
        unique=False,
    )
    op.create_table(
        "tag_event",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_id", sa.BigInteger(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("action IN ('added', 'removed')", name=op.f("ck_tag_event_action")),
        sa.ForeignKeyConstraint(
            ["owner_id", "contact_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_tag_event_owner_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "tag_id"], ["tag.owner_id", "tag.id"], name=op.f("fk_tag_event_owner_id_tag_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_tag_event_staff_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_tag_event")),
    )
    op.create_index(
        op.f("ix_tag_event_owner_id_contact_id_occurred_at"),
        "tag_event",
        ["owner_id", "contact_id", "occurred_at"],
        unique=False,
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tag_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    for table in ("tag_event", "contact_tag", "tag", "operation_row", "operation"):
        op.drop_table(table)
