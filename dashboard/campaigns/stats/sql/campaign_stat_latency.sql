SELECT owner_id, campaign_id, latency_seconds(delivered_at - sent_at) AS by_seconds, count(*) AS delivered
FROM campaign_message
WHERE latency_seconds(delivered_at - sent_at) IS NOT NULL AND (:owner_id IS NULL OR owner_id = :owner_id)
GROUP BY 1, 2, 3
