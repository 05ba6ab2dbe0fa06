"""Refuse changes of history, and keep the counts that pages show.

Safe beside the running release: it reads none of these counts yet, and never changes history.

Counts are kept by statement-level triggers: a statement's changes are first summed into a
variable, then written as one row per key, in key order, so that two writers cannot deadlock and
a sharded cluster can run it (no join of a transition table to a sharded table).
"""

from alembic import op

revision = "0002"
down_revision = "0001"

APPEND_ONLY = ["credit_transaction", "audit_event", "subscription_event", "membership_event"]

REFUSE_CHANGE = """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% on % is refused: its history or its counts would be lost', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only', TABLE = TG_TABLE_NAME;
    END $$
"""

# What a statement changed: its new rows count +1, its old rows −1.
CHANGED = {
    "INSERT": "SELECT 1 AS sign, * FROM new_rows",
    "UPDATE": "SELECT 1 AS sign, * FROM new_rows UNION ALL SELECT -1, * FROM old_rows",
    "DELETE": "SELECT -1 AS sign, * FROM old_rows",
}
REFERENCING = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}

COUNT_MESSAGES = """
DECLARE
    stats campaign_stat[];
    hours campaign_stat_hour[];
    errors campaign_stat_error[];
BEGIN
    SELECT array_agg(totals ORDER BY totals.owner_id, totals.campaign_id) INTO stats FROM (
        SELECT owner_id, campaign_id,
            coalesce(sum(sign) FILTER (WHERE status = 'queued'), 0)::bigint AS queued,
            coalesce(sum(sign) FILTER (WHERE status = 'sent'), 0)::bigint AS sent,
            coalesce(sum(sign) FILTER (WHERE status = 'delivered'), 0)::bigint AS delivered,
            coalesce(sum(sign) FILTER (WHERE status = 'failed'), 0)::bigint AS failed,
            sum(sign * segments)::bigint AS segments,
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

    INSERT INTO campaign_stat AS kept (owner_id, campaign_id, queued, sent, delivered, failed, segments, first_sent_at)
    SELECT owner_id, campaign_id, queued, sent, delivered, failed, segments, first_sent_at
    FROM unnest(stats)
    ORDER BY owner_id, campaign_id
    ON CONFLICT (owner_id, campaign_id) DO UPDATE SET
        queued = kept.queued + excluded.queued,
        sent = kept.sent + excluded.sent,
        delivered = kept.delivered + excluded.delivered,
        failed = kept.failed + excluded.failed,
        segments = kept.segments + excluded.segments,
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

# A message that was the first sent one may be gone or later now. Rare, so it is looked up.
MEND_FIRST_SENT = """
    UPDATE campaign_stat AS kept
    SET first_sent_at = (
        SELECT min(message.sent_at) FROM campaign_message AS message
        WHERE message.owner_id = kept.owner_id AND message.campaign_id = kept.campaign_id
    )
    FROM (
        SELECT owner_id, campaign_id,
            min(sent_at) FILTER (WHERE sign = -1) AS was, min(sent_at) FILTER (WHERE sign = 1) AS is_now
        FROM ({changed}) AS changed GROUP BY owner_id, campaign_id
    ) AS moved
    WHERE moved.owner_id = kept.owner_id AND moved.campaign_id = kept.campaign_id
        AND moved.was <= kept.first_sent_at AND (moved.is_now IS NULL OR moved.is_now > moved.was);
"""

COUNT_CONTACTS = """
DECLARE
    owners contact_stat[];
    lists list_stat[];
BEGIN
    SELECT array_agg(totals ORDER BY totals.owner_id) INTO owners FROM (
        SELECT owner_id, sum(sign)::bigint AS contacts,
            coalesce(sum(sign) FILTER (WHERE is_subscribed), 0)::bigint AS subscribed
        FROM ({changed}) AS changed
        GROUP BY owner_id
        HAVING sum(sign) <> 0 OR coalesce(sum(sign) FILTER (WHERE is_subscribed), 0) <> 0
    ) AS totals;

    INSERT INTO contact_stat AS kept (owner_id, contacts, subscribed)
    SELECT owner_id, contacts, subscribed FROM unnest(owners) ORDER BY owner_id
    ON CONFLICT (owner_id) DO UPDATE SET
        contacts = kept.contacts + excluded.contacts,
        subscribed = kept.subscribed + excluded.subscribed;
{count_members}
    RETURN NULL;
END
"""

# A contact's membership outlives a change of its state: its lists' counts move with it.
COUNT_MEMBERS_OF_CHANGED_CONTACTS = """
    SELECT array_agg(totals ORDER BY totals.owner_id, totals.list_id) INTO lists FROM (
        SELECT owner_id, list_id, 0::bigint AS members, sum(moved.sign)::bigint AS subscribed
        FROM (
            SELECT owner_id, id AS contact_id, sum(sign) AS sign
            FROM ({changed}) AS changed WHERE is_subscribed
            GROUP BY owner_id, id HAVING sum(sign) <> 0
        ) AS moved
        JOIN list_membership USING (owner_id, contact_id)
        GROUP BY owner_id, list_id
        HAVING sum(moved.sign) <> 0
    ) AS totals;

    INSERT INTO list_stat AS kept (owner_id, list_id, members, subscribed)
    SELECT owner_id, list_id, members, subscribed FROM unnest(lists) ORDER BY owner_id, list_id
    ON CONFLICT (owner_id, list_id) DO UPDATE SET subscribed = kept.subscribed + excluded.subscribed;
"""

COUNT_MEMBERSHIPS = """
DECLARE
    lists list_stat[];
BEGIN
    -- Hold the contacts' states still: a STOP that commits between this count and our commit would
    -- neither see these memberships nor be seen here.
    PERFORM 1 FROM contact
    WHERE (owner_id, id) IN (SELECT owner_id, contact_id FROM ({changed}) AS changed)
    ORDER BY owner_id, id FOR SHARE;

    SELECT array_agg(totals ORDER BY totals.owner_id, totals.list_id) INTO lists FROM (
        SELECT changed.owner_id, changed.list_id, sum(changed.sign)::bigint AS members,
            coalesce(sum(changed.sign) FILTER (WHERE contact.is_subscribed), 0)::bigint AS subscribed
        FROM ({changed}) AS changed
        LEFT JOIN contact ON contact.owner_id = changed.owner_id AND contact.id = changed.contact_id
        GROUP BY changed.owner_id, changed.list_id
    ) AS totals;

    INSERT INTO list_stat AS kept (owner_id, list_id, members, subscribed)
    SELECT owner_id, list_id, members, subscribed FROM unnest(lists) ORDER BY owner_id, list_id
    ON CONFLICT (owner_id, list_id) DO UPDATE SET
        members = kept.members + excluded.members,
        subscribed = kept.subscribed + excluded.subscribed;

    RETURN NULL;
END
"""

COUNTED = {
    "campaign_message": "count_messages",
    "contact": "count_contacts",
    "list_membership": "count_memberships",
}


def upgrade() -> None:
    op.execute(REFUSE_CHANGE)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    # No trigger counts what TRUNCATE takes away.
    for table in COUNTED:
        op.execute(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for event, changed in CHANGED.items():
        _count("campaign_message", event, _messages(event, changed))
        _count("contact", event, _contacts(event, changed))
        _count("list_membership", event, COUNT_MEMBERSHIPS.format(changed=changed))


def downgrade() -> None:
    for table, function in COUNTED.items():
        op.execute(f"DROP TRIGGER no_truncate ON {table}")
        for event in CHANGED:
            op.execute(f"DROP TRIGGER {function}_on_{event.lower()} ON {table}")
            op.execute(f"DROP FUNCTION {function}_on_{event.lower()}()")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change()")


def _messages(event: str, changed: str) -> str:
    states = ("queued", "sent", "delivered", "failed")
    differ = " OR ".join(f"coalesce(sum(sign) FILTER (WHERE status = '{s}'), 0) <> 0" for s in states)
    mend = MEND_FIRST_SENT.format(changed=changed) if event != "INSERT" else ""
    return COUNT_MESSAGES.format(
        changed=changed, counts_differ=f"{differ} OR sum(sign * segments) <> 0", mend_first_sent=mend
    )


def _contacts(event: str, changed: str) -> str:
    members = COUNT_MEMBERS_OF_CHANGED_CONTACTS.format(changed=changed) if event == "UPDATE" else ""
    return COUNT_CONTACTS.format(changed=changed, count_members=members)


def _count(table: str, event: str, body: str) -> None:
    name = f"{COUNTED[table]}_on_{event.lower()}"
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
    op.execute(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {REFERENCING[event]}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )
