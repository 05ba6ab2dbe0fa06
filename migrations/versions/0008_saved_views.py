"""Keep views: pages with their filters, under a name.

Safe beside the running release: it neither reads nor writes this table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("token ~ '^[A-Za-z0-9_-]{22}$'", name=op.f("ck_saved_view_token")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 120", name=op.f("ck_saved_view_name")),
        sa.CheckConstraint(
            r"address ~ '^/([^/\\]|$)' AND char_length(address) <= 2000", name=op.f("ck_saved_view_address")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_saved_view_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("created_by", "name", name=op.f("uq_saved_view_created_by_name")),
        sa.UniqueConstraint("token", name=op.f("uq_saved_view_token")),
    )
    op.create_index(op.f("ix_saved_view_created_by_id"), "saved_view", ["created_by", "id"])
    op.create_index(op.f("ix_saved_view_id"), "saved_view", ["id"], postgresql_where=sa.text("is_shared"))


def downgrade() -> None:
    op.drop_table("saved_view")
