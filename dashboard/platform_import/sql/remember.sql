-- Remember what the rows became. 'kept' rows stay unremembered, so that the next run tries them again.

INSERT INTO platform_ref AS ref (owner_id, kind, source_id, target_id, fingerprint, is_merged)
SELECT owner_id, :kind, id, target_id, fingerprint, is_merged
FROM work
WHERE outcome IN ('added', 'changed', 'merged') AND known IS DISTINCT FROM fingerprint AND target_id IS NOT NULL
ORDER BY owner_id, id
ON CONFLICT (owner_id, kind, source_id) DO UPDATE SET
    target_id = excluded.target_id, fingerprint = excluded.fingerprint, is_merged = excluded.is_merged;
