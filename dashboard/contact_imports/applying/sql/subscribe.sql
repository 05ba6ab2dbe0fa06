-- Contacts that are not subscribed, and the file says that they are. Nobody who opted out is among them: the
-- contact is held, so no STOP comes in between.

WITH joining AS (
    UPDATE contact SET is_subscribed = true, unsubscribed_at = NULL, updated_at = now()
    FROM known JOIN batch USING (phone)
    WHERE contact.owner_id = :owner_id AND contact.id = known.id
        AND NOT contact.is_subscribed AND batch.is_subscribed
        AND NOT EXISTS (
            SELECT FROM suppression
            WHERE suppression.owner_id = :owner_id AND suppression.phone_hash = batch.phone_hash
        )
    RETURNING contact.id
), told AS (
    INSERT INTO subscription_event (owner_id, contact_id, is_subscribed, source, reason, staff_id, operation_id, occurred_at)
    SELECT :owner_id, id, true, 'import', :consent, :staff_id, :operation_id, statement_timestamp() FROM joining ORDER BY id
    RETURNING contact_id
)
INSERT INTO touched SELECT contact_id FROM told;
