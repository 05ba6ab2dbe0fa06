SELECT reversal.owner_id, reversal.wallet_id, reversal.entry_no,
    CASE
        WHEN reversed.id IS NULL THEN 'the entry that it reverses is not there'
        WHEN reversal.nth > 1 THEN format('it reverses entry %s, which was reversed before', reversed.entry_no)
        WHEN reversed.wallet_id <> reversal.wallet_id THEN 'it reverses an entry of another wallet'
        WHEN reversed.entry_no >= reversal.entry_no THEN format('it reverses entry %s, which does not come before it', reversed.entry_no)
        ELSE format('it is not the opposite of entry %s, which it reverses', reversed.entry_no)
    END AS wrong,
    format('%s of %s', CASE reversed.type WHEN 'debit' THEN 'credit' ELSE 'debit' END, reversed.amount_credits) AS expected,
    format('%s of %s', reversal.type, reversal.amount_credits) AS found
FROM (
    SELECT *, row_number() OVER (PARTITION BY owner_id, reverses ORDER BY entry_no) AS nth
    FROM credit_transaction
    WHERE (:owner_id IS NULL OR owner_id = :owner_id)
        AND reverses IS NOT NULL
) AS reversal
LEFT JOIN credit_transaction AS reversed
    ON reversed.owner_id = reversal.owner_id AND reversed.id = reversal.reverses
WHERE reversed.id IS NULL OR reversal.nth > 1
    OR reversed.wallet_id <> reversal.wallet_id OR reversed.entry_no >= reversal.entry_no
    OR reversed.amount_credits <> reversal.amount_credits
    OR (reversed.type = 'debit') = (reversal.type = 'debit')
