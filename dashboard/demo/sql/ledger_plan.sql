-- What moved each wallet, as far as campaigns are concerned. The amounts follow from the messages.

CREATE TEMP TABLE movement (
    owner_id bigint, at timestamptz, type text, amount bigint, reason_code text, note text,
    campaign_id bigint, staff_id bigint,
    pair bigint, is_undone boolean  -- a credit and the debit that follows it; whether that reverses it
) ON COMMIT DROP;

INSERT INTO movement (owner_id, at, type, amount, reason_code, note)
SELECT id, created_at + interval '2 hours', 'credit', base_credits,
    CASE WHEN id % 2 = 0 THEN 'opening' ELSE 'purchase' END,
    CASE WHEN id % 2 = 0 THEN 'Balance carried over' END
FROM planned_owner WHERE base_credits > 0;

INSERT INTO movement (owner_id, at, type, amount, reason_code, note, campaign_id)
SELECT owner_id, campaign.started_at, 'debit', stat.segments, 'campaign', NULL, campaign.id
FROM planned_campaign AS campaign
JOIN campaign_stat AS stat USING (owner_id)
WHERE stat.campaign_id = campaign.id;

-- Before every few campaigns enough is bought for them, in round numbers.
INSERT INTO movement (owner_id, at, type, amount, reason_code, note)
SELECT owner_id,
    greatest(created_at + interval '3 hours', starts_at - interval '1 hour' - pg_temp.chance(owner_id, part) * interval '60 hours'),
    'credit', unit * (ceil(upto / unit) - ceil((upto - needed) / unit)), 'purchase',
    'Invoice ' || to_char(starts_at, 'YYYY') || '-' || lpad((owner_id * 1000 + part)::text, 6, '0')
FROM (
    SELECT owner_id, part, min(at) AS starts_at, sum(amount) AS needed,
        sum(sum(amount)) OVER (PARTITION BY owner_id ORDER BY part) AS upto
    FROM (
        SELECT owner_id, at, amount,
            (row_number() OVER (PARTITION BY owner_id ORDER BY at, campaign_id) - 1) / (1 + owner_id % 4) AS part
        FROM movement WHERE type = 'debit'
    ) AS debit
    GROUP BY owner_id, part
) AS need
JOIN (SELECT id, created_at, purchase_credits::numeric AS unit FROM planned_owner) AS o ON o.id = need.owner_id
WHERE ceil(upto / unit) > ceil((upto - needed) / unit);

-- What failed is given back for some, after the last receipt can have come.
INSERT INTO movement (owner_id, at, type, amount, reason_code, note, campaign_id, staff_id)
SELECT stat.owner_id, campaign.started_at + interval '4 days' + pg_temp.chance(campaign.id, 70) * interval '20 hours',
    'refund', stat.failed * campaign.segments, 'refund', stat.failed || ' messages failed',
    campaign.id, (pg_temp.staff_ids())[1]
FROM planned_campaign AS campaign
JOIN campaign_stat AS stat USING (owner_id)
JOIN planned_owner AS o ON o.id = campaign.owner_id
WHERE stat.campaign_id = campaign.id AND stat.failed > 0
    AND campaign.started_at < pg_temp.now_there() - interval '5 days'
    AND o.purchase_credits > 1  -- not where the wallet is to stay empty
    AND (campaign.failure_rate > 0.3 OR pg_temp.chance(campaign.id, 71) < 0.08);
