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
        SELECT created_at, staff_id, inet '192.0.2.10' + staff_id, 'wallet.adjust', 'wallet:' || wallet_id, owner_id,
            jsonb_build_object('balance_credits', balance_after_credits - amount_credits),
            jsonb_build_object('balance_credits', balance_after_credits, 'reason_code', reason_code, 'note', note)
        FROM credit_transaction WHERE reason_code = 'goodwill' ORDER BY created_at DESC, id LIMIT 200
    )
) AS deed
ORDER BY at, subject;
