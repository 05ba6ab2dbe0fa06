-- What the rows just read became in earlier runs. :kind is the kind of their references.

CREATE TEMP TABLE work ON COMMIT DROP AS
SELECT s.id, mapped.owner_id, hashtextextended({fingerprint}, 0) AS fingerprint,
    ref.fingerprint AS known, ref.target_id, coalesce(ref.is_merged, false) AS is_merged, NULL::text AS outcome
FROM staged AS s
LEFT JOIN platform_owner AS mapped ON mapped.source_id = s."ownerId"
-- LIMIT keeps each look-up one probe of the index, however wrong the statistics of a table are that
-- grows while this runs.
LEFT JOIN LATERAL (
    SELECT target_id, fingerprint, is_merged FROM platform_ref
    WHERE owner_id = mapped.owner_id AND kind = :kind AND source_id = s.id LIMIT 1
) AS ref ON true;

ANALYZE work;

UPDATE work SET outcome = CASE
    WHEN owner_id IS NULL THEN 'left_out' WHEN is_merged THEN 'merged' ELSE 'unchanged' END
WHERE owner_id IS NULL OR known = fingerprint;

INSERT INTO trouble (source_id, owner_id, code)
SELECT id, NULL, 'owner_not_imported' FROM work WHERE owner_id IS NULL;
