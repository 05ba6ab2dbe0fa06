SELECT owner_id, wallet_id, entry_no,
    CASE WHEN amount_credits <= 0 THEN 'its amount is not positive' ELSE 'the balance after it is negative' END AS wrong,
    NULL AS expected, CASE WHEN amount_credits <= 0 THEN amount_credits ELSE balance_after_credits END::text AS found
FROM credit_transaction
WHERE (:owner_id IS NULL OR owner_id = :owner_id)
    AND (amount_credits <= 0 OR balance_after_credits < 0)
UNION ALL
SELECT owner_id, id, NULL, 'its balance is negative', NULL, balance_credits::text
FROM wallet
WHERE (:owner_id IS NULL OR owner_id = :owner_id)
    AND balance_credits < 0
