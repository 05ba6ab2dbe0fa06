-- Contacts that an earlier run made and that changed on the platform since.
-- number (id, e164, phone_hash): what Python read their numbers as.

CREATE TEMP TABLE fresh ON COMMIT DROP AS
SELECT s.*, w.owner_id, w.target_id, w.is_merged, n.e164, n.phone_hash, suppression.since AS suppressed_since,
    (s."isSubscribed" IS NOT TRUE OR s."unsubscribedAt" IS NOT NULL OR suppression.since IS NOT NULL) AS is_out,
    CASE WHEN s."isSubscribed" IS NOT TRUE OR s."unsubscribedAt" IS NOT NULL
        THEN coalesce(s."unsubscribedAt", s."updatedAt", s."createdAt", now())
        ELSE suppression.since END AS out_at
FROM work AS w
JOIN staged AS s USING (id)
JOIN number AS n USING (id)
LEFT JOIN suppression ON suppression.owner_id = w.owner_id AND suppression.phone_hash = n.phone_hash
WHERE w.outcome IS NULL;

ANALYZE fresh;

-- In key order, so that this waits for other writers instead of locking itself up with them.
SELECT count(*) FROM (
    SELECT 1 FROM contact WHERE (owner_id, id) IN (SELECT owner_id, target_id FROM fresh)
    ORDER BY owner_id, id FOR UPDATE
) AS held;

-- Of somebody who was erased here nothing is read again, not even as a row that made trouble.
UPDATE work SET outcome = CASE WHEN work.is_merged THEN 'merged' ELSE 'unchanged' END
FROM fresh JOIN contact ON contact.owner_id = fresh.owner_id AND contact.id = fresh.target_id
WHERE work.id = fresh.id AND contact.erased_at IS NOT NULL;

DELETE FROM fresh USING work WHERE work.id = fresh.id AND work.outcome IS NOT NULL;

-- A merged one whose number is another one by now becomes a contact of its own.
UPDATE fresh SET target_id = NULL, is_merged = false
WHERE is_merged AND e164 IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM contact WHERE contact.owner_id = fresh.owner_id AND contact.id = fresh.target_id
        AND contact.phone = fresh.e164
);

UPDATE work SET outcome = 'left_out'
FROM fresh
WHERE work.id = fresh.id AND fresh.target_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM contact WHERE contact.owner_id = fresh.owner_id AND contact.id = fresh.target_id
);

INSERT INTO trouble (source_id, owner_id, code)
SELECT work.id, work.owner_id, 'deleted_here' FROM work JOIN fresh USING (id) WHERE outcome = 'left_out';

UPDATE work SET outcome = CASE WHEN fresh.is_merged THEN 'merged' ELSE 'changed' END
FROM fresh WHERE work.id = fresh.id AND fresh.target_id IS NOT NULL AND work.outcome IS NULL;

-- Whose number may move: nobody of the owner has the new one, and nobody else here wants it.
CREATE TEMP TABLE moved ON COMMIT DROP AS
SELECT DISTINCT ON (fresh.owner_id, fresh.e164) fresh.id, fresh.owner_id, fresh.target_id, fresh.e164
FROM fresh JOIN work USING (id)
WHERE work.outcome = 'changed' AND fresh.e164 IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM contact WHERE contact.owner_id = fresh.owner_id AND contact.phone = fresh.e164
    )
ORDER BY fresh.owner_id, fresh.e164, fresh.id;

INSERT INTO trouble (source_id, owner_id, code, done)
SELECT fresh.id, fresh.owner_id, CASE WHEN e164 IS NULL THEN 'phone_unreadable' ELSE 'phone_taken' END,
    'The rest was updated; its number stayed ' || contact.phone || '.'
FROM fresh JOIN work USING (id)
JOIN contact ON contact.owner_id = fresh.owner_id AND contact.id = fresh.target_id
WHERE work.outcome = 'changed' AND contact.phone IS DISTINCT FROM fresh.e164
    AND NOT EXISTS (SELECT 1 FROM moved WHERE moved.id = fresh.id);

UPDATE contact SET
    phone = coalesce((SELECT moved.e164 FROM moved WHERE moved.id = fresh.id), contact.phone),
    email = CASE WHEN char_length(fresh.email) BETWEEN 3 AND 320 THEN fresh.email END,
    first_name = left(nullif(fresh."firstName", ''), 120),
    last_name = left(nullif(fresh."lastName", ''), 120),
    gender = CASE WHEN fresh.gender = ANY (:genders) THEN fresh.gender END,
    birthday = fresh.birthday::date,
    updated_at = coalesce(fresh."updatedAt", now())
FROM fresh JOIN work USING (id)
WHERE work.outcome = 'changed' AND contact.owner_id = fresh.owner_id AND contact.id = fresh.target_id;

-- Where the number could not move, the next run tries again.
UPDATE work SET fingerprint = known
FROM trouble WHERE trouble.source_id = work.id AND trouble.code = 'phone_taken';

INSERT INTO trouble (source_id, owner_id, code)
SELECT fresh.id, fresh.owner_id, 'not_resubscribed'
FROM fresh JOIN work USING (id)
JOIN contact ON contact.owner_id = fresh.owner_id AND contact.id = fresh.target_id
WHERE work.outcome = 'changed' AND NOT contact.is_subscribed
    AND fresh."isSubscribed" AND fresh."unsubscribedAt" IS NULL;
