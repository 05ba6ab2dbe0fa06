-- Each contact's history of consent: the import, and what came after.

INSERT INTO subscription_event (owner_id, id, contact_id, is_subscribed, source, reason, staff_id, occurred_at)
SELECT owner_id, contact_id, contact_id, true, 'import',
    CASE WHEN pg_temp.chance(contact_id, 40) < 0.5 THEN 'Consent given at the till' ELSE 'Consent given on the website' END,
    NULL, created_at
FROM person ORDER BY contact_id;

INSERT INTO subscription_event (owner_id, id, contact_id, is_subscribed, source, reason, staff_id, occurred_at)
SELECT owner_id, (SELECT max(contact_id) FROM person) + row_number() OVER (ORDER BY at, contact_id),
    contact_id, is_subscribed, source, reason,
    CASE WHEN source = 'staff' THEN (pg_temp.staff_ids())[1 + pg_temp.choice(contact_id, 41, 3)] END, at
FROM (
    SELECT owner_id, contact_id, false AS is_subscribed, source, reason, left_at AS at FROM opt_out
    UNION ALL
    SELECT owner_id, contact_id, true, 'start_keyword', 'START', back_at FROM opt_out WHERE back_at IS NOT NULL
) AS event
ORDER BY at, contact_id;
