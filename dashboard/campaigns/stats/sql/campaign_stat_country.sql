SELECT owner_id, campaign_id, calling_code(phone) AS calling_code,
    count(*) AS accepted, count(*) FILTER (WHERE status = 'delivered') AS delivered,
    count(*) FILTER (WHERE status = 'failed') AS failed
FROM campaign_message
WHERE status <> 'queued' AND (:owner_id IS NULL OR owner_id = :owner_id)
GROUP BY 1, 2, 3
