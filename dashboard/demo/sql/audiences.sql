-- Who is not messaged, how many others there are, and in which order all messages come.

INSERT INTO campaign_skip (owner_id, campaign_id, contact_id, reason_code, created_at)
SELECT member.owner_id, campaign.id, member.contact_id,
    CASE WHEN member.is_invalid THEN 'invalid_number'
        WHEN pg_temp.chance(member.contact_id, 50) < 0.2 THEN 'suppressed'
        ELSE 'not_subscribed' END,
    campaign.started_at
FROM member
JOIN planned_campaign AS campaign ON campaign.list_id = member.list_id AND campaign.messages >= member.place
WHERE member.is_invalid
    OR member.left_at <= campaign.started_at AND (member.back_at IS NULL OR campaign.started_at < member.back_at)
ORDER BY campaign.id, member.place;

-- Campaigns without a list go to contacts that never left.
CREATE TEMP TABLE chosen ON COMMIT DROP AS
SELECT owner_id, row_number() OVER (PARTITION BY owner_id ORDER BY contact_id) AS place,
    contact_id, phone, created_at
FROM person
WHERE NOT is_invalid AND NOT EXISTS (SELECT FROM opt_out WHERE opt_out.contact_id = person.contact_id);

CREATE UNIQUE INDEX ON chosen (owner_id, place);
ANALYZE chosen;

-- They share the messages that are wanting, by how many contacts there were.
CREATE TEMP TABLE choosing ON COMMIT DROP AS
SELECT campaign.id, campaign.messages,
    (SELECT count(*) FROM chosen
     WHERE chosen.owner_id = campaign.owner_id AND chosen.created_at <= campaign.started_at) AS room
FROM planned_campaign AS campaign
WHERE campaign.started_at IS NOT NULL AND campaign.list_id IS NULL;

UPDATE planned_campaign AS campaign SET messages = share.upto - share.before
FROM (
    SELECT id, floor(sum(room) OVER w * wanting.messages / sum(room) OVER ()) AS upto,
        floor((sum(room) OVER w - room) * wanting.messages / sum(room) OVER ()) AS before
    FROM choosing, (
        SELECT pg_temp.messages_wanted()
            - coalesce((SELECT sum(messages) FROM planned_campaign), 0)
            + (SELECT count(*) FROM campaign_skip) AS messages
    ) AS wanting
    WHERE choosing.messages IS NULL
    WINDOW w AS (ORDER BY id)
) AS share
WHERE share.id = campaign.id;

-- Long campaigns are cut, so that the messages of all come in the order of time, as from a real queue.
CREATE TEMP TABLE slice ON COMMIT DROP AS
SELECT *, first_id / 100000 AS batch
FROM (
    SELECT campaign.*, first, last, room, queued_at,
        (sum(last - first + 1) OVER w - (last - first))::bigint AS first_id,
        row_number() OVER w AS no
    FROM planned_campaign AS campaign
    LEFT JOIN choosing USING (id)
    CROSS JOIN LATERAL generate_series(1, campaign.messages, 50000) AS first
    CROSS JOIN LATERAL (
        SELECT least(first + 49999, campaign.messages) AS last,
            CASE WHEN duration_seconds > 86400
            THEN pg_temp.handed_over(started_at, duration_seconds, first, campaign.messages)
            ELSE started_at END AS queued_at
    ) AS cut
    WHERE campaign.messages > 0
    WINDOW w AS (ORDER BY queued_at, campaign.id, first)
) AS queue;

CREATE UNIQUE INDEX ON slice (no);
CREATE INDEX ON slice (batch);
ANALYZE slice;
