-- Compare the counters of "Campaign" with the messages that were imported. The messages win.

CREATE TEMP TABLE work ON COMMIT DROP AS
SELECT s.id, mapped.owner_id, 'unchanged'::text AS outcome FROM staged AS s
LEFT JOIN platform_owner AS mapped ON mapped.source_id = s."ownerId";

INSERT INTO trouble (source_id, owner_id, code, done)
SELECT s.id, work.owner_id, 'counters_disagree',
    format('The platform counts %s messages, %s sent, %s failed; imported were %s, %s and %s. The messages hold.',
        coalesce(s.total::text, '?'), coalesce(s.sent::text, '?'), coalesce(s.failed::text, '?'),
        held.total, held.sent, held.failed)
FROM staged AS s
JOIN work USING (id)
JOIN platform_ref AS ref
    ON ref.owner_id = work.owner_id AND ref.kind = 'campaign' AND ref.source_id = s.id
LEFT JOIN campaign_stat AS stat ON stat.owner_id = ref.owner_id AND stat.campaign_id = ref.target_id,
LATERAL (SELECT
    coalesce(stat.queued + stat.sent + stat.delivered + stat.failed, 0) AS total,
    coalesce(stat.sent + stat.delivered, 0) AS sent,
    coalesce(stat.failed, 0) AS failed
) AS held
WHERE s.status NOT IN ('draft', 'scheduled')
    AND (s.total <> held.total OR s.sent <> held.sent OR s.failed <> held.failed);
