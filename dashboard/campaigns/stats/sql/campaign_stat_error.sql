SELECT owner_id, campaign_id, coalesce(error_code, '') AS error_code, count(*) AS failed
FROM campaign_message
WHERE status = 'failed' AND (:owner_id IS NULL OR owner_id = :owner_id)
GROUP BY 1, 2, 3
