INSERT INTO list_membership (owner_id, list_id, contact_id, created_at)
SELECT owner_id, list_id, contact_id, created_at FROM member ORDER BY list_id, place;

-- A few members left a list again, and came back.
INSERT INTO membership_event (owner_id, id, list_id, contact_id, action, occurred_at)
SELECT owner_id, row_number() OVER (ORDER BY list_id, place, step), list_id, contact_id, action,
    member.created_at + ago
FROM member
CROSS JOIN (VALUES
    (1, 'added', interval '-40 seconds', true),
    (2, 'removed', interval '-20 seconds', true),
    (3, 'added', interval '0 seconds', false)
) AS event (step, action, ago, is_rare)
WHERE NOT is_rare OR pg_temp.chance(contact_id, list_id + 100) < 0.003
ORDER BY list_id, place, step;
