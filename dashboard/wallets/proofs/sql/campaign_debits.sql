-- A reversal names the campaign too, and needs no message. What was given back is no longer paid.
SELECT entry.owner_id, entry.wallet_id, entry.entry_no,
    CASE
        WHEN entry.campaign_id IS NULL THEN 'it pays for a campaign and names none'
        WHEN campaign.id IS NULL THEN 'the campaign that it pays for is not there'
        ELSE format('the campaign that it pays for has no message (%s)', campaign.name)
    END AS wrong,
    NULL AS expected, NULL AS found
FROM credit_transaction AS entry
LEFT JOIN campaign ON campaign.owner_id = entry.owner_id AND campaign.id = entry.campaign_id
LEFT JOIN LATERAL (
    SELECT message.id FROM campaign_message AS message
    WHERE message.owner_id = entry.owner_id AND message.campaign_id = entry.campaign_id LIMIT 1
) AS any_message ON true
WHERE (:owner_id IS NULL OR entry.owner_id = :owner_id)
    AND entry.type = 'debit' AND entry.reverses IS NULL
    AND (entry.campaign_id IS NOT NULL OR entry.reason_code = 'campaign')
    AND any_message.id IS NULL
    AND (entry.campaign_id IS NULL OR 0 < (
        SELECT sum(CASE of_it.type WHEN 'debit' THEN of_it.amount_credits ELSE -of_it.amount_credits END)
        FROM credit_transaction AS of_it
        WHERE of_it.owner_id = entry.owner_id AND of_it.campaign_id = entry.campaign_id
    ))
    AND :is_imported = EXISTS (
        SELECT FROM platform_ref
        WHERE owner_id = entry.owner_id AND kind = 'transaction' AND target_id = entry.id
    )
