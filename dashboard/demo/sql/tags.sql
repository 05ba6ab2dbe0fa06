-- A few tags for each owner, on a few of its contacts; and a change of many contacts that made some of them.

INSERT INTO tag (owner_id, name, created_at)
SELECT o.id, kind.name, o.created_at + interval '1 day'
FROM planned_owner AS o
CROSS JOIN (VALUES (1, 'Late payer'), (2, 'Wants to be called'), (3, 'Wholesale')) AS kind (no, name)
ORDER BY o.id, kind.no;

-- Spread evenly over an owner's contacts, and a few hundred at most.
CREATE TEMP TABLE tagged ON COMMIT DROP AS
SELECT tag.owner_id, tag.id AS tag_id, tag.name, contact.id AS contact_id,
    begins + pg_temp.chance(contact.id, 63) * (pg_temp.now_there() - begins) AS at,
    (pg_temp.staff_ids())[1 + pg_temp.choice(contact.id, 64, 3)] AS staff_id
FROM tag
JOIN planned_owner AS o ON o.id = tag.owner_id
CROSS JOIN LATERAL (
    SELECT least(300, o.contacts / CASE tag.name WHEN 'Wholesale' THEN 15 ELSE 40 END) AS contacts
) AS wanted
CROSS JOIN generate_series(1, wanted.contacts) AS place
JOIN contact ON contact.owner_id = tag.owner_id
    AND contact.id = o.first_contact_id + 1 + (place - 1) * o.contacts / wanted.contacts
    AND contact.id <> ALL (pg_temp.known_contacts())
CROSS JOIN LATERAL (SELECT greatest(contact.created_at, tag.created_at) AS begins) AS dated
UNION ALL
SELECT tag.owner_id, tag.id, tag.name, contact.id, pg_temp.now_there() - interval '2 days', (pg_temp.staff_ids())[3]
FROM contact JOIN tag USING (owner_id)
WHERE contact.id = ANY (pg_temp.known_contacts()) AND tag.name = 'Wants to be called';

-- Ten days ago somebody ticked contacts of the largest owner, some of whom had the tag.
WITH ticked AS (
    SELECT owner_id, tag_id, contact_id, begun_at,
        at < begun_at AND pg_temp.chance(contact_id, 65) < 0.2 AS is_tagged
    FROM tagged JOIN contact USING (owner_id), LATERAL (SELECT pg_temp.now_there() - interval '10 days') AS begun (begun_at)
    WHERE owner_id = 1 AND name = 'Wholesale' AND contact.id = contact_id AND contact.created_at < begun_at
    ORDER BY contact_id LIMIT 40
), begun AS (
    INSERT INTO operation (owner_id, kind, arguments, selection, reason, staff_id, idempotency_key,
        created_at, total, changed, unchanged, finished_at)
    SELECT owner_id, 'tag', jsonb_build_object('tag_id', tag_id),
        jsonb_build_object('ids', jsonb_agg(contact_id ORDER BY contact_id)), 'Bought for a shop of their own',
        (pg_temp.staff_ids())[3], md5('demo operation')::uuid, begun_at, count(*),
        count(*) FILTER (WHERE NOT is_tagged), count(*) FILTER (WHERE is_tagged), begun_at + interval '1 second'
    FROM ticked GROUP BY owner_id, tag_id, begun_at
    RETURNING owner_id, id
)
INSERT INTO operation_row (owner_id, operation_id, contact_id, outcome)
SELECT owner_id, begun.id, contact_id, CASE WHEN is_tagged THEN 'already' ELSE 'changed' END
FROM ticked JOIN begun USING (owner_id) ORDER BY contact_id;

UPDATE tagged SET at = operation.created_at + interval '1 second', staff_id = operation.staff_id
FROM operation JOIN operation_row AS done ON done.operation_id = operation.id
WHERE done.outcome = 'changed' AND done.contact_id = tagged.contact_id
    AND tagged.tag_id = (operation.arguments ->> 'tag_id')::bigint;

INSERT INTO contact_tag (owner_id, tag_id, contact_id, created_at)
SELECT owner_id, tag_id, contact_id, at FROM tagged ORDER BY tag_id, contact_id;

INSERT INTO tag_event (owner_id, tag_id, contact_id, action, staff_id, operation_id, occurred_at)
SELECT tagged.owner_id, tag_id, tagged.contact_id, 'added', tagged.staff_id, operation.id, at
FROM tagged
LEFT JOIN (operation JOIN operation_row AS done ON done.operation_id = operation.id AND done.outcome = 'changed')
    ON done.contact_id = tagged.contact_id AND tagged.tag_id = (operation.arguments ->> 'tag_id')::bigint
ORDER BY at, tag_id, tagged.contact_id;

INSERT INTO audit_event (at, staff_id, ip, action, subject, owner_id, after)
SELECT created_at, operation.staff_id, inet '192.0.2.10' + operation.staff_id, 'operation.start', 'operation:' || id, owner_id,
    jsonb_build_object('kind', kind, 'arguments', arguments, 'selection', selection, 'reason', reason)
FROM operation
UNION ALL
SELECT finished_at, NULL, NULL, 'operation.finish', 'operation:' || id, owner_id,
    jsonb_build_object('changed', changed, 'unchanged', unchanged)
FROM operation;
