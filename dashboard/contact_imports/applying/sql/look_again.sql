-- From here on a STOP to a number finds its contact. One that came just before, and found none, is seen here.

WITH opted_out AS (
    UPDATE contact SET is_subscribed = false, unsubscribed_at = suppression.since
    FROM batch JOIN suppression USING (owner_id, phone_hash)
    WHERE contact.owner_id = batch.owner_id AND contact.phone = batch.phone
        AND contact.is_subscribed AND contact.created_at = now()
    RETURNING contact.id
)
INSERT INTO subscription_event (owner_id, contact_id, is_subscribed, source, reason, staff_id, operation_id, occurred_at)
SELECT :owner_id, id, false, 'import', :left_reason, :staff_id, :operation_id, statement_timestamp() FROM opted_out;

-- Who is added unsubscribed because the file says so has opted out, and stays so.
INSERT INTO suppression (owner_id, phone_hash, since)
SELECT batch.owner_id, batch.phone_hash, contact.unsubscribed_at
FROM batch JOIN contact USING (owner_id, phone)
WHERE batch.is_subscribed IS false AND contact.created_at = now() AND NOT contact.is_subscribed
ORDER BY batch.phone_hash
ON CONFLICT DO NOTHING;
