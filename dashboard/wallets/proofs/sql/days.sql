SELECT owner_id, NULL::bigint AS wallet_id, NULL::bigint AS entry_no,
    format('the kept sums of %s (%s, %s) are not those of the entries of that day', day, type, reason_code) AS wrong,
    format('%s credits (entries: %s)', coalesce(made.credits, 0), coalesce(made.entries, 0)) AS expected,
    format('%s credits (entries: %s)', coalesce(kept.credits, 0), coalesce(kept.entries, 0)) AS found
FROM (
    SELECT owner_id, (created_at AT TIME ZONE 'UTC')::date AS day, type, reason_code,
        sum(amount_credits) AS credits, count(*) AS entries
    FROM credit_transaction
    WHERE :owner_id IS NULL OR owner_id = :owner_id
    GROUP BY 1, 2, 3, 4
) AS made
FULL JOIN (
    SELECT * FROM wallet_day
    WHERE :owner_id IS NULL OR owner_id = :owner_id
) AS kept USING (owner_id, day, type, reason_code)
WHERE made.credits IS DISTINCT FROM kept.credits OR made.entries IS DISTINCT FROM kept.entries
