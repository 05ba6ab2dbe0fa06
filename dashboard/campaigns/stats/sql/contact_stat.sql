SELECT owner_id, count(*) FILTER (WHERE erased_at IS NULL) AS contacts, count(*) FILTER (WHERE is_subscribed) AS subscribed
FROM contact
WHERE :owner_id IS NULL OR owner_id = :owner_id
GROUP BY owner_id
