-- Owners, their numbers and lists, and the campaigns without messages yet.

INSERT INTO owner (id, name, sender_name, country, timezone, low_balance_credits, created_at)
SELECT id, name, sender_name, country, timezone, low_balance_credits, created_at
FROM planned_owner ORDER BY id;

INSERT INTO contact_list (owner_id, id, name, description, created_at, updated_at)
SELECT owner_id, id, name, description, created_at, created_at FROM planned_list ORDER BY id;

-- Dynamic ones, the same two for each owner.
INSERT INTO contact_list (owner_id, id, name, description, definition, created_at, updated_at)
SELECT o.id, (SELECT max(id) FROM planned_list) + row_number() OVER (ORDER BY o.id, dynamic.no),
    dynamic.name, dynamic.description, dynamic.definition, o.created_at, o.created_at
FROM planned_owner AS o
LEFT JOIN planned_list AS vip ON vip.owner_id = o.id AND vip.name = 'VIP'
CROSS JOIN LATERAL (VALUES
    (1, 'Women, 18 to 35', 'For fashion and beauty',
        '{"is_subscribed": true, "gender": "female", "age_from": 18, "age_to": 35}'::jsonb),
    (2, 'VIP who left', 'To be asked why',
        jsonb_build_object('list_id', vip.id, 'is_subscribed', false))
) AS dynamic (no, name, description, definition)
WHERE dynamic.no = 1 OR vip.id IS NOT NULL
ORDER BY o.id, dynamic.no;

INSERT INTO campaign (
    owner_id, id, name, status, list_id, message_text, sender_name,
    scheduled_at, started_at, finished_at, created_at, created_by, audience
)
SELECT c.owner_id, c.id, c.name, status, list_id, message_text, sender_name, scheduled_at, started_at,
    CASE WHEN status IN ('completed', 'failed') THEN started_at + duration_seconds * interval '1 second' END,
    c.created_at, created_by,
    CASE WHEN started_at IS NOT NULL AND list_id IS NOT NULL
    THEN jsonb_build_object('at', started_at, 'list_id', list_id, 'name', list.name) END
FROM planned_campaign AS c LEFT JOIN planned_list AS list ON list.id = c.list_id
ORDER BY c.id;
