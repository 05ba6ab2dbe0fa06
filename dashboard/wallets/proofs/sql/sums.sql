SELECT wallet.owner_id, wallet.id AS wallet_id, NULL::bigint AS entry_no,
    'it holds another balance than its entries add up to' AS wrong,
    coalesce(total.credits, 0)::text AS expected, wallet.balance_credits::text AS found
FROM wallet
LEFT JOIN (
    SELECT owner_id, wallet_id, sum(CASE type WHEN 'debit' THEN -amount_credits ELSE amount_credits END) AS credits
    FROM credit_transaction
    WHERE :owner_id IS NULL OR owner_id = :owner_id
    GROUP BY owner_id, wallet_id
) AS total ON total.owner_id = wallet.owner_id AND total.wallet_id = wallet.id
WHERE (:owner_id IS NULL OR wallet.owner_id = :owner_id)
    AND wallet.balance_credits <> coalesce(total.credits, 0)
