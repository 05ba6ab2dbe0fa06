"""Count what each campaign's messages cost and what its ledger charged, for the reconciliation of the two.

Not safe beside the running release while it runs: messages and ledger are locked for writing until they are
counted (about 1 s for 2,000,000 messages). Afterwards the running release goes on: the database counts,
whoever writes.

A transaction that writes both a campaign's entries and its messages writes the entries first, as sending
does: the wallet's row is taken before the campaign's counters, so that two writers cannot deadlock.
"""

from alembic import context, op

revision = "0007"
down_revision = "0006"

# 0002's function kept its sums in an array of campaign_stat's own rows, and so had to name all its columns.
TYPES = """
CREATE TYPE campaign_count AS (
    owner_id bigint, campaign_id bigint, queued bigint, sent bigint, delivered bigint, failed bigint,
    segments bigint, queued_segments bigint, failed_segments bigint, first_sent_at timestamptz
);
CREATE TYPE campaign_charge AS (owner_id bigint, campaign_id bigint, debited bigint, refunded bigint);
"""

COUNT_MESSAGES = """
DECLARE
    stats campaign_count[];
    hours campaign_stat_hour[];
    errors campaign_stat_error[];
BEGIN
    SELECT array_agg(totals) INTO stats FROM (
        SELECT owner_id, campaign_id,
            coalesce(sum(sign) FILTER (WHERE status = 'queued'), 0)::bigint AS queued,
            coalesce(sum(sign) FILTER (WHERE status = 'sent'), 0)::bigint AS sent,
            coalesce(sum(sign) FILTER (WHERE status = 'delivered'), 0)::bigint AS delivered,
            coalesce(sum(sign) FILTER (WHERE status = 'failed'), 0)::bigint AS failed,
            sum(sign * segments)::bigint AS segments,
            coalesce(sum(sign * segments) FILTER (WHERE status = 'queued'), 0)::bigint AS queued_segments,
            coalesce(sum(sign * segments) FILTER (WHERE status = 'failed'), 0)::bigint AS failed_segments,
            min(sent_at) FILTER (WHERE sign = 1) AS first_sent_at
        FROM ({changed}) AS changed
        GROUP BY owner_id, campaign_id
        HAVING {counts_differ}
            OR min(sent_at) FILTER (WHERE sign = 1) IS DISTINCT FROM min(sent_at) FILTER (WHERE sign = -1)
    ) AS totals;

    SELECT array_agg(totals ORDER BY totals.owner_id, totals.campaign_id, totals.hour) INTO hours FROM (
        SELECT owner_id, campaign_id, date_trunc('hour', at, 'UTC') AS hour,
            sum(sign * accepted)::bigint AS accepted,
            sum(sign * delivered)::bigint AS delivered,
            sum(sign * failed)::bigint AS failed
        FROM ({changed}) AS changed, LATERAL (VALUES
            (CASE WHEN status <> 'queued' THEN coalesce(sent_at, failed_at) END, 1, 0, 0),
            (delivered_at, 0, 1, 0),
            (failed_at, 0, 0, 1)
        ) AS moment (at, accepted, delivered, failed)
        WHERE at IS NOT NULL
        GROUP BY owner_id, campaign_id, date_trunc('hour', at, 'UTC')
        HAVING (sum(sign * accepted), sum(sign * delivered), sum(sign * failed)) <> (0, 0, 0)
    ) AS totals;

    SELECT array_agg(totals ORDER BY totals.owner_id, totals.campaign_id, totals.error_code) INTO errors FROM (
        SELECT owner_id, campaign_id, coalesce(error_code, '') AS error_code, sum(sign)::bigint AS failed
        FROM ({changed}) AS changed
        WHERE status = 'failed'
        GROUP BY owner_id, campaign_id, coalesce(error_code, '')
        HAVING sum(sign) <> 0
    ) AS totals;

    INSERT INTO campaign_stat AS kept (owner_id, campaign_id, queued, sent, delivered, failed,
        segments, queued_segments, failed_segments, first_sent_at)
    SELECT owner_id, campaign_id, queued, sent, delivered, failed,
        segments, queued_segments, failed_segments, first_sent_at
    FROM unnest(stats)
    ORDER BY owner_id, campaign_id
    ON CONFLICT (owner_id, campaign_id) DO UPDATE SET
        queued = kept.queued + excluded.queued,
        sent = kept.sent + excluded.sent,
        delivered = kept.delivered + excluded.delivered,
        failed = kept.failed + excluded.failed,
        segments = kept.segments + excluded.segments,
        queued_segments = kept.queued_segments + excluded.queued_segments,
        failed_segments = kept.failed_segments + excluded.failed_segments,
        first_sent_at = least(kept.first_sent_at, excluded.first_sent_at);

    INSERT INTO campaign_stat_hour AS kept (owner_id, campaign_id, hour, accepted, delivered, failed)
    SELECT owner_id, campaign_id, hour, accepted, delivered, failed
    FROM unnest(hours)
    ORDER BY owner_id, campaign_id, hour
    ON CONFLICT (owner_id, campaign_id, hour) DO UPDATE SET
        accepted = kept.accepted + excluded.accepted,
        delivered = kept.delivered + excluded.delivered,
        failed = kept.failed + excluded.failed;

    INSERT INTO campaign_stat_error AS kept (owner_id, campaign_id, error_code, failed)
    SELECT owner_id, campaign_id, error_code, failed
    FROM unnest(errors)
    ORDER BY owner_id, campaign_id, error_code
    ON CONFLICT (owner_id, campaign_id, error_code) DO UPDATE SET failed = kept.failed + excluded.failed;
{mend_first_sent}
    RETURN NULL;
END
"""
# Whether a statement changed any count of a campaign's messages.
COUNTS = [
    *(f"sum(sign) FILTER (WHERE status = '{state}')" for state in ("queued", "sent", "delivered", "failed")),
    "sum(sign * segments)",
    *(f"sum(sign * segments) FILTER (WHERE status = '{state}')" for state in ("queued", "failed")),
]
DIFFER = " OR ".join(f"coalesce({count}, 0) <> 0" for count in COUNTS)

CHARGE_CAMPAIGNS = """
-- Whether an entry charged for messages, or gave such a charge back. A reversal does as what it reverses.
CREATE FUNCTION is_charge(p_owner_id bigint, p_type text, p_reason_code text, p_reverses bigint)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    WHILE p_reverses IS NOT NULL LOOP
        SELECT type, reason_code, reverses INTO STRICT p_type, p_reason_code, p_reverses
        FROM credit_transaction WHERE owner_id = p_owner_id AND id = p_reverses;
    END LOOP;
    RETURN p_type = 'debit' OR p_reason_code = 'correction';
END $$;

CREATE FUNCTION charge_campaigns() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    charges campaign_charge[];
BEGIN
    SELECT array_agg(totals) INTO charges FROM (
        SELECT owner_id, campaign_id,
            coalesce(sum(taken) FILTER (WHERE is_charge), 0)::bigint AS debited,
            coalesce(sum(-taken) FILTER (WHERE NOT is_charge), 0)::bigint AS refunded
        FROM (
            SELECT owner_id, campaign_id, CASE type WHEN 'debit' THEN amount_credits ELSE -amount_credits END AS taken,
                is_charge(owner_id, type, reason_code, reverses) AS is_charge
            FROM new_rows WHERE campaign_id IS NOT NULL
        ) AS entry
        GROUP BY owner_id, campaign_id
    ) AS totals;
    IF charges IS NOT NULL THEN
        INSERT INTO campaign_stat AS kept (owner_id, campaign_id, debited_credits, refunded_credits)
        SELECT owner_id, campaign_id, debited, refunded FROM unnest(charges)
        ORDER BY owner_id, campaign_id
        ON CONFLICT (owner_id, campaign_id) DO UPDATE SET
            debited_credits = kept.debited_credits + excluded.debited_credits,
            refunded_credits = kept.refunded_credits + excluded.refunded_credits;
    END IF;
    RETURN NULL;
END $$;
"""

BACKFILL = """
UPDATE campaign_stat AS kept SET queued_segments = counted.queued, failed_segments = counted.failed
FROM (
    SELECT owner_id, campaign_id,
        coalesce(sum(segments) FILTER (WHERE status = 'queued'), 0) AS queued,
        coalesce(sum(segments) FILTER (WHERE status = 'failed'), 0) AS failed
    FROM campaign_message GROUP BY owner_id, campaign_id
) AS counted
WHERE kept.owner_id = counted.owner_id AND kept.campaign_id = counted.campaign_id;

INSERT INTO campaign_stat (owner_id, campaign_id, debited_credits, refunded_credits)
SELECT owner_id, campaign_id,
    coalesce(sum(taken) FILTER (WHERE is_charge), 0), coalesce(sum(-taken) FILTER (WHERE NOT is_charge), 0)
FROM (
    SELECT owner_id, campaign_id, CASE type WHEN 'debit' THEN amount_credits ELSE -amount_credits END AS taken,
        is_charge(owner_id, type, reason_code, reverses) AS is_charge
    FROM credit_transaction WHERE campaign_id IS NOT NULL
) AS entry
GROUP BY owner_id, campaign_id
ON CONFLICT (owner_id, campaign_id) DO UPDATE SET
    debited_credits = excluded.debited_credits, refunded_credits = excluded.refunded_credits;
"""

COUNTERS = ("queued_segments", "failed_segments", "debited_credits", "refunded_credits")
# One credit per segment. Whatever a wallet took too little is no refund's business; what refunds
# exceed the failures goes against what was taken too much.
DIFFERENCES = {
    "undebited": "greatest(0, segments - debited_credits)",
    "overdebited": "greatest(0, debited_credits - segments - greatest(0, refunded_credits - failed_segments))",
    "unrefunded": "greatest(0, failed_segments - refunded_credits - greatest(0, segments - debited_credits))",
}


def upgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute("LOCK TABLE campaign_message, credit_transaction IN SHARE ROW EXCLUSIVE MODE")
    for column in COUNTERS:
        op.execute(f"ALTER TABLE campaign_stat ADD COLUMN {column} bigint NOT NULL DEFAULT 0")
    op.execute(TYPES)
    op.execute(CHARGE_CAMPAIGNS)
    op.execute(BACKFILL)
    for kind, credits in DIFFERENCES.items():
        op.execute(
            f"ALTER TABLE campaign_stat ADD COLUMN {kind}_credits bigint NOT NULL GENERATED ALWAYS AS ({credits}) STORED"
        )
        op.execute(
            f"CREATE INDEX ix_campaign_stat_{kind} ON campaign_stat (campaign_id, owner_id) WHERE {kind}_credits > 0"
        )
    for event, changed in _counting().CHANGED.items():
        mend = _counting().MEND_FIRST_SENT.format(changed=changed) if event != "INSERT" else ""
        body = COUNT_MESSAGES.format(changed=changed, counts_differ=DIFFER, mend_first_sent=mend)
        _replace(event, body)
    op.execute(
        "CREATE TRIGGER charge_campaigns AFTER INSERT ON credit_transaction REFERENCING NEW TABLE AS new_rows"
        " FOR EACH STATEMENT EXECUTE FUNCTION charge_campaigns()"
    )
    op.execute(
        "CREATE INDEX ix_adjustment_request_owner_id_campaign_id ON adjustment_request (owner_id, campaign_id, id)"
        " WHERE campaign_id IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_adjustment_request_owner_id_campaign_id")
    op.execute("DROP TRIGGER charge_campaigns ON credit_transaction")
    for function in ("charge_campaigns", "is_charge"):
        op.execute(f"DROP FUNCTION {function}")
    for event, changed in _counting().CHANGED.items():
        _replace(event, _counting()._messages(event, changed))
    for column in (*(f"{kind}_credits" for kind in DIFFERENCES), *COUNTERS):
        op.execute(f"ALTER TABLE campaign_stat DROP COLUMN {column}")
    for type_ in ("campaign_charge", "campaign_count"):
        op.execute(f"DROP TYPE {type_}")


def _counting():
    """Migration 0002, which made the functions that count messages."""
    return context.script.get_revision("0002").module


def _replace(event: str, body: str) -> None:
    name = f"count_messages_on_{event.lower()}"
    op.execute(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
