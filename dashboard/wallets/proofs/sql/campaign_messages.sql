SELECT campaign.owner_id, wallet.id AS wallet_id, NULL::bigint AS entry_no,
    format('no debit pays for campaign %s, which has messages (%s)', campaign.id, campaign.name) AS wrong,
    NULL AS expected, NULL AS found
FROM campaign
LEFT JOIN wallet ON wallet.owner_id = campaign.owner_id
CROSS JOIN LATERAL (
    SELECT FROM campaign_message AS message
    WHERE message.owner_id = campaign.owner_id AND message.campaign_id = campaign.id LIMIT 1
) AS any_message
WHERE (:owner_id IS NULL OR campaign.owner_id = :owner_id)
    AND NOT EXISTS (
        SELECT FROM credit_transaction AS entry
        WHERE entry.owner_id = campaign.owner_id AND entry.campaign_id = campaign.id
            AND entry.type = 'debit' AND entry.reverses IS NULL
    )
    AND :is_imported = EXISTS (
        SELECT FROM platform_ref
        WHERE owner_id = campaign.owner_id AND kind = 'campaign' AND target_id = campaign.id
    )
