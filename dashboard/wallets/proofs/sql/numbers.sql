SELECT owner_id, wallet_id, after_no + 1 AS entry_no,
    CASE
        WHEN entry_no <= after_no THEN format('it is there twice, or out of its place (as %s)', entry_no)
        WHEN entry_no = after_no + 2 THEN 'it is missing'
        ELSE format('it and the entries up to %s are missing', entry_no - 1)
    END AS wrong,
    NULL AS expected, NULL AS found
FROM (
    SELECT owner_id, wallet_id, entry_no, lag(entry_no, 1, 0) OVER in_order AS after_no
    FROM credit_transaction
    WHERE :owner_id IS NULL OR owner_id = :owner_id
    WINDOW in_order AS (PARTITION BY owner_id, wallet_id ORDER BY entry_no)
) AS numbered
WHERE entry_no <> after_no + 1
UNION ALL
SELECT wallet.owner_id, wallet.id, last.entry_no + 1,
    CASE
        WHEN wallet.last_entry_no > last.entry_no THEN 'the ledger ends before it'
        ELSE 'the wallet does not know of it'
    END,
    format('last entry %s, as the wallet says', wallet.last_entry_no), format('last entry %s', last.entry_no)
FROM wallet
CROSS JOIN LATERAL (
    SELECT coalesce(max(entry_no), 0) AS entry_no
    FROM credit_transaction AS entry
    WHERE entry.owner_id = wallet.owner_id AND entry.wallet_id = wallet.id
) AS last
WHERE (:owner_id IS NULL OR wallet.owner_id = :owner_id)
    AND wallet.last_entry_no <> last.entry_no
