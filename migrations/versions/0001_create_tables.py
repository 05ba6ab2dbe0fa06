"""Create the tables, with every constraint and index that the first release needs.

The first migration: there is no running release yet.

Tenant tables have the key `(owner_id, id)` and composite foreign keys, so that the database
refuses a row that joins two owners, and so that they can be sharded by `owner_id`.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


# In the order in which they can be dropped.
TABLES = [
    "credit_transaction",
    "campaign_stat_hour",
    "campaign_stat_error",
    "campaign_stat",
    "campaign_skip",
    "campaign_message",
    "subscription_event",
    "membership_event",
    "list_stat",
    "list_membership",
    "campaign",
    "wallet",
    "suppression",
    "sender_number",
    "refresh_token",
    "contact_stat",
    "contact_list",
    "contact",
    "audit_event",
    "webhook_event",
    "staff",
    "owner",
]

# Accents and case do not matter in a search: "Παπαδακης" finds "Παπαδάκης", "garcia" finds "García".
# Decomposed and stripped of combining marks (U+0300 to U+036F); the final sigma and the letters
# that do not decompose are replaced one by one.
FOLD = """
    CREATE FUNCTION fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN translate(
        lower(regexp_replace(normalize($1, NFKD), '[\\u0300-\\u036f]+', '', 'g')),
        'ςøłđıß', 'σoldis'
    )
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    op.execute(FOLD)
    op.create_table(
        "owner",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), server_default="GR", nullable=False),
        sa.Column("timezone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("low_balance_credits", sa.BigInteger(), server_default=sa.text("500"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_owner_country")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 160", name=op.f("ck_owner_name")),
        sa.CheckConstraint("char_length(sender_name) BETWEEN 1 AND 11", name=op.f("ck_owner_sender_name")),
        sa.CheckConstraint("low_balance_credits >= 0", name=op.f("ck_owner_low_balance_credits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner")),
    )
    op.create_index("ix_owner_name", "owner", [sa.literal_column("fold(name)"), "id"], unique=False)
    op.create_index(
        "ix_owner_name_trigrams",
        "owner",
        [sa.literal_column("fold(name)").label("folded")],
        postgresql_ops={"folded": "gin_trgm_ops"},
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("session_no", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("email = lower(email) AND email ~ '^[^@ ]+@[^@ ]+$'", name=op.f("ck_staff_email")),
        sa.CheckConstraint("role IN ('support', 'manager', 'admin')", name=op.f("ck_staff_role")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 160", name=op.f("ck_staff_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "webhook_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("signature_ok", sa.Boolean(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="received", nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('received', 'processed', 'ignored', 'failed')", name=op.f("ck_webhook_event_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_webhook_event_dedupe_key")),
    )
    op.create_index(
        op.f("ix_webhook_event_status_received_at"), "webhook_event", ["status", "received_at"], unique=False
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("ip", postgresql.INET(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("operation_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_audit_event_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_at_id"), "audit_event", ["at", "id"], unique=False)
    op.create_index(
        op.f("ix_audit_event_owner_id_subject_at"),
        "audit_event",
        ["owner_id", "subject", "at"],
        unique=False,
        postgresql_where=sa.text("owner_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_audit_event_staff_id_at"), "audit_event", ["staff_id", "at"], unique=False)
    op.create_table(
        "contact",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("is_subscribed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "fold(phone || ' ' || coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' ' || coalesce(email, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "gender IN ('male', 'female', 'other', 'prefer_not_to_say')", name=op.f("ck_contact_gender")
        ),
        sa.CheckConstraint("phone ~ '^\\+[1-9][0-9]{6,14}$'", name=op.f("ck_contact_phone")),
        sa.CheckConstraint("char_length(email) BETWEEN 3 AND 320", name=op.f("ck_contact_email")),
        sa.CheckConstraint("char_length(first_name) BETWEEN 1 AND 120", name=op.f("ck_contact_first_name")),
        sa.CheckConstraint("char_length(last_name) BETWEEN 1 AND 120", name=op.f("ck_contact_last_name")),
        sa.CheckConstraint("is_subscribed = (unsubscribed_at IS NULL)", name=op.f("ck_contact_subscription")),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_contact_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_contact")),
        sa.UniqueConstraint("owner_id", "phone", name=op.f("uq_contact_owner_id_phone")),
    )
    op.create_index(
        op.f("ix_contact_owner_id_is_subscribed_phone"),
        "contact",
        ["owner_id", "is_subscribed", "phone"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contact_owner_id_unsubscribed_at"),
        "contact",
        ["owner_id", "unsubscribed_at"],
        unique=False,
        postgresql_where=sa.text("unsubscribed_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_contact_phone_owner_id"), "contact", ["phone", "owner_id"], unique=False)
    op.create_index(
        "ix_contact_search",
        "contact",
        ["owner_id", "search_text"],
        postgresql_ops={"search_text": "gin_trgm_ops"},
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "contact_list",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "char_length(description) BETWEEN 1 AND 400", name=op.f("ck_contact_list_description")
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 160", name=op.f("ck_contact_list_name")),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_contact_list_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_contact_list")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_contact_list_owner_id_name")),
    )
    op.create_index(
        "ix_contact_list_name",
        "contact_list",
        [sa.literal_column("fold(name)"), "owner_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_contact_list_name_trigrams",
        "contact_list",
        [sa.literal_column("fold(name)").label("folded")],
        postgresql_ops={"folded": "gin_trgm_ops"},
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "contact_stat",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contacts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("subscribed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_contact_stat_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_contact_stat")),
    )
    op.create_table(
        "refresh_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("family", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ip", postgresql.INET(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_refresh_token_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_token_token_hash")),
    )
    op.create_index(op.f("ix_refresh_token_expires_at"), "refresh_token", ["expires_at"], unique=False)
    op.create_index(op.f("ix_refresh_token_family"), "refresh_token", ["family"], unique=False)
    op.create_index(
        op.f("ix_refresh_token_revoked_at"),
        "refresh_token",
        ["revoked_at"],
        unique=False,
        postgresql_where=sa.text("revoked_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_refresh_token_staff_id_expires_at"),
        "refresh_token",
        ["staff_id", "expires_at"],
        unique=False,
    )
    op.create_table(
        "sender_number",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.CheckConstraint("number ~ '^\\+?[0-9]{3,15}$'", name=op.f("ck_sender_number_number")),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_sender_number_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_sender_number")),
        sa.UniqueConstraint("number", name=op.f("uq_sender_number_number")),
    )
    op.create_table(
        "suppression",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_suppression_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "phone_hash", name=op.f("pk_suppression")),
    )
    op.create_table(
        "wallet",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("balance_credits", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_entry_no", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("balance_credits >= 0", name=op.f("ck_wallet_balance_credits")),
        sa.CheckConstraint("last_entry_no >= 0", name=op.f("ck_wallet_last_entry_no")),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_wallet_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_wallet")),
        sa.UniqueConstraint("owner_id", name=op.f("uq_wallet_owner_id")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        op.f("ix_wallet_balance_credits_owner_id"), "wallet", ["balance_credits", "owner_id"], unique=False
    )
    op.create_table(
        "campaign",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=True),
        sa.Column("message_text", sa.Text(), nullable=True),
        sa.Column("sender_name", sa.Text(), nullable=True),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "happens_at",
            sa.DateTime(timezone=True),
            sa.Computed("coalesce(started_at, scheduled_at, created_at)", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'scheduled', 'sending', 'paused', 'completed', 'failed')",
            name=op.f("ck_campaign_status"),
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 160", name=op.f("ck_campaign_name")),
        sa.CheckConstraint("char_length(sender_name) BETWEEN 1 AND 11", name=op.f("ck_campaign_sender_name")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_campaign_created_by")),
        sa.ForeignKeyConstraint(
            ["owner_id", "list_id"],
            ["contact_list.owner_id", "contact_list.id"],
            name=op.f("fk_campaign_owner_id_list_id"),
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_campaign_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_campaign")),
    )
    op.create_index(op.f("ix_campaign_happens_at_id"), "campaign", ["happens_at", "id"], unique=False)
    op.create_index(
        "ix_campaign_name_trigrams",
        "campaign",
        [sa.literal_column("fold(name)").label("folded")],
        postgresql_ops={"folded": "gin_trgm_ops"},
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        op.f("ix_campaign_owner_id_happens_at_id"), "campaign", ["owner_id", "happens_at", "id"], unique=False
    )
    op.create_index(op.f("ix_campaign_owner_id_list_id"), "campaign", ["owner_id", "list_id"], unique=False)
    op.create_index(
        op.f("ix_campaign_status_happens_at_id"), "campaign", ["status", "happens_at", "id"], unique=False
    )
    op.create_table(
        "list_membership",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("list_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "contact_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_list_membership_owner_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "list_id"],
            ["contact_list.owner_id", "contact_list.id"],
            name=op.f("fk_list_membership_owner_id_list_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "list_id", "contact_id", name=op.f("pk_list_membership")),
    )
    op.create_index(
        op.f("ix_list_membership_owner_id_contact_id_list_id"),
        "list_membership",
        ["owner_id", "contact_id", "list_id"],
        unique=False,
    )
    op.create_table(
        "list_stat",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("list_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("members", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("subscribed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "list_id"],
            ["contact_list.owner_id", "contact_list.id"],
            name=op.f("fk_list_stat_owner_id_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "list_id", name=op.f("pk_list_stat")),
    )
    op.create_table(
        "membership_event",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_id", sa.BigInteger(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("action IN ('added', 'removed')", name=op.f("ck_membership_event_action")),
        sa.ForeignKeyConstraint(
            ["owner_id", "contact_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_membership_event_owner_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "list_id"],
            ["contact_list.owner_id", "contact_list.id"],
            name=op.f("fk_membership_event_owner_id_list_id"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_membership_event_staff_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_membership_event")),
    )
    op.create_index(
        op.f("ix_membership_event_owner_id_contact_id_occurred_at"),
        "membership_event",
        ["owner_id", "contact_id", "occurred_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_membership_event_owner_id_list_id_occurred_at"),
        "membership_event",
        ["owner_id", "list_id", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "subscription_event",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("is_subscribed", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_id", sa.BigInteger(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "source IN ('staff', 'stop_keyword', 'start_keyword', 'import', 'link', 'erasure')",
            name=op.f("ck_subscription_event_source"),
        ),
        sa.CheckConstraint(
            "char_length(reason) BETWEEN 1 AND 500", name=op.f("ck_subscription_event_reason")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "contact_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_subscription_event_owner_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_subscription_event_staff_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_subscription_event")),
    )
    op.create_index(
        op.f("ix_subscription_event_owner_id_contact_id_occurred_at"),
        "subscription_event",
        ["owner_id", "contact_id", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "campaign_message",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("segments", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("provider_message_id", sa.Text(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'delivered') = (delivered_at IS NOT NULL)", name=op.f("ck_campaign_message_delivered")
        ),
        sa.CheckConstraint(
            "(status = 'failed') = (failed_at IS NOT NULL)", name=op.f("ck_campaign_message_failed")
        ),
        sa.CheckConstraint(
            "status <> 'queued' OR (sent_at IS NULL AND delivered_at IS NULL)",
            name=op.f("ck_campaign_message_queued"),
        ),
        sa.CheckConstraint(
            "status IN ('queued', 'sent', 'delivered', 'failed')", name=op.f("ck_campaign_message_status")
        ),
        sa.CheckConstraint(
            "status NOT IN ('sent', 'delivered') OR sent_at IS NOT NULL",
            name=op.f("ck_campaign_message_sent"),
        ),
        sa.CheckConstraint("segments >= 1", name=op.f("ck_campaign_message_segments")),
        sa.ForeignKeyConstraint(
            ["owner_id", "campaign_id"],
            ["campaign.owner_id", "campaign.id"],
            name=op.f("fk_campaign_message_owner_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "contact_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_campaign_message_owner_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_campaign_message")),
        sa.UniqueConstraint(
            "provider", "provider_message_id", name=op.f("uq_campaign_message_provider_provider_message_id")
        ),
        postgresql_with={"fillfactor": 80},
    )
    op.create_index(
        op.f("ix_campaign_message_delivered_at"),
        "campaign_message",
        ["delivered_at"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_index(
        op.f("ix_campaign_message_failed_at"),
        "campaign_message",
        ["failed_at"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_index(
        "ix_campaign_message_failure_codes",
        "campaign_message",
        ["owner_id", "campaign_id", sa.literal_column("coalesce(error_code, '')"), "id"],
        unique=False,
        postgresql_where=sa.text("failed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_campaign_message_failures",
        "campaign_message",
        ["owner_id", "campaign_id", "id"],
        unique=False,
        postgresql_where=sa.text("failed_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_campaign_message_owner_id_campaign_id_id"),
        "campaign_message",
        ["owner_id", "campaign_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_campaign_message_owner_id_contact_id_campaign_id"),
        "campaign_message",
        ["owner_id", "contact_id", "campaign_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_campaign_message_sent_at"),
        "campaign_message",
        ["sent_at"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_table(
        "campaign_skip",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "campaign_id"],
            ["campaign.owner_id", "campaign.id"],
            name=op.f("fk_campaign_skip_owner_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "contact_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_campaign_skip_owner_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "campaign_id", "contact_id", name=op.f("pk_campaign_skip")),
    )
    op.create_index(
        op.f("ix_campaign_skip_owner_id_contact_id"),
        "campaign_skip",
        ["owner_id", "contact_id"],
        unique=False,
    )
    op.create_table(
        "campaign_stat",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("queued", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("delivered", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("segments", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id", "campaign_id"],
            ["campaign.owner_id", "campaign.id"],
            name=op.f("fk_campaign_stat_owner_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "campaign_id", name=op.f("pk_campaign_stat")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "campaign_stat_error",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("error_code", sa.Text(), nullable=False),
        sa.Column("failed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "campaign_id"],
            ["campaign.owner_id", "campaign.id"],
            name=op.f("fk_campaign_stat_error_owner_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "campaign_id", "error_code", name=op.f("pk_campaign_stat_error")),
    )
    op.create_table(
        "campaign_stat_hour",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("delivered", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "campaign_id"],
            ["campaign.owner_id", "campaign.id"],
            name=op.f("fk_campaign_stat_hour_owner_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "campaign_id", "hour", name=op.f("pk_campaign_stat_hour")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_campaign_stat_hour_hour"), "campaign_stat_hour", ["hour"], unique=False)
    op.create_table(
        "credit_transaction",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("wallet_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_no", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("amount_credits", sa.BigInteger(), nullable=False),
        sa.Column("balance_after_credits", sa.BigInteger(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=False),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "reason_code IN ('goodwill', 'correction', 'purchase', 'promotion', 'refund', 'chargeback', 'campaign', 'opening', 'reversal', 'other')",
            name=op.f("ck_credit_transaction_reason_code"),
        ),
        sa.CheckConstraint("type IN ('credit', 'debit', 'refund')", name=op.f("ck_credit_transaction_type")),
        sa.CheckConstraint("amount_credits > 0", name=op.f("ck_credit_transaction_amount_credits")),
        sa.CheckConstraint(
            "balance_after_credits >= 0", name=op.f("ck_credit_transaction_balance_after_credits")
        ),
        sa.CheckConstraint("char_length(note) BETWEEN 1 AND 500", name=op.f("ck_credit_transaction_note")),
        sa.CheckConstraint("entry_no >= 1", name=op.f("ck_credit_transaction_entry_no")),
        sa.ForeignKeyConstraint(
            ["owner_id", "campaign_id"],
            ["campaign.owner_id", "campaign.id"],
            name=op.f("fk_credit_transaction_owner_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "reverses"],
            ["credit_transaction.owner_id", "credit_transaction.id"],
            name=op.f("fk_credit_transaction_owner_id_reverses"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "wallet_id"],
            ["wallet.owner_id", "wallet.id"],
            name=op.f("fk_credit_transaction_owner_id_wallet_id"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_credit_transaction_staff_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_credit_transaction")),
        sa.UniqueConstraint("owner_id", "reverses", name=op.f("uq_credit_transaction_owner_id_reverses")),
        sa.UniqueConstraint(
            "owner_id",
            "wallet_id",
            "entry_no",
            name=op.f("uq_credit_transaction_owner_id_wallet_id_entry_no"),
        ),
        sa.UniqueConstraint(
            "owner_id",
            "wallet_id",
            "idempotency_key",
            name=op.f("uq_credit_transaction_owner_id_wallet_id_idempotency_key"),
        ),
    )
    op.create_index(
        op.f("ix_credit_transaction_owner_id_campaign_id"),
        "credit_transaction",
        ["owner_id", "campaign_id"],
        unique=False,
        postgresql_where=sa.text("campaign_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_credit_transaction_owner_id_created_at"),
        "credit_transaction",
        ["owner_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credit_transaction_owner_id_type_entry_no"),
        "credit_transaction",
        ["owner_id", "type", "entry_no"],
        unique=False,
    )


def downgrade() -> None:
    # An index goes with its table. The extensions stay: another program may use them.
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION fold(text)")
