-- "Campaign" becomes campaign. staged."templateText" comes from "MessageTemplate".

CREATE TEMP TABLE planned ON COMMIT DROP AS
SELECT w.id, w.owner_id, s.name, s.status, list.id AS list_id,
    coalesce(s."messageText", s."templateText") AS message_text,
    nullif(btrim(left(s."senderName", 11)), '') AS sender_name,
    s."scheduledAt" AS scheduled_at, s."startedAt" AS started_at, s."finishedAt" AS finished_at,
    coalesce(s."createdAt", s."updatedAt", now()) AS created_at,
    CASE
        WHEN s."listId" IS NULL OR list.id IS NOT NULL THEN NULL
        WHEN s."listOwnerId" <> s."ownerId" THEN 'list_of_other_owner'
        ELSE 'list_not_imported'
    END AS list_trouble
FROM work AS w
JOIN staged AS s USING (id)
LEFT JOIN LATERAL (
    SELECT contact_list.id FROM platform_ref JOIN contact_list
        ON contact_list.owner_id = platform_ref.owner_id AND contact_list.id = platform_ref.target_id
    WHERE platform_ref.owner_id = w.owner_id AND kind = 'list' AND source_id = s."listId" LIMIT 1
) AS list ON true
WHERE w.outcome IS NULL;

INSERT INTO trouble (source_id, owner_id, code, done)
SELECT planned.id, planned.owner_id, rule.code, rule.done
FROM planned, LATERAL (VALUES
    ('name_empty', NULL, btrim(coalesce(name, '')) = ''),
    ('name_too_long', NULL, char_length(name) > 160),
    ('status_unknown', 'Imported as paused, so that nothing is sent by itself.', status <> ALL (:statuses)),
    ('no_text', NULL, message_text IS NULL),
    (list_trouble, 'Imported without its list.', list_trouble IS NOT NULL)
) AS rule (code, done, broken)
WHERE broken;

UPDATE planned SET
    name = left(CASE WHEN btrim(coalesce(name, '')) = '' THEN 'Campaign ' || id ELSE name END, 160),
    status = CASE WHEN status = ANY (:statuses) THEN status ELSE 'paused' END;

UPDATE campaign SET
    name = planned.name, status = planned.status, list_id = planned.list_id, message_text = planned.message_text,
    scheduled_at = planned.scheduled_at, finished_at = planned.finished_at,
    started_at = coalesce(campaign.started_at, planned.started_at)  -- a start is set once
FROM planned JOIN work USING (id)
WHERE campaign.owner_id = work.owner_id AND campaign.id = work.target_id;

UPDATE work SET
    outcome = CASE WHEN target_id IS NULL THEN 'added' ELSE 'changed' END,
    target_id = coalesce(target_id, nextval('campaign_id_seq'))
WHERE outcome IS NULL;

INSERT INTO campaign (owner_id, id, name, status, list_id, message_text, sender_name,
    scheduled_at, started_at, finished_at, created_at)
SELECT work.owner_id, work.target_id, name, status, list_id, message_text, sender_name,
    scheduled_at, started_at, finished_at, created_at
FROM work JOIN planned USING (id) WHERE work.outcome = 'added'
ORDER BY work.owner_id, work.target_id;
