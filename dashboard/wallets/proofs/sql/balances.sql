-- Added up as numeric: also an amount that no balance can hold shall be found, and not end the search.
SELECT entry.owner_id, entry.wallet_id, entry.entry_no,
    'the balance after it does not follow from the entry before it' AS wrong,
    follows.balance::text AS expected, entry.balance_after_credits::text AS found
FROM credit_transaction AS entry
LEFT JOIN credit_transaction AS before ON before.owner_id = entry.owner_id
    AND before.wallet_id = entry.wallet_id AND before.entry_no = entry.entry_no - 1
CROSS JOIN LATERAL (
    SELECT coalesce(before.balance_after_credits, 0)
        + entry.amount_credits::numeric * CASE entry.type WHEN 'debit' THEN -1 ELSE 1 END AS balance
) AS follows
WHERE (:owner_id IS NULL OR entry.owner_id = :owner_id)
    -- Where the entry before it is missing, `numbers` says so.
    AND (before.entry_no IS NOT NULL OR entry.entry_no = 1)
    AND entry.balance_after_credits <> follows.balance
