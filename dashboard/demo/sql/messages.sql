-- One batch of messages, in the order of their ids.

INSERT INTO campaign_message (
    owner_id, id, campaign_id, contact_id, phone, text, segments, status, provider, provider_message_id,
    error_code, created_at, sent_at, delivered_at, failed_at
)
SELECT owner_id, id, campaign_id, contact_id, phone, message_text, segments,
    CASE WHEN NOT is_handed_over THEN 'queued' WHEN final_at > now_there THEN 'sent' ELSE fate END,
    CASE WHEN is_handed_over AND NOT is_refused THEN 'gateway' END,
    CASE WHEN is_handed_over AND NOT is_refused THEN to_hex(id) || '-' || to_hex(hashint8extended(id, 60)) END,
    CASE WHEN is_handed_over AND fate = 'failed' AND final_at <= now_there THEN error_code END,
    queued_at,
    CASE WHEN is_handed_over AND NOT is_refused THEN handed_over_at END,
    CASE WHEN is_handed_over AND fate = 'delivered' AND final_at <= now_there THEN final_at END,
    CASE WHEN is_handed_over AND fate = 'failed' AND final_at <= now_there THEN final_at END
FROM (
    SELECT *, handed_over_at + CASE
            WHEN fate = 'failed' AND error_code = 'EXPIRED' THEN 24 * 3600 + odds * 48 * 3600
            WHEN is_refused THEN 1
            -- Log-logistic: half of them by the median, one of a hundred after a hundred medians.
            ELSE least(200000, 1 + median_seconds * power(odds / (1 - odds), 0.95))
        END * interval '1 second' AS final_at
    FROM (
        SELECT *, pg_temp.chance(id, 61) AS odds,
            CASE WHEN draw < failure_rate + 0.007 THEN 'failed' ELSE 'delivered' END AS fate,
            -- Looked up for the few, as the hundred codes are too wide to be sorted with all.
            CASE WHEN draw < failure_rate
                THEN (SELECT codes[1 + pg_temp.choice(id, 62, 100)] FROM slice WHERE slice.no = slice_no)
                WHEN draw < failure_rate + 0.007 THEN 'EXPIRED' END AS error_code,
            handed_over_at <= least(now_there, halted_at) AS is_handed_over
        FROM (
            SELECT slice.owner_id, slice.first_id + recipient.no - slice.first AS id, slice.id AS campaign_id,
                recipient.contact_id, recipient.phone, slice.message_text, slice.segments, slice.no AS slice_no,
                -- Texts that cross a border fail twice as often.
                slice.failure_rate * CASE WHEN recipient.phone LIKE home.prefix || '%%' THEN 1 ELSE 2 END
                    AS failure_rate,
                slice.median_seconds, slice.queued_at, slice.halted_at,
                slice.status = 'failed' AS is_refused,
                pg_temp.handed_over(
                    slice.started_at, slice.duration_seconds, recipient.no, slice.messages
                ) AS handed_over_at,
                pg_temp.chance(slice.first_id + recipient.no - slice.first, 63) AS draw,
                pg_temp.now_there() AS now_there
            FROM slice
            JOIN planned_owner AS home ON home.id = slice.owner_id
            CROSS JOIN LATERAL (
                SELECT member.place AS no, member.contact_id, member.phone
                FROM member
                WHERE member.list_id = slice.list_id AND member.place BETWEEN slice.first AND slice.last
                    AND NOT member.is_invalid
                    AND (
                        member.left_at IS NULL OR member.left_at > slice.started_at
                        OR member.back_at <= slice.started_at
                    )
                UNION ALL
                SELECT no, one.contact_id, one.phone
                FROM generate_series(slice.first, slice.last) AS no
                CROSS JOIN LATERAL (
                    SELECT chosen.contact_id, chosen.phone FROM chosen
                    WHERE chosen.owner_id = slice.owner_id
                        -- Spread evenly; where there are more messages than contacts, round after round.
                        AND chosen.place = CASE WHEN slice.messages <= slice.room
                            THEN (no - 1) * slice.room / slice.messages + 1
                            ELSE mod(no - 1, slice.room) + 1 END
                    LIMIT 1
                ) AS one
                WHERE slice.list_id IS NULL
            ) AS recipient
            WHERE slice.batch = %s
            ORDER BY id
        ) AS message
        OFFSET 0
    ) AS fated
    OFFSET 0
) AS timed
