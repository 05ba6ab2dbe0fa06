"""Chain the ledger's entries by hashes, keep its sums by day, and let large adjustments wait for a second person.

Not safe beside the running release while it runs: the ledger is locked for writing until every entry
has its hash (about 10 s for 1,000,000). Afterwards the running release goes on: the hash, the digest and the
sums are made by the database, whoever writes an entry.

What the database refuses from here on, besides what its constraints refuse: an entry that does not follow
from the one before it, a reversal that is not the opposite of what it reverses, and a balance that its
ledger's last entry does not state.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# hash = sha256(hash of the entry before, canonical form); of the first entry nothing is before. The
# canonical form is a JSON array: in Python json.dumps([...], ensure_ascii=False).encode().
ENTRY = """owner_id bigint, id bigint, entry_no bigint, type text, amount_credits bigint, balance_after_credits bigint,
    reason_code text, note text, campaign_id bigint, staff_id bigint, idempotency_key uuid, reverses bigint,
    created_at timestamptz"""
FUNCTIONS = f"""
-- STABLE is less than it is, but by that PostgreSQL can put it in place of the call: twice as fast.
CREATE FUNCTION ledger_hash(previous bytea, {ENTRY}) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE RETURN
    sha256(previous || convert_to(json_build_array(owner_id, id, entry_no, type, amount_credits,
        balance_after_credits, reason_code, note, campaign_id, staff_id, idempotency_key, reverses,
        (extract(epoch FROM created_at) * 1000000)::bigint)::text, 'UTF8'));

-- As a window function: the hashes of a whole ledger in one pass.
CREATE AGGREGATE ledger_chain({ENTRY}) (SFUNC = ledger_hash, STYPE = bytea, INITCOND = '');

-- What an idempotency key stands for: the same key with other content is refused.
CREATE FUNCTION ledger_content(type text, amount_credits bigint, reason_code text, note text, campaign_id bigint, reverses bigint)
RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    sha256(convert_to(json_build_array(type, amount_credits, reason_code, note, campaign_id, reverses)::text, 'UTF8'));

CREATE FUNCTION chain_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    change bigint := CASE NEW.type WHEN 'debit' THEN -NEW.amount_credits ELSE NEW.amount_credits END;
    last_balance bigint := 0;
    last_hash bytea := '';
    last_at timestamptz;
BEGIN
    IF NEW.entry_no > 1 THEN
        SELECT balance_after_credits, hash, created_at INTO last_balance, last_hash, last_at
        FROM credit_transaction
        WHERE owner_id = NEW.owner_id AND wallet_id = NEW.wallet_id AND entry_no = NEW.entry_no - 1;
    END IF;
    IF last_hash IS NULL OR NEW.balance_after_credits <> last_balance + change THEN
        RAISE EXCEPTION 'entry % of wallet % does not follow from the one before it', NEW.entry_no, NEW.wallet_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_chain', TABLE = TG_TABLE_NAME;
    END IF;
    IF NEW.reverses IS NOT NULL AND NOT EXISTS (
        SELECT FROM credit_transaction AS reversed
        WHERE reversed.owner_id = NEW.owner_id AND reversed.id = NEW.reverses
            AND reversed.amount_credits = NEW.amount_credits AND (reversed.type = 'debit') <> (NEW.type = 'debit')
    ) THEN
        RAISE EXCEPTION 'entry % of wallet % is not the opposite of what it reverses', NEW.entry_no, NEW.wallet_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_reversal', TABLE = TG_TABLE_NAME;
    END IF;
    -- Time never goes back within a ledger, also where the clock does: so there is one balance at each instant.
    NEW.created_at := greatest(NEW.created_at, last_at);
    NEW.hash := ledger_hash(last_hash, NEW.owner_id, NEW.id, NEW.entry_no, NEW.type, NEW.amount_credits,
        NEW.balance_after_credits, NEW.reason_code, NEW.note, NEW.campaign_id, NEW.staff_id, NEW.idempotency_key,
        NEW.reverses, NEW.created_at);
    RETURN NEW;
END $$;

-- The one way to move a balance. It takes the wallet's row first; who waited for it sees what was written
-- meanwhile, so that neither a balance nor a key is judged by an older ledger. `outcome` is
--   written   `entry` is new, and so is its audit row
--   repeated  the key had been used: `entry` is the first one
--   reused    the key had been used for something else
--   moved     another entry follows p_seen_entry_no already
--   short     the wallet holds too little
--   absent    there is no wallet
-- and `held_credits` what the wallet held before.
CREATE FUNCTION write_entry(
    p_owner_id bigint, p_type text, p_amount_credits bigint, p_reason_code text, p_note text, p_campaign_id bigint,
    p_staff_id bigint, p_idempotency_key uuid, p_reverses bigint, p_seen_entry_no bigint,
    p_action text, p_recorded_for bigint, p_ip inet,
    OUT outcome text, OUT held_credits bigint, OUT entry credit_transaction
) LANGUAGE plpgsql
SET lock_timeout = '2s' -- who waits longer is told that the wallet is busy, and gives way to other people
AS $$
DECLARE
    held wallet;
    change bigint := CASE p_type WHEN 'debit' THEN -p_amount_credits ELSE p_amount_credits END;
BEGIN
    SELECT * INTO held FROM wallet WHERE owner_id = p_owner_id FOR NO KEY UPDATE;
    held_credits := held.balance_credits;
    IF held.id IS NULL THEN
        outcome := 'absent';
        RETURN;
    END IF;

    SELECT * INTO entry FROM credit_transaction
    WHERE owner_id = p_owner_id AND wallet_id = held.id AND idempotency_key = p_idempotency_key;
    IF entry.id IS NOT NULL THEN
        outcome := CASE entry.content_digest
            WHEN ledger_content(p_type, p_amount_credits, p_reason_code, p_note, p_campaign_id, p_reverses)
            THEN 'repeated' ELSE 'reused' END;
        RETURN;
    END IF;

    IF held.last_entry_no <> p_seen_entry_no THEN
        outcome := 'moved';
        RETURN;
    END IF;
    IF held.balance_credits + change < 0 THEN
        outcome := 'short';
        RETURN;
    END IF;

    UPDATE wallet SET balance_credits = balance_credits + change, last_entry_no = last_entry_no + 1,
        updated_at = clock_timestamp()
    WHERE owner_id = p_owner_id;

    INSERT INTO credit_transaction (owner_id, wallet_id, entry_no, type, amount_credits, balance_after_credits,
        reason_code, note, campaign_id, staff_id, idempotency_key, reverses)
    VALUES (p_owner_id, held.id, held.last_entry_no + 1, p_type, p_amount_credits, held.balance_credits + change,
        p_reason_code, p_note, p_campaign_id, p_staff_id, p_idempotency_key, p_reverses)
    RETURNING * INTO entry;

    INSERT INTO audit_event (action, subject, staff_id, ip, owner_id, before, after)
    VALUES (p_action, 'credit_transaction:' || entry.id, p_recorded_for, p_ip, p_owner_id,
        jsonb_build_object('balance_credits', held.balance_credits),
        jsonb_build_object('balance_credits', entry.balance_after_credits, 'reason_code', p_reason_code, 'note', p_note));
    outcome := 'written';
END $$;

CREATE FUNCTION sum_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    days wallet_day[];
BEGIN
    SELECT array_agg(totals) INTO days FROM (
        SELECT owner_id, (created_at AT TIME ZONE 'UTC')::date AS day, type, reason_code,
            count(*) AS entries, sum(amount_credits)::bigint AS credits
        FROM new_rows GROUP BY 1, 2, 3, 4
    ) AS totals;
    INSERT INTO wallet_day AS kept (owner_id, day, type, reason_code, entries, credits)
    SELECT owner_id, day, type, reason_code, entries, credits FROM unnest(days)
    ORDER BY owner_id, day, type, reason_code
    ON CONFLICT (owner_id, day, type, reason_code) DO UPDATE SET
        entries = kept.entries + excluded.entries, credits = kept.credits + excluded.credits;
    RETURN NULL;
END $$;

CREATE FUNCTION require_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.last_entry_no, NEW.balance_credits) <> (0, 0) AND NOT EXISTS (
        SELECT FROM credit_transaction
        WHERE owner_id = NEW.owner_id AND wallet_id = NEW.id AND entry_no = NEW.last_entry_no
            AND balance_after_credits = NEW.balance_credits
    ) THEN
        RAISE EXCEPTION 'the balance of wallet % is not what its ledger states', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balance', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER chain_entry BEFORE INSERT ON credit_transaction FOR EACH ROW EXECUTE FUNCTION chain_entry();

CREATE TRIGGER sum_entries AFTER INSERT ON credit_transaction REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION sum_entries();

-- At the commit: by then the entry is written that the balance stands on.
CREATE CONSTRAINT TRIGGER require_ledger AFTER INSERT OR UPDATE ON wallet DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_ledger();
"""

# In the order of the entries' numbers time never goes back; an entry dated before another that came
# earlier gets that one's time.
BACKFILL = """
ALTER TABLE credit_transaction DISABLE TRIGGER append_only;

UPDATE credit_transaction AS entry SET created_at = dated.at
FROM (
    SELECT owner_id, id, max(created_at) OVER (PARTITION BY owner_id, wallet_id ORDER BY entry_no) AS at
    FROM credit_transaction
) AS dated
WHERE entry.owner_id = dated.owner_id AND entry.id = dated.id AND entry.created_at <> dated.at;

UPDATE credit_transaction AS entry SET hash = chained.hash
FROM (
    SELECT owner_id, id, ledger_chain(owner_id, id, entry_no, type, amount_credits, balance_after_credits,
            reason_code, note, campaign_id, staff_id, idempotency_key, reverses, created_at)
        OVER (PARTITION BY owner_id, wallet_id ORDER BY entry_no) AS hash
    FROM credit_transaction
) AS chained
WHERE entry.owner_id = chained.owner_id AND entry.id = chained.id;

ALTER TABLE credit_transaction ENABLE TRIGGER append_only;

INSERT INTO wallet_day (owner_id, day, type, reason_code, entries, credits)
SELECT owner_id, (created_at AT TIME ZONE 'UTC')::date, type, reason_code, count(*), sum(amount_credits)
FROM credit_transaction GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
"""


def upgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute("LOCK TABLE credit_transaction IN SHARE ROW EXCLUSIVE MODE")
    _create_tables()
    op.execute(FUNCTIONS)
    op.add_column("credit_transaction", sa.Column("hash", sa.LargeBinary(), nullable=True))
    op.execute(BACKFILL)
    op.alter_column("credit_transaction", "hash", nullable=False)
    op.execute(
        "ALTER TABLE credit_transaction ADD COLUMN content_digest bytea NOT NULL GENERATED ALWAYS AS"
        " (ledger_content(type, amount_credits, reason_code, note, campaign_id, reverses)) STORED"
    )
    # The instant at which the wallet was held, and not that at which a long transaction began.
    op.alter_column("credit_transaction", "created_at", server_default=sa.text("clock_timestamp()"))
    op.create_index(
        op.f("ix_credit_transaction_owner_id_staff_id_entry_no"),
        "credit_transaction",
        ["owner_id", "staff_id", "entry_no"],
        postgresql_where=sa.text("staff_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_credit_transaction_owner_id_reason_code_entry_no"),
        "credit_transaction",
        ["owner_id", "reason_code", "entry_no"],
    )
    op.create_index(
        op.f("ix_credit_transaction_owner_id_amount_credits"),
        "credit_transaction",
        ["owner_id", "amount_credits"],
    )
    op.create_index(
        "ix_credit_transaction_note_trigrams",
        "credit_transaction",
        ["owner_id", sa.literal_column("fold(note)").label("folded")],
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
        postgresql_where=sa.text("note IS NOT NULL"),
    )
    op.execute(TRIGGERS)


def downgrade() -> None:
    op.execute("DROP FUNCTION write_entry")
    op.execute("DROP TRIGGER require_ledger ON wallet")
    for trigger in ("sum_entries", "chain_entry"):
        op.execute(f"DROP TRIGGER {trigger} ON credit_transaction")
    for index in (
        "ix_credit_transaction_note_trigrams",
        "ix_credit_transaction_owner_id_amount_credits",
        "ix_credit_transaction_owner_id_reason_code_entry_no",
        "ix_credit_transaction_owner_id_staff_id_entry_no",
    ):
        op.drop_index(index, "credit_transaction")
    op.alter_column("credit_transaction", "created_at", server_default=sa.text("now()"))
    op.drop_column("credit_transaction", "content_digest")
    op.drop_column("credit_transaction", "hash")
    for table in ("adjustment_request", "adjustment_day", "wallet_day"):
        op.execute(f"DROP TABLE {table} CASCADE")
    for function in (
        "require_ledger",
        "sum_entries",
        "chain_entry",
        "ledger_content",
        "ledger_chain",
        "ledger_hash",
    ):
        op.execute(f"DROP ROUTINE {function}")


def _create_tables() -> None:
    op.create_table(
        "wallet_day",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_wallet_day_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "day", "type", "reason_code", name=op.f("pk_wallet_day")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "adjustment_day",
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_adjustment_day_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "day", name=op.f("pk_adjustment_day")),
    )
    op.create_table(
        "adjustment_request",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("change_credits", sa.BigInteger(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=False),
        sa.Column(
            "requested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("change_credits <> 0", name=op.f("ck_adjustment_request_change_credits")),
        sa.CheckConstraint("char_length(note) BETWEEN 1 AND 500", name=op.f("ck_adjustment_request_note")),
        sa.CheckConstraint(
            "reason_code IN ('goodwill', 'correction', 'purchase', 'promotion', 'refund', 'chargeback', 'campaign', 'opening', 'reversal', 'other')",
            name=op.f("ck_adjustment_request_reason_code"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'approved', 'rejected', 'withdrawn')",
            name=op.f("ck_adjustment_request_status"),
        ),
        sa.CheckConstraint(
            "(status = 'pending') = (decided_at IS NULL) AND (status = 'pending') = (decided_by IS NULL)"
            " AND (status = 'approved') = (entry_id IS NOT NULL)",
            name=op.f("ck_adjustment_request_decided"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('approved', 'rejected') OR decided_by <> requested_by",
            name=op.f("ck_adjustment_request_two_people"),
        ),
        sa.CheckConstraint(
            "char_length(decision_note) BETWEEN 1 AND 500", name=op.f("ck_adjustment_request_decision_note")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.id"], name=op.f("fk_adjustment_request_owner_id")),
        sa.ForeignKeyConstraint(
            ["owner_id", "campaign_id"],
            ["campaign.owner_id", "campaign.id"],
            name=op.f("fk_adjustment_request_owner_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "reverses"],
            ["credit_transaction.owner_id", "credit_transaction.id"],
            name=op.f("fk_adjustment_request_owner_id_reverses"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "entry_id"],
            ["credit_transaction.owner_id", "credit_transaction.id"],
            name=op.f("fk_adjustment_request_owner_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["staff.id"], name=op.f("fk_adjustment_request_requested_by")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_adjustment_request_decided_by")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_adjustment_request")),
        sa.UniqueConstraint(
            "owner_id", "idempotency_key", name=op.f("uq_adjustment_request_owner_id_idempotency_key")
        ),
        sa.UniqueConstraint("owner_id", "entry_id", name=op.f("uq_adjustment_request_owner_id_entry_id")),
    )
    op.create_index(
        op.f("ix_adjustment_request_expires_at"),
        "adjustment_request",
        ["expires_at"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        op.f("ix_adjustment_request_requested_at_id"), "adjustment_request", ["requested_at", "id"]
    )
