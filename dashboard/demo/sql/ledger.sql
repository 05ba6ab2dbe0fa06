-- The small change, the ledger of all in its order, and the wallets.

INSERT INTO movement (owner_id, at, type, amount, reason_code, note, staff_id, pair, is_undone)
SELECT owner_id, at + leg * (interval '10 minutes' + pg_temp.chance(pair, 80) * interval '20 hours'),
    CASE leg WHEN 0 THEN 'credit' ELSE 'debit' END, amount,
    CASE WHEN leg = 1 THEN CASE WHEN draw < 0.05 THEN 'reversal' ELSE 'other' END
        WHEN draw < 0.05 THEN 'goodwill' WHEN draw < 0.10 THEN 'promotion' ELSE 'purchase' END,
    CASE WHEN draw < 0.05 THEN CASE leg WHEN 0 THEN 'For the trouble' ELSE 'Booked on the wrong wallet' END
        WHEN leg = 1 THEN 'Single texts' WHEN draw < 0.10 THEN 'Spring promotion' ELSE 'Automatic top-up' END,
    CASE WHEN draw < 0.05 THEN (pg_temp.staff_ids())[1] END, pair, draw < 0.05
FROM (
    SELECT o.id AS owner_id, o.id * 10000000 + n AS pair,
        o.created_at + interval '3 hours'
            + pg_temp.chance(o.id, n + 1000) * (pg_temp.now_there() - o.created_at - interval '25 hours') AS at,
        1 + pg_temp.choice(o.id * 10000000 + n, 81, 200) AS amount,
        pg_temp.chance(o.id * 10000000 + n, 82) AS draw
    FROM planned_pairs
    JOIN planned_owner AS o ON o.id = planned_pairs.owner_id
    CROSS JOIN generate_series(1, planned_pairs.pairs) AS n
) AS pairs, (VALUES (0), (1)) AS legs (leg);

INSERT INTO wallet (owner_id, id, updated_at)
SELECT id, id, created_at FROM planned_owner ORDER BY id;

CREATE TEMP TABLE entry ON COMMIT DROP AS
SELECT *, row_number() OVER (ORDER BY at, owner_id, entry_no) AS id
FROM (
    SELECT *, row_number() OVER w AS entry_no,
        (sum(CASE WHEN type = 'debit' THEN -amount ELSE amount END) OVER w)::bigint AS balance
    FROM movement
    WINDOW w AS (
        PARTITION BY owner_id ORDER BY at, type, campaign_id, pair ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
) AS chained;

INSERT INTO credit_transaction (
    owner_id, id, wallet_id, entry_no, type, amount_credits, balance_after_credits, reason_code, note,
    campaign_id, staff_id, idempotency_key, reverses, created_at, hash
)
SELECT owner_id, id, owner_id, entry_no, type, amount, balance, reason_code, note, campaign_id, staff_id,
    key, reverses, at,
    ledger_chain(owner_id, id, entry_no, type, amount, balance, reason_code, note, campaign_id, staff_id, key, reverses, at)
        OVER (PARTITION BY owner_id ORDER BY entry_no)
FROM (
    SELECT entry.*, md5('demo ' || entry.id)::uuid AS key, undone.id AS reverses
    FROM entry
    LEFT JOIN entry AS undone ON undone.pair = entry.pair AND undone.type = 'credit'
        AND entry.type = 'debit' AND entry.is_undone
) AS line
ORDER BY id;

INSERT INTO wallet_day (owner_id, day, type, reason_code, entries, credits)
SELECT owner_id, (at AT TIME ZONE 'UTC')::date, type, reason_code, count(*), sum(amount)
FROM entry GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;

UPDATE wallet SET balance_credits = last.balance, last_entry_no = last.entry_no, updated_at = last.at
FROM (SELECT DISTINCT ON (owner_id) * FROM entry ORDER BY owner_id, entry_no DESC) AS last
WHERE last.owner_id = wallet.owner_id;

-- A campaign's entries are its debit and its refund; nothing of it is reversed.
UPDATE campaign_stat AS stat SET debited_credits = charge.debited, refunded_credits = charge.refunded
FROM (
    SELECT owner_id, campaign_id,
        coalesce(sum(amount) FILTER (WHERE type = 'debit'), 0) AS debited,
        coalesce(sum(amount) FILTER (WHERE type = 'refund'), 0) AS refunded
    FROM entry WHERE campaign_id IS NOT NULL GROUP BY owner_id, campaign_id
) AS charge
WHERE charge.owner_id = stat.owner_id AND charge.campaign_id = stat.campaign_id;
