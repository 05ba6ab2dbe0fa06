SELECT owner_id, min(id) AS wallet_id, NULL::bigint AS entry_no,
    'it is not the only one of its owner' AS wrong,
    '1 wallet' AS expected, format('%s wallets', count(*)) AS found
FROM wallet
WHERE :owner_id IS NULL OR owner_id = :owner_id
GROUP BY owner_id
HAVING count(*) > 1
UNION ALL
SELECT entry.owner_id, entry.wallet_id, min(entry.entry_no), 'the wallet that it belongs to is not there', NULL, NULL
FROM credit_transaction AS entry
WHERE (:owner_id IS NULL OR entry.owner_id = :owner_id)
    AND NOT EXISTS (SELECT FROM wallet WHERE wallet.owner_id = entry.owner_id AND wallet.id = entry.wallet_id)
GROUP BY entry.owner_id, entry.wallet_id
