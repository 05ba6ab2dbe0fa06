-- Contacts that are not here yet. The second of two equal numbers merges into the first.

CREATE TEMP TABLE newcomer ON COMMIT DROP AS
SELECT fresh.id, fresh.owner_id, fresh.e164, holder.id AS holder_id,
    row_number() OVER (PARTITION BY fresh.owner_id, fresh.e164 ORDER BY fresh.id) AS nth,
    first_value(fresh.id) OVER (PARTITION BY fresh.owner_id, fresh.e164 ORDER BY fresh.id) AS first_id,
    NULL::bigint AS target_id
FROM fresh
JOIN work USING (id)
LEFT JOIN contact AS holder ON holder.owner_id = fresh.owner_id AND holder.phone = fresh.e164
WHERE work.outcome IS NULL AND fresh.e164 IS NOT NULL;

UPDATE newcomer SET target_id = coalesce(holder_id, nextval('contact_id_seq'))
WHERE nth = 1;

UPDATE newcomer SET target_id = first.target_id
FROM newcomer AS first WHERE newcomer.nth > 1 AND first.id = newcomer.first_id;

UPDATE work SET
    target_id = newcomer.target_id,
    is_merged = newcomer.nth > 1 OR newcomer.holder_id IS NOT NULL,
    outcome = CASE WHEN newcomer.nth > 1 OR newcomer.holder_id IS NOT NULL THEN 'merged' ELSE 'added' END
FROM newcomer WHERE work.id = newcomer.id;

UPDATE work SET outcome = 'left_out' WHERE outcome IS NULL;

INSERT INTO trouble (source_id, owner_id, code)
SELECT work.id, work.owner_id, 'phone_unreadable' FROM work JOIN fresh USING (id)
WHERE outcome = 'left_out' AND fresh.target_id IS NULL;

-- The contact's own id and consent; merged rows follow below.
INSERT INTO contact (owner_id, id, phone, email, first_name, last_name, gender, birthday,
    is_subscribed, unsubscribed_at, created_at, updated_at)
SELECT work.owner_id, work.target_id, fresh.e164,
    CASE WHEN char_length(fresh.email) BETWEEN 3 AND 320 THEN fresh.email END,
    left(nullif(fresh."firstName", ''), 120), left(nullif(fresh."lastName", ''), 120),
    CASE WHEN fresh.gender = ANY (:genders) THEN fresh.gender END, fresh.birthday::date,
    NOT fresh.is_out, fresh.out_at,
    coalesce(fresh."createdAt", fresh."updatedAt", now()), coalesce(fresh."updatedAt", fresh."createdAt", now())
FROM work JOIN fresh USING (id)
WHERE work.outcome = 'added'
ORDER BY work.owner_id, work.target_id;

INSERT INTO subscription_event (owner_id, contact_id, is_subscribed, source, reason, occurred_at)
SELECT work.owner_id, work.target_id, NOT fresh.is_out, 'import',
    CASE WHEN fresh.is_out THEN 'Unsubscribed on the platform' ELSE 'Subscribed on the platform' END,
    coalesce(fresh.out_at, fresh."createdAt", fresh."updatedAt", now())
FROM work JOIN fresh USING (id)
WHERE work.outcome = 'added'
ORDER BY work.owner_id, work.target_id;

INSERT INTO suppression (owner_id, phone_hash, since)
SELECT fresh.owner_id, fresh.phone_hash, fresh.out_at
FROM work JOIN fresh USING (id)
WHERE work.outcome = 'added' AND fresh.is_out
ORDER BY fresh.owner_id, fresh.phone_hash
ON CONFLICT DO NOTHING;

INSERT INTO trouble (source_id, owner_id, code, done)
SELECT work.id, work.owner_id, 'same_number', 'Merged into contact ' || work.target_id
    || ': its lists and messages go there, and the stricter of the two consents holds.'
FROM work JOIN fresh USING (id) WHERE work.outcome = 'merged' AND known IS NULL;

INSERT INTO trouble (source_id, owner_id, code)
SELECT work.id, work.owner_id, rule.code
FROM work JOIN fresh USING (id), LATERAL (VALUES
    ('subscription_unknown', fresh."isSubscribed" IS NULL),
    ('unsubscribed_without_time', NOT fresh."isSubscribed" AND fresh."unsubscribedAt" IS NULL),
    ('subscribed_with_opt_out', fresh."isSubscribed" AND fresh."unsubscribedAt" IS NOT NULL),
    ('suppressed_here', work.outcome = 'added' AND fresh."isSubscribed"
        AND fresh."unsubscribedAt" IS NULL AND fresh.suppressed_since IS NOT NULL),
    ('gender_unknown', fresh.gender <> ALL (:genders)),
    ('email_unusable', fresh.email <> '' AND char_length(fresh.email) NOT BETWEEN 3 AND 320),
    ('name_too_long', char_length(fresh."firstName") > 120 OR char_length(fresh."lastName") > 120)
) AS rule (code, broken)
WHERE broken AND work.outcome IN ('added', 'changed', 'merged');
