-- Owners, their numbers and lists, and the campaigns without messages yet.

INSERT INTO owner (id, name, sender_name, country, timezone, low_balance_credits, created_at)
SELECT id, name, sender_name, country, timezone, low_balance_credits, created_at
FROM planned_owner ORDER BY id;

INSERT INTO contact_list (owner_id, id, name, description, created_at, updated_at)
SELECT owner_id, id, name, description, created_at, created_at FROM planned_list ORDER BY id;

INSERT INTO campaign (
    owner_id, id, name, status, list_id, message_text, sender_name,
    scheduled_at, started_at, finished_at, created_at, created_by
)
SELECT owner_id, id, name, status, list_id, message_text, sender_name, scheduled_at, started_at,
    CASE WHEN status IN ('completed', 'failed') THEN started_at + duration_seconds * interval '1 second' END,
    created_at, created_by
FROM planned_campaign ORDER BY id;
