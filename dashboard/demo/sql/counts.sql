-- What the triggers would have counted, in one pass over each table.

INSERT INTO contact_stat (owner_id, contacts, subscribed)
SELECT owner_id, count(*), count(*) FILTER (WHERE is_subscribed) FROM contact GROUP BY owner_id ORDER BY owner_id;

INSERT INTO list_stat (owner_id, list_id, members, subscribed)
SELECT owner_id, list_id, count(*), count(*) FILTER (WHERE left_at IS NULL OR back_at IS NOT NULL)
FROM member GROUP BY owner_id, list_id ORDER BY owner_id, list_id;

CREATE TEMP TABLE counted ON COMMIT DROP AS
SELECT owner_id, campaign_id, status, error_code,
    date_bin('1 hour', sent_at, timestamptz '2000-01-01 00:00+00') AS sent_hour,
    date_bin('1 hour', delivered_at, timestamptz '2000-01-01 00:00+00') AS delivered_hour,
    date_bin('1 hour', failed_at, timestamptz '2000-01-01 00:00+00') AS failed_hour,
    count(*) AS messages, sum(segments) AS segments, min(sent_at) AS first_sent_at
FROM campaign_message
GROUP BY 1, 2, 3, 4, 5, 6, 7;

INSERT INTO campaign_stat (owner_id, campaign_id, queued, sent, delivered, failed,
    segments, queued_segments, failed_segments, first_sent_at)
SELECT owner_id, campaign_id,
    coalesce(sum(messages) FILTER (WHERE status = 'queued'), 0),
    coalesce(sum(messages) FILTER (WHERE status = 'sent'), 0),
    coalesce(sum(messages) FILTER (WHERE status = 'delivered'), 0),
    coalesce(sum(messages) FILTER (WHERE status = 'failed'), 0),
    sum(segments),
    coalesce(sum(segments) FILTER (WHERE status = 'queued'), 0),
    coalesce(sum(segments) FILTER (WHERE status = 'failed'), 0),
    min(first_sent_at)
FROM counted GROUP BY owner_id, campaign_id ORDER BY owner_id, campaign_id;

INSERT INTO campaign_stat_hour (owner_id, campaign_id, hour, accepted, delivered, failed)
SELECT owner_id, campaign_id, hour, sum(messages * accepted), sum(messages * delivered), sum(messages * failed)
FROM counted, LATERAL (VALUES
    (CASE WHEN status <> 'queued' THEN coalesce(sent_hour, failed_hour) END, 1, 0, 0),
    (delivered_hour, 0, 1, 0),
    (failed_hour, 0, 0, 1)
) AS moment (hour, accepted, delivered, failed)
WHERE hour IS NOT NULL
GROUP BY owner_id, campaign_id, hour ORDER BY owner_id, campaign_id, hour;

INSERT INTO campaign_stat_error (owner_id, campaign_id, error_code, failed)
SELECT owner_id, campaign_id, coalesce(error_code, ''), sum(messages)
FROM counted WHERE status = 'failed'
GROUP BY owner_id, campaign_id, coalesce(error_code, '') ORDER BY 1, 2, 3;
