-- Contacts that are subscribed, and the file says that they are not.

WITH leaving AS (
    UPDATE contact SET is_subscribed = false, unsubscribed_at = statement_timestamp(), updated_at = now()
    FROM known JOIN batch USING (phone)
    WHERE contact.owner_id = :owner_id AND contact.id = known.id
        AND contact.is_subscribed AND batch.is_subscribed IS false
    RETURNING contact.id, batch.phone_hash
), suppressed AS (
    INSERT INTO suppression (owner_id, phone_hash)
    SELECT :owner_id, phone_hash FROM leaving ORDER BY phone_hash
    ON CONFLICT DO NOTHING
), told AS (
    INSERT INTO subscription_event (owner_id, contact_id, is_subscribed, source, reason, staff_id, operation_id, occurred_at)
    SELECT :owner_id, id, false, 'import', :file_reason, :staff_id, :operation_id, statement_timestamp() FROM leaving ORDER BY id
    RETURNING contact_id
)
INSERT INTO touched SELECT contact_id FROM told;
