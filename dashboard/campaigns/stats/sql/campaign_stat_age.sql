SELECT message.owner_id, campaign_id, age_minutes(at - started_at) AS by_minutes,
    sum(accepted)::bigint AS accepted, sum(delivered)::bigint AS delivered, sum(failed)::bigint AS failed
FROM campaign_message AS message
JOIN campaign ON campaign.owner_id = message.owner_id AND campaign.id = campaign_id,
LATERAL (VALUES
    (CASE WHEN message.status <> 'queued' THEN coalesce(sent_at, failed_at) END, 1, 0, 0),
    (delivered_at, 0, 1, 0),
    (failed_at, 0, 0, 1)
) AS moment (at, accepted, delivered, failed)
WHERE age_minutes(at - started_at) IS NOT NULL AND (:owner_id IS NULL OR message.owner_id = :owner_id)
GROUP BY 1, 2, 3
