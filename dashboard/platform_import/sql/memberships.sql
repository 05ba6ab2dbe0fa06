-- "ListMembership" becomes list_membership. staged."ownerId" is the list's owner.

UPDATE trouble SET code = 'list_not_imported'
FROM staged WHERE trouble.source_id = staged.id AND staged."ownerId" IS NULL;

CREATE TEMP TABLE joined ON COMMIT DROP AS
SELECT w.id, w.owner_id, list.id AS list_id, contact.id AS contact_id,
    coalesce(s."createdAt", now()) AS created_at,
    row_number() OVER (PARTITION BY w.owner_id, list.id, contact.id ORDER BY w.known IS NULL, w.id) AS nth,
    CASE
        WHEN s."contactOwnerId" <> s."ownerId" THEN 'other_owner'
        WHEN list.id IS NULL THEN 'list_not_imported'
        WHEN contact.id IS NULL THEN 'contact_not_imported'
    END AS refusal
FROM work AS w
JOIN staged AS s USING (id)
LEFT JOIN LATERAL (
    SELECT contact_list.id FROM platform_ref JOIN contact_list
        ON contact_list.owner_id = platform_ref.owner_id AND contact_list.id = platform_ref.target_id
    WHERE platform_ref.owner_id = w.owner_id AND kind = 'list' AND source_id = s."listId" LIMIT 1
) AS list ON true
LEFT JOIN LATERAL (
    SELECT contact.id FROM platform_ref JOIN contact
        ON contact.owner_id = platform_ref.owner_id AND contact.id = platform_ref.target_id
    WHERE platform_ref.owner_id = w.owner_id AND kind = 'contact' AND source_id = s."contactId"
        AND contact.erased_at IS NULL
    LIMIT 1
) AS contact ON true
WHERE w.outcome IS NULL;

UPDATE work SET target_id = joined.contact_id, outcome = CASE
    WHEN refusal IS NOT NULL THEN 'left_out'
    WHEN joined.nth > 1 OR EXISTS (
        SELECT 1 FROM list_membership AS member
        WHERE member.owner_id = joined.owner_id AND member.list_id = joined.list_id
            AND member.contact_id = joined.contact_id
    ) THEN CASE WHEN work.known IS NULL THEN 'merged' ELSE 'changed' END
    WHEN work.known IS NULL THEN 'added'
    ELSE 'changed' END
FROM joined WHERE work.id = joined.id;

UPDATE work SET is_merged = true WHERE outcome = 'merged';

INSERT INTO trouble (source_id, owner_id, code)
SELECT work.id, work.owner_id, coalesce(joined.refusal, 'same_membership')
FROM work JOIN joined USING (id) WHERE work.outcome IN ('left_out', 'merged');

INSERT INTO list_membership (owner_id, list_id, contact_id, created_at)
SELECT joined.owner_id, joined.list_id, joined.contact_id, joined.created_at
FROM work JOIN joined USING (id) WHERE work.outcome = 'added'
ORDER BY joined.owner_id, joined.list_id, joined.contact_id;

INSERT INTO membership_event (owner_id, list_id, contact_id, action, occurred_at)
SELECT joined.owner_id, joined.list_id, joined.contact_id, 'added', joined.created_at
FROM work JOIN joined USING (id) WHERE work.outcome = 'added'
ORDER BY joined.owner_id, joined.list_id, joined.contact_id;
