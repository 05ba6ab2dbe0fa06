-- "Wallet" becomes wallet. Owners with transactions were closed with those.

CREATE TEMP TABLE entry (id bigint, owner_id bigint, key uuid, created_at timestamptz, type text, amount bigint,
    signed bigint, "campaignId" bigint, campaign_id bigint, note text) ON COMMIT DROP;

UPDATE work SET outcome = CASE WHEN known IS NULL THEN 'added' ELSE 'changed' END WHERE outcome IS NULL;

CREATE TEMP TABLE ledger ON COMMIT DROP AS
SELECT work.owner_id, coalesce(s.balance, 0) AS seen_credits, s.id AS source_wallet_id
FROM work JOIN staged AS s USING (id)
WHERE work.outcome IN ('added', 'changed') AND s."hasTransactions" IS NOT TRUE;

INSERT INTO wallet (owner_id)
SELECT owner_id FROM work WHERE outcome = 'added' ORDER BY owner_id ON CONFLICT DO NOTHING;

UPDATE work SET target_id = wallet.id
FROM wallet WHERE wallet.owner_id = work.owner_id AND work.outcome = 'added';
