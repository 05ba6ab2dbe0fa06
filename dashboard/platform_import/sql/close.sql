-- Append the entries of `entry` to the wallets of `ledger`, lifted where they would fall below
-- zero, and closed on the balance that the owner saw.

INSERT INTO wallet (owner_id) SELECT owner_id FROM ledger ORDER BY owner_id ON CONFLICT DO NOTHING;

SELECT count(*) FROM (
    SELECT 1 FROM wallet WHERE owner_id IN (SELECT owner_id FROM ledger) ORDER BY owner_id FOR UPDATE
) AS held;

CREATE TEMP TABLE line ON COMMIT DROP AS
SELECT entry.*, row_number() OVER owned AS nth, (sum(signed) OVER owned)::bigint AS running
FROM entry JOIN work USING (id)
WHERE work.outcome = 'added'
WINDOW owned AS (PARTITION BY entry.owner_id ORDER BY entry.created_at, entry.id);

CREATE TEMP TABLE closing ON COMMIT DROP AS
SELECT ledger.owner_id, wallet.id AS wallet_id, wallet.balance_credits, wallet.last_entry_no,
    ledger.seen_credits, ledger.source_wallet_id, mapped.source_id, mapped.ledger_credits IS NULL AS is_first,
    coalesce(mapped.ledger_credits, 0) AS before_credits,
    total.entries, total.credits, total.lowest, total.first_at,
    0::bigint AS lift, 0::bigint AS correction
FROM ledger
JOIN wallet USING (owner_id)
JOIN platform_owner AS mapped USING (owner_id)
CROSS JOIN LATERAL (
    SELECT count(*) AS entries, coalesce(sum(signed), 0)::bigint AS credits,
        least(coalesce(min(running), 0), 0) AS lowest, min(created_at) AS first_at
    FROM line WHERE line.owner_id = ledger.owner_id
) AS total;

-- At first an opening entry lifts the chain; where nothing but the balance is known it is all of it.
UPDATE closing SET lift = greatest(0, CASE WHEN entries = 0 THEN seen_credits ELSE -(balance_credits + lowest) END)
WHERE is_first;

UPDATE closing SET correction =
    greatest(seen_credits, 0) - (before_credits + credits + CASE WHEN is_first THEN lift ELSE 0 END)
WHERE seen_credits IS NOT NULL;

-- Later, credits may have been spent here that the platform's new debits need.
UPDATE closing SET lift = greatest(0, -(balance_credits + least(lowest, credits + correction)))
WHERE NOT is_first;

INSERT INTO trouble (source_table, source_id, owner_id, code, done)
SELECT 'Wallet', source_wallet_id, owner_id, rule.code, rule.done
FROM closing, LATERAL (VALUES
    ('chain_lifted', CASE
        WHEN is_first AND entries = 0 THEN format('Opened with %s credits, the balance that the owner saw.', lift)
        WHEN is_first THEN format('Opened with %s credits.', lift)
        ELSE format('Lifted by %s credits.', lift) END, lift > 0),
    ('chain_corrected', format('Closed with a correction of %s credits, on %s.',
        to_char(correction, 'FMSG999999999999999999'), greatest(seen_credits, 0)), correction <> 0),
    ('balance_negative', NULL, seen_credits < 0),
    ('wallet_missing', NULL, is_first AND seen_credits IS NULL)
) AS rule (code, done, broken)
WHERE broken;

INSERT INTO credit_transaction (owner_id, wallet_id, entry_no, type, amount_credits, balance_after_credits,
    reason_code, note, campaign_id, idempotency_key, created_at)
SELECT owner_id, wallet_id, entry_no, type, amount, balance_after, reason_code, note, campaign_id, key, created_at
FROM (
    SELECT owner_id, wallet_id, last_entry_no + 1 AS entry_no, 'credit' AS type, lift AS amount,
        balance_credits + lift AS balance_after,
        CASE WHEN is_first THEN 'opening' ELSE 'correction' END AS reason_code,
        CASE
            WHEN is_first AND entries = 0 THEN 'The balance on the platform.'
            WHEN is_first THEN 'Lifts the platform''s entries, which would fall below zero on the way.'
            ELSE 'Lifts the balance for the platform''s new entries, which need more than is left here.'
        END AS note,
        NULL::bigint AS campaign_id, md5('lift ' || source_id || ' ' || last_entry_no)::uuid AS key,
        coalesce(CASE WHEN is_first THEN first_at END, now()) AS created_at
    FROM closing WHERE lift > 0
    UNION ALL
    SELECT line.owner_id, wallet_id, last_entry_no + (lift > 0)::int + nth, line.type, line.amount,
        balance_credits + lift + running,
        CASE
            WHEN note ~* '(charge ?back|dispute)' THEN 'chargeback'
            WHEN line.type = 'refund' OR note ~* 'refund' THEN 'refund'
            WHEN line."campaignId" IS NOT NULL OR note ~* '(campaign|message|sms|send)' THEN 'campaign'
            WHEN note ~* '(promo|bonus|welcome|gift|free|trial|coupon)' THEN 'promotion'
            WHEN note ~* '(purchas|top.?up|bought|buy|payment|paid|stripe|package|subscription)' THEN 'purchase'
            WHEN note ~* '(goodwill|courtesy)' THEN 'goodwill'
            WHEN note ~* '(correct|adjust)' THEN 'correction'
            ELSE 'other'
        END,
        note, line.campaign_id, line.key, line.created_at
    FROM line JOIN closing USING (owner_id)
    UNION ALL
    SELECT owner_id, wallet_id, last_entry_no + (lift > 0)::int + entries + 1,
        CASE WHEN correction > 0 THEN 'credit' ELSE 'debit' END, abs(correction),
        balance_credits + lift + credits + correction, 'correction',
        format('The platform''s balance is %s, its entries make %s: corrected by %s.', seen_credits,
            before_credits + credits + CASE WHEN is_first THEN lift ELSE 0 END,
            to_char(correction, 'FMSG999999999999999999')),
        NULL, md5('correction ' || source_id || ' ' || last_entry_no)::uuid, now()
    FROM closing WHERE correction <> 0
) AS written
ORDER BY owner_id, entry_no;

UPDATE wallet SET
    balance_credits = wallet.balance_credits + lift + credits + correction,
    last_entry_no = wallet.last_entry_no + entries + (lift > 0)::int + (correction <> 0)::int,
    updated_at = now()
FROM closing
WHERE wallet.owner_id = closing.owner_id AND (lift > 0 OR entries > 0 OR correction <> 0);

UPDATE platform_owner SET
    ledger_credits = before_credits + CASE WHEN is_first THEN lift ELSE 0 END + credits + correction
FROM closing WHERE platform_owner.owner_id = closing.owner_id;

-- An entry's own id, to see next time that it is here.
UPDATE work SET target_id = written.id
FROM line JOIN credit_transaction AS written ON written.owner_id = line.owner_id AND written.idempotency_key = line.key
WHERE work.id = line.id;
