-- The numbers that nobody has, each with the words by which it came to be subscribed or not.

WITH added AS (
    INSERT INTO contact (owner_id, phone, first_name, last_name, email, gender, birthday,
        is_subscribed, unsubscribed_at)
    SELECT owner_id, phone, first_name, last_name, email, gender, birthday,
        since IS NULL AND is_subscribed IS NOT false,
        CASE WHEN since IS NOT NULL OR is_subscribed IS false THEN coalesce(since, statement_timestamp()) END
    FROM batch LEFT JOIN suppression USING (owner_id, phone_hash)
    ORDER BY phone
    ON CONFLICT (owner_id, phone) DO NOTHING
    RETURNING id, phone, is_subscribed
), told AS (
    INSERT INTO subscription_event (owner_id, contact_id, is_subscribed, source, reason, staff_id, operation_id, occurred_at)
    SELECT :owner_id, id, is_subscribed, 'import',
        CASE WHEN is_subscribed THEN :consent ELSE :left_reason END, :staff_id, :operation_id,
        statement_timestamp()
    FROM added
    RETURNING contact_id, is_subscribed
)
SELECT count(*) AS added, count(*) FILTER (WHERE NOT is_subscribed) AS added_unsubscribed FROM told;
