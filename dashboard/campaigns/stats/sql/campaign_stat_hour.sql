-- First by all three hours at once: a message is then read once and not three times.
SELECT owner_id, campaign_id, hour,
    sum(messages * accepted)::bigint AS accepted,
    sum(messages * delivered)::bigint AS delivered,
    sum(messages * failed)::bigint AS failed
FROM (
    SELECT owner_id, campaign_id,
        date_trunc('hour', CASE WHEN status <> 'queued' THEN coalesce(sent_at, failed_at) END, 'UTC') AS accepted_hour,
        date_trunc('hour', delivered_at, 'UTC') AS delivered_hour,
        date_trunc('hour', failed_at, 'UTC') AS failed_hour,
        count(*) AS messages
    FROM campaign_message
    WHERE :owner_id IS NULL OR owner_id = :owner_id
    GROUP BY 1, 2, 3, 4, 5
) AS message, LATERAL (VALUES
    (accepted_hour, 1, 0, 0),
    (delivered_hour, 0, 1, 0),
    (failed_hour, 0, 0, 1)
) AS moment (hour, accepted, delivered, failed)
WHERE hour IS NOT NULL
GROUP BY owner_id, campaign_id, hour
