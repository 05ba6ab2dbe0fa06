-- "User" becomes owner. place (id, timezone, country): what Python made of the time zones.

CREATE TEMP TABLE work ON COMMIT DROP AS
SELECT s.id, known.owner_id, hashtextextended({fingerprint}, 0) AS fingerprint, known.fingerprint AS known,
    coalesce(nullif(btrim(s.company), ''), nullif(btrim(s."senderName"), ''), nullif(btrim(s.email), '')) AS name,
    nullif(btrim(s."senderName"), '') AS sender_name,
    place.timezone, place.country, s."createdAt" AS created_at, NULL::text AS outcome
FROM staged AS s
JOIN place USING (id)
LEFT JOIN platform_owner AS known ON known.source_id = s.id;

UPDATE work SET
    outcome = CASE WHEN known = fingerprint THEN 'unchanged' WHEN owner_id IS NULL THEN 'added' ELSE 'changed' END,
    owner_id = coalesce(owner_id, nextval('owner_id_seq'));

INSERT INTO trouble (source_id, owner_id, code, done)
SELECT work.id, owner_id, code, NULL
FROM work JOIN staged USING (id), LATERAL (VALUES
    ('name_empty', work.name IS NULL),
    ('name_too_long', char_length(work.name) > 160),
    ('sender_name_too_long', char_length(work.sender_name) > 11),
    ('timezone_unknown', nullif(staged.timezone, '') IS NOT NULL AND staged.timezone <> work.timezone)
) AS rule (code, broken)
WHERE broken AND outcome <> 'unchanged';

INSERT INTO owner (id, name, sender_name, country, timezone, created_at)
SELECT owner_id, left(coalesce(name, 'Owner ' || id), 160), left(sender_name, 11), country, timezone,
    coalesce(created_at, now())
FROM work WHERE outcome = 'added' ORDER BY owner_id;

INSERT INTO platform_owner (source_id, owner_id, fingerprint)
SELECT id, owner_id, fingerprint FROM work WHERE outcome = 'added';

-- The country stays: it decides how numbers are read, and staff may have corrected it.
UPDATE owner SET
    name = left(coalesce(work.name, 'Owner ' || work.id), 160),
    sender_name = left(work.sender_name, 11),
    timezone = work.timezone
FROM work WHERE outcome = 'changed' AND owner.id = work.owner_id;

UPDATE platform_owner SET fingerprint = work.fingerprint
FROM work WHERE outcome = 'changed' AND platform_owner.source_id = work.id;
