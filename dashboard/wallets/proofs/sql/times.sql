SELECT entry.owner_id, entry.wallet_id, entry.entry_no,
    'it is dated before the entry before it' AS wrong,
    format('%s or later', before.created_at) AS expected, entry.created_at::text AS found
FROM credit_transaction AS entry
JOIN credit_transaction AS before ON before.owner_id = entry.owner_id
    AND before.wallet_id = entry.wallet_id AND before.entry_no = entry.entry_no - 1
WHERE (:owner_id IS NULL OR entry.owner_id = :owner_id)
    AND entry.created_at < before.created_at
