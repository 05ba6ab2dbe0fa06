SELECT owner_id, campaign_id,
    coalesce(queued, 0) AS queued, coalesce(sent, 0) AS sent,
    coalesce(delivered, 0) AS delivered, coalesce(failed, 0) AS failed,
    coalesce(segments, 0) AS segments, coalesce(queued_segments, 0) AS queued_segments,
    coalesce(failed_segments, 0) AS failed_segments, first_sent_at,
    coalesce(debited_credits, 0) AS debited_credits, coalesce(refunded_credits, 0) AS refunded_credits
FROM (
    SELECT owner_id, campaign_id,
        count(*) FILTER (WHERE status = 'queued') AS queued,
        count(*) FILTER (WHERE status = 'sent') AS sent,
        count(*) FILTER (WHERE status = 'delivered') AS delivered,
        count(*) FILTER (WHERE status = 'failed') AS failed,
        sum(segments)::bigint AS segments,
        sum(segments) FILTER (WHERE status = 'queued')::bigint AS queued_segments,
        sum(segments) FILTER (WHERE status = 'failed')::bigint AS failed_segments,
        min(sent_at) AS first_sent_at
    FROM campaign_message
    WHERE :owner_id IS NULL OR owner_id = :owner_id
    GROUP BY owner_id, campaign_id
) AS message
FULL JOIN (
    SELECT owner_id, campaign_id,
        sum(taken) FILTER (WHERE is_charge)::bigint AS debited_credits,
        sum(-taken) FILTER (WHERE NOT is_charge)::bigint AS refunded_credits
    FROM (
        SELECT owner_id, campaign_id, CASE type WHEN 'debit' THEN amount_credits ELSE -amount_credits END AS taken,
            is_charge(owner_id, type, reason_code, reverses) AS is_charge
        FROM credit_transaction
        WHERE campaign_id IS NOT NULL AND (:owner_id IS NULL OR owner_id = :owner_id)
    ) AS entry
    GROUP BY owner_id, campaign_id
) AS charge USING (owner_id, campaign_id)
