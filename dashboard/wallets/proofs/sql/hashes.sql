-- Each stored hash is computed once more from the stored hash of the entry before it: the entry that was
-- changed is named, and not all that follow it.
SELECT entry.owner_id, entry.wallet_id, entry.entry_no,
    'its hash does not fit: it, its place or the hash before it was changed' AS wrong,
    left(encode(computed.hash, 'hex'), 12) AS expected, left(encode(entry.hash, 'hex'), 12) AS found
FROM credit_transaction AS entry
LEFT JOIN credit_transaction AS before ON before.owner_id = entry.owner_id
    AND before.wallet_id = entry.wallet_id AND before.entry_no = entry.entry_no - 1
CROSS JOIN LATERAL (
    -- An infinite time has no microseconds, and so no hash.
    SELECT CASE WHEN isfinite(entry.created_at) THEN
        ledger_hash(coalesce(before.hash, ''), entry.owner_id, entry.id, entry.entry_no, entry.type,
            entry.amount_credits, entry.balance_after_credits, entry.reason_code, entry.note, entry.campaign_id,
            entry.staff_id, entry.idempotency_key, entry.reverses, entry.created_at)
    END AS hash
) AS computed
WHERE (:owner_id IS NULL OR entry.owner_id = :owner_id)
    -- Where the entry before it is missing, `numbers` says so.
    AND (before.entry_no IS NOT NULL OR entry.entry_no = 1)
    AND entry.hash IS DISTINCT FROM computed.hash
