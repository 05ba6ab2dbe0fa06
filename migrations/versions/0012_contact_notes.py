"""Keep notes about contacts, and find the inbound text behind an opt-out.

Safe beside the running release: it neither reads nor writes notes, and goes on writing inbound texts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "contact_note",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("char_length(text) BETWEEN 1 AND 2000", name=op.f("ck_contact_note_text")),
        sa.ForeignKeyConstraint(
            ["owner_id", "contact_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_contact_note_owner_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_contact_note_staff_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_contact_note")),
    )
    op.create_index(
        op.f("ix_contact_note_owner_id_contact_id_created_at"),
        "contact_note",
        ["owner_id", "contact_id", "created_at"],
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON contact_note"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    # CONCURRENTLY lets the provider's notices be written meanwhile, and cannot run in a transaction.
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_webhook_event_inbound_from",
            "webhook_event",
            [sa.text("(payload ->> 'from')"), "received_at"],
            postgresql_where=sa.text("kind = 'inbound'"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("ix_webhook_event_inbound_from", table_name="webhook_event")
    op.drop_table("contact_note")
