-- "CampaignMessage" becomes campaign_message. The times prove what the status forgot to say.

CREATE TEMP TABLE work ON COMMIT DROP AS
WITH seen AS (
    SELECT s.id, mapped.owner_id, hashtextextended({fingerprint}, 0) AS fingerprint,
        ref.fingerprint AS known, ref.target_id AS known_id, false AS is_merged,
        campaign.id AS campaign_id, contact.id AS contact_id, contact.phone AS contact_phone,
        contact.erased_at IS NOT NULL AS is_erased,
        CASE
            WHEN s.status IN ('delivered', 'failed') THEN s.status
            WHEN s."deliveredAt" IS NOT NULL THEN 'delivered'
            WHEN s.status = 'sent' THEN 'sent'
            WHEN s."failedAt" IS NOT NULL THEN 'failed'
            WHEN s."sentAt" IS NOT NULL THEN 'sent'
            WHEN s.status = 'queued' THEN 'queued'
        END AS status,
        coalesce(s."createdAt", s."sentAt", s."failedAt", s."deliveredAt", now()) AS created_at
    FROM staged AS s
    LEFT JOIN platform_owner AS mapped ON mapped.source_id = s."ownerId"
    -- LIMIT keeps each look-up one probe of the index, however wrong the statistics of tables are
    -- that grow while this runs.
    LEFT JOIN LATERAL (
        SELECT target_id, fingerprint FROM platform_ref
        WHERE owner_id = mapped.owner_id AND kind = 'message' AND source_id = s.id LIMIT 1
    ) AS ref ON true
    LEFT JOIN LATERAL (
        SELECT campaign.id FROM platform_ref JOIN campaign
            ON campaign.owner_id = platform_ref.owner_id AND campaign.id = platform_ref.target_id
        WHERE platform_ref.owner_id = mapped.owner_id AND kind = 'campaign' AND source_id = s."campaignId" LIMIT 1
    ) AS campaign ON true
    LEFT JOIN LATERAL (
        SELECT contact.id, contact.phone, contact.erased_at FROM platform_ref JOIN contact
            ON contact.owner_id = platform_ref.owner_id AND contact.id = platform_ref.target_id
        WHERE platform_ref.owner_id = mapped.owner_id AND kind = 'contact' AND source_id = s."contactId" LIMIT 1
    ) AS contact ON true
), judged AS (
    SELECT *, CASE
        WHEN known = fingerprint THEN NULL
        WHEN owner_id IS NULL THEN 'owner_not_imported'
        WHEN campaign_id IS NULL THEN 'campaign_not_imported'
        WHEN contact_id IS NULL THEN 'contact_not_imported'
        WHEN status IS NULL THEN 'status_unknown'
    END AS refusal
    FROM seen
)
SELECT *, CASE
    -- Nothing new is kept of somebody who was erased.
    WHEN known = fingerprint OR (known IS NULL AND is_erased) THEN 'unchanged'
    WHEN refusal IS NOT NULL THEN 'left_out'
    WHEN known IS NULL THEN 'added'
    ELSE 'changed' END AS outcome,
    CASE WHEN known IS NULL AND refusal IS NULL AND NOT is_erased
        THEN nextval('campaign_message_id_seq') ELSE known_id END AS target_id
FROM judged;

ANALYZE work;

-- One id of the provider, one message.
CREATE TEMP TABLE clash ON COMMIT DROP AS
SELECT id FROM (
    SELECT work.id, s."providerMessageId" AS name, work.target_id,
        row_number() OVER (PARTITION BY s."providerMessageId" ORDER BY work.known IS NULL, work.id) AS nth
    FROM work JOIN staged AS s USING (id)
    WHERE work.outcome IN ('added', 'changed') AND s."providerMessageId" <> ''
) AS named
WHERE nth > 1 OR char_length(name) > 400 OR EXISTS (
    SELECT 1 FROM campaign_message AS taken
    WHERE taken.provider = :provider AND taken.provider_message_id = named.name
        AND taken.id IS DISTINCT FROM named.target_id
);

CREATE TEMP TABLE message ON COMMIT DROP AS
SELECT work.id, owner_id, target_id, outcome, campaign_id, contact_id, work.status, created_at,
    coalesce(number.e164, CASE WHEN s."to" ~ '^\+[1-9][0-9]{6,14}$' THEN s."to" END, contact_phone) AS phone,
    CASE WHEN is_erased THEN '' ELSE coalesce(s.text, '') END AS text,
    CASE WHEN clash.id IS NULL THEN nullif(s."providerMessageId", '') END AS provider_message_id,
    left(nullif(s.error, ''), 200) AS error_code,
    CASE work.status
        WHEN 'queued' THEN NULL WHEN 'failed' THEN s."sentAt" ELSE coalesce(s."sentAt", created_at)
    END AS sent_at,
    CASE WHEN work.status = 'delivered'
        THEN coalesce(s."deliveredAt", s."sentAt", created_at) END AS delivered_at,
    CASE WHEN work.status = 'failed' THEN coalesce(s."failedAt", s."sentAt", created_at) END AS failed_at,
    -- Whether any rule below can be broken: most rows need not be asked one by one.
    (clash.id IS NOT NULL OR number.id IS NOT NULL OR work.status IS DISTINCT FROM s.status OR s."sentAt" IS NULL
        OR s.status NOT IN ('sent', 'delivered') OR s."failedAt" IS NOT NULL
        OR (s.status = 'delivered' AND s."deliveredAt" IS NULL) OR char_length(s.error) > 200) AS is_odd
FROM work
JOIN staged AS s USING (id)
LEFT JOIN clash USING (id)
LEFT JOIN number USING (id)
WHERE outcome IN ('added', 'changed');

INSERT INTO trouble (source_id, owner_id, code)
SELECT id, owner_id, refusal FROM work WHERE outcome = 'left_out';

INSERT INTO trouble (source_id, owner_id, code, done)
SELECT s.id, message.owner_id, rule.code, rule.done
FROM message JOIN staged AS s USING (id) LEFT JOIN clash USING (id) LEFT JOIN number USING (id),
LATERAL (VALUES
    ('provider_id_twice', NULL, clash.id IS NOT NULL),
    ('status_and_times_disagree', 'Imported as ' || message.status || '.', message.status <> s.status
        OR (message.status IN ('sent', 'delivered') AND s."failedAt" IS NOT NULL)
        OR (message.status = 'failed' AND s."deliveredAt" IS NOT NULL)),
    ('sent_without_time', NULL, message.sent_at IS DISTINCT FROM s."sentAt"),
    ('delivered_without_time', NULL, message.status = 'delivered' AND s."deliveredAt" IS NULL),
    ('failed_without_time', NULL, message.status = 'failed' AND s."failedAt" IS NULL),
    ('error_too_long', NULL, char_length(s.error) > 200),
    ('phone_unreadable', 'Imported under the number of its contact.', number.id IS NOT NULL AND number.e164 IS NULL)
) AS rule (code, done, broken)
WHERE is_odd AND broken;

INSERT INTO campaign_message (owner_id, id, campaign_id, contact_id, phone, text, segments, status,
    provider, provider_message_id, error_code, created_at, sent_at, delivered_at, failed_at)
SELECT message.owner_id, message.target_id, message.campaign_id, message.contact_id, message.phone, message.text,
    {segments}, message.status,
    CASE WHEN message.provider_message_id IS NOT NULL THEN :provider END,
    message.provider_message_id, message.error_code, message.created_at,
    message.sent_at, message.delivered_at, message.failed_at
FROM message
WHERE message.outcome = 'added'
ORDER BY message.target_id;

-- A state that a receipt brought here is not set back by an older one of the platform.
UPDATE campaign_message AS kept SET
    text = message.text, segments = {segments}, status = message.status, error_code = message.error_code,
    provider = CASE WHEN coalesce(message.provider_message_id, kept.provider_message_id) IS NOT NULL
        THEN coalesce(kept.provider, :provider) END,
    provider_message_id = coalesce(message.provider_message_id, kept.provider_message_id),
    sent_at = message.sent_at, delivered_at = message.delivered_at, failed_at = message.failed_at
FROM message
WHERE message.outcome = 'changed' AND kept.owner_id = message.owner_id AND kept.id = message.target_id
    AND (
        array_position(:states, replace(message.status, 'delivered', 'failed')), coalesce(message.delivered_at, message.failed_at, message.sent_at, '-infinity')
    ) >= (
        array_position(:states, replace(kept.status, 'delivered', 'failed')), coalesce(kept.delivered_at, kept.failed_at, kept.sent_at, '-infinity')
    );
