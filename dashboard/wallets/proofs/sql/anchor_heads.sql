-- Of a wallet that several anchors miss the lowest entry is named: it was cut or rewritten before that.
SELECT DISTINCT ON (head.owner_id, head.wallet_id) head.owner_id, head.wallet_id, head.entry_no,
    CASE
        WHEN wallet.id IS NULL THEN format('the wallet is gone, which %s knows', head.anchor)
        WHEN entry.hash IS NULL THEN format('it is gone, which %s knows: the ledger was cut', head.anchor)
        ELSE format('its hash is not the one that %s knows: the ledger was rewritten up to it', head.anchor)
    END AS wrong,
    left(head.hash, 12) AS expected, coalesce(left(encode(entry.hash, 'hex'), 12), 'nothing') AS found
FROM (
    SELECT split_part(line, ' ', 1)::bigint AS owner_id, split_part(line, ' ', 2)::bigint AS wallet_id,
        split_part(line, ' ', 3)::bigint AS entry_no, split_part(line, ' ', 4) AS hash,
        coalesce('anchor ' || min(id), 'the anchor') AS anchor
    FROM (
        (
            SELECT id, document FROM ledger_anchor
            WHERE :document IS NULL AND (:anchor_id IS NULL OR id = :anchor_id)
            ORDER BY id DESC LIMIT :newest
        )
        UNION ALL
        SELECT NULL, :document WHERE :document IS NOT NULL
    ) AS anchor
    CROSS JOIN LATERAL string_to_table(document, chr(10)) AS line
    WHERE line ~ '^[0-9]{1,18} [0-9]{1,18} [0-9]{1,18} [0-9a-f-]+$'
        AND (:owner_id IS NULL OR split_part(line, ' ', 1) = CAST(:owner_id AS text))
    GROUP BY line
) AS head
LEFT JOIN wallet ON wallet.owner_id = head.owner_id AND wallet.id = head.wallet_id
LEFT JOIN LATERAL (
    -- As a range and in order, so that each head is one probe of the index that has all three columns.
    SELECT hash FROM credit_transaction AS entry
    WHERE entry.owner_id = head.owner_id AND entry.wallet_id = head.wallet_id
        AND entry.entry_no BETWEEN head.entry_no AND head.entry_no
    ORDER BY entry.entry_no LIMIT 1
) AS entry ON true
WHERE wallet.id IS NULL OR (head.entry_no > 0 AND encode(entry.hash, 'hex') IS DISTINCT FROM head.hash)
ORDER BY head.owner_id, head.wallet_id, head.entry_no
