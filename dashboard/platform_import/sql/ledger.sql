-- "CreditTransaction", whole owners at a time, each owner's entries in the order (createdAt, id).
-- staged."walletBalance" is what the owner saw; ledger_credits is what was imported of it before.

CREATE TEMP TABLE entry ON COMMIT DROP AS
SELECT s.id, w.owner_id, w.known, s.key,
    coalesce(s."createdAt", now()) AS created_at,
    s.type, s.amount, s.amount * CASE s.type WHEN 'debit' THEN -1 ELSE 1 END AS signed,
    s."walletId", s."walletOwnerId", s."ownerId", s."campaignId", campaign.id AS campaign_id,
    left(nullif(btrim(s.reason), ''), 500) AS note,
    s."balanceAfter" - coalesce(lag(s."balanceAfter") OVER owned, 0) AS moved_by,
    CASE
        WHEN w.owner_id IS NULL THEN 'owner_not_imported'
        WHEN s.type <> ALL (:types) OR s.type IS NULL THEN 'type_unknown'
        WHEN s.amount IS NULL OR s.amount <= 0 THEN 'amount_not_positive'
    END AS refusal
FROM work AS w
JOIN staged AS s USING (id)
LEFT JOIN LATERAL (
    SELECT campaign.id FROM platform_ref JOIN campaign
        ON campaign.owner_id = platform_ref.owner_id AND campaign.id = platform_ref.target_id
    WHERE platform_ref.owner_id = w.owner_id AND kind = 'campaign' AND source_id = s."campaignId" LIMIT 1
) AS campaign ON true
WINDOW owned AS (PARTITION BY s."ownerId" ORDER BY s."createdAt", s.id);

ANALYZE entry;

UPDATE work SET outcome = CASE
    WHEN entry.known IS NOT NULL THEN 'unchanged' WHEN entry.refusal IS NOT NULL THEN 'left_out' ELSE 'added' END
FROM entry WHERE work.id = entry.id AND work.outcome IS NULL;

INSERT INTO trouble (source_id, owner_id, code)
SELECT work.id, work.owner_id, rule.code
FROM work JOIN entry USING (id), LATERAL (VALUES
    ('entry_changed', work.known IS NOT NULL AND work.known <> work.fingerprint),
    (entry.refusal, work.outcome = 'left_out' AND entry.refusal <> 'owner_not_imported'),
    ('no_wallet', work.outcome = 'added' AND entry."walletId" IS NULL),
    ('wallet_of_other_owner', work.outcome = 'added' AND entry."walletOwnerId" <> entry."ownerId"),
    ('campaign_not_imported_here', work.outcome = 'added' AND entry."campaignId" IS NOT NULL AND campaign_id IS NULL),
    ('chain_broken', work.outcome = 'added' AND entry.moved_by <> entry.signed)
) AS rule (code, broken)
WHERE broken;

CREATE TEMP TABLE ledger ON COMMIT DROP AS
SELECT DISTINCT ON (work.owner_id) work.owner_id, s."walletBalance" AS seen_credits, s."ownWalletId" AS source_wallet_id
FROM work JOIN staged AS s USING (id) WHERE work.owner_id IS NOT NULL
ORDER BY work.owner_id;
