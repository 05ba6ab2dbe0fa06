-- What the provider told us lately, and what staff did lately.

INSERT INTO webhook_event (provider, kind, payload, received_at, signature_ok, dedupe_key, status, processed_at, error)
SELECT 'gateway', kind, payload, at, NOT is_forged, 'demo-' || kind || '-' || key,
    CASE WHEN is_forged THEN 'ignored' WHEN is_stray THEN 'failed' ELSE 'processed' END,
    CASE WHEN NOT is_forged THEN at + interval '40 milliseconds' END,
    CASE WHEN is_forged THEN 'The signature does not fit.' WHEN is_stray THEN 'No message has that id.' END
FROM (
    (
        SELECT 'inbound' AS kind, opt_out.contact_id::text AS key, left_at AS at, false AS is_forged, false AS is_stray,
            jsonb_build_object('from', person.phone, 'to', sender.number, 'text', opt_out.reason) AS payload
        FROM opt_out
        JOIN person USING (contact_id)
        JOIN LATERAL (
            SELECT number FROM sender_number WHERE sender_number.owner_id = opt_out.owner_id ORDER BY id LIMIT 1
        ) AS sender ON true
        WHERE opt_out.source = 'stop_keyword'
        ORDER BY left_at DESC, opt_out.contact_id LIMIT 25
    )
    UNION ALL
    (
        SELECT 'receipt', provider_message_id, coalesce(delivered_at, failed_at), id % 17 = 3, id % 19 = 4,
            jsonb_strip_nulls(jsonb_build_object(
                'messageId', CASE WHEN id % 19 = 4 THEN 'unknown-' || id ELSE provider_message_id END,
                'deliveryStatus', CASE status WHEN 'delivered' THEN 'Delivered' ELSE 'Failure' END,
                'error', error_code,
                'updatedAt', to_char(coalesce(delivered_at, failed_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            ))
        FROM campaign_message
        WHERE owner_id = 1 AND status IN ('delivered', 'failed') AND provider_message_id IS NOT NULL
        ORDER BY id DESC LIMIT 60
    )
) AS notice
ORDER BY at, key;

INSERT INTO audit_event (at, staff_id, ip, action, subject, owner_id, before, after)
SELECT at, staff_id, ip, action, subject, owner_id, before, after
FROM (
    (
        SELECT occurred_at AS at, staff_id, inet '192.0.2.10' + staff_id AS ip, 'contact.unsubscribe' AS action,
            'contact:' || contact_id AS subject, owner_id, '{"is_subscribed": true}'::jsonb AS before,
            jsonb_build_object('is_subscribed', false, 'reason', reason) AS after
        FROM subscription_event WHERE source = 'staff' ORDER BY occurred_at DESC, id LIMIT 200
    )
    UNION ALL
    (
        SELECT created_at, staff_id, inet '192.0.2.10' + staff_id, 'wallet.adjust', 'credit_transaction:' || id, owner_id,
            jsonb_build_object('balance_credits', balance_after_credits - amount_credits),
            jsonb_build_object('balance_credits', balance_after_credits, 'reason_code', reason_code, 'note', note)
        FROM credit_transaction WHERE reason_code = 'goodwill' ORDER BY created_at DESC, id LIMIT 200
    )
) AS deed
ORDER BY at, subject;

-- Notes about those who called lately, and about the numbers that the README names.
WITH written AS (
    INSERT INTO contact_note (owner_id, contact_id, text, staff_id, created_at)
    SELECT owner_id, contact_id, text, staff_id, at
    FROM (
        (
            SELECT owner_id, contact_id, staff_id, occurred_at + interval '4 minutes' AS at,
                (ARRAY['Called about the campaign of the week before. Wants no more messages.',
                    'Asked who gave us the number: the shop did, at the till.',
                    'Will write to the owner as well.'])[1 + pg_temp.choice(contact_id, 60, 3)] AS text
            FROM subscription_event WHERE source = 'staff' ORDER BY occurred_at DESC, id LIMIT 30
        )
        UNION ALL
        SELECT owner_id, id, (pg_temp.staff_ids())[3], pg_temp.now_there() - age, text
        FROM contact, (VALUES
            (interval '9 days', 'Called: a text came twice. Told them that these were two campaigns.'),
            (interval '2 days', 'Called again. Prefers to be called after 17:00.')
        ) AS known (age, text)
        WHERE id = ANY (pg_temp.known_contacts())
    ) AS note
    ORDER BY at, contact_id
    RETURNING owner_id, id, contact_id, staff_id, created_at
)
INSERT INTO audit_event (at, staff_id, ip, action, subject, owner_id, after)
SELECT created_at, staff_id, inet '192.0.2.10' + staff_id, 'contact.note', 'contact:' || contact_id, owner_id,
    jsonb_build_object('note_id', id)
FROM written ORDER BY id;

-- Adjustments that are too large for one person: some wait for the other admin, some are decided.
INSERT INTO adjustment_request (owner_id, change_credits, reason_code, note, idempotency_key, status,
    requested_by, requested_at, expires_at, decided_by, decided_at, decision_note)
SELECT owner_id, change, reason_code, note, md5('demo request ' || nth)::uuid, status,
    (pg_temp.staff_ids())[by], asked_at, asked_at + interval '7 days',
    CASE WHEN status <> 'pending' THEN (pg_temp.staff_ids())[5 - by] END,
    CASE WHEN status <> 'pending' THEN asked_at + interval '3 hours' END, decision_note
FROM (VALUES
    (1, 1, 25000, 'purchase', 'Paid by bank transfer, invoice 118', 'pending', 4, interval '5 hours', NULL),
    (2, 2, 18000, 'promotion', 'Moved here from a competitor', 'pending', 4, interval '2 days', NULL),
    (3, 3, 12500, 'refund', 'The provider was down for an hour', 'pending', 1, interval '6 days', NULL),
    (4, 2, 40000, 'goodwill', 'Asked for on the phone', 'rejected', 1, interval '20 days', 'Nobody agreed to this. Ask their account manager.'),
    (5, 1, 15000, 'purchase', NULL, 'pending', 4, interval '30 days', NULL)
) AS demo (nth, owner_id, change, reason_code, note, status, by, age, decision_note),
LATERAL (SELECT pg_temp.now_there() - age AS asked_at) AS dated
WHERE owner_id IN (SELECT id FROM owner);

INSERT INTO adjustment_request (owner_id, change_credits, reason_code, note, campaign_id, idempotency_key, status,
    requested_by, requested_at, expires_at, decided_by, decided_at, entry_id)
SELECT owner_id, amount_credits, reason_code, note, campaign_id, idempotency_key, 'approved',
    staff_id, created_at - interval '2 hours', created_at + interval '7 days', (pg_temp.staff_ids())[4], created_at, id
FROM credit_transaction WHERE type = 'refund' AND staff_id = (pg_temp.staff_ids())[1]
ORDER BY amount_credits DESC, id LIMIT 5;

INSERT INTO adjustment_day (staff_id, day, credits)
SELECT staff_id, (created_at AT TIME ZONE 'UTC')::date, sum(amount_credits)
FROM credit_transaction WHERE reason_code = 'goodwill' AND staff_id IS NOT NULL GROUP BY 1, 2;
