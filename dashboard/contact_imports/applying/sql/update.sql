-- What the file says of contacts that were there before; an empty cell says nothing.

WITH differing AS (
    SELECT contact.id, contact AS was,
        coalesce(batch.first_name, contact.first_name) AS first_name,
        coalesce(batch.last_name, contact.last_name) AS last_name,
        coalesce(batch.email, contact.email) AS email,
        coalesce(batch.gender, contact.gender) AS gender,
        coalesce(batch.birthday, contact.birthday) AS birthday
    FROM known JOIN batch USING (phone)
    JOIN contact ON contact.owner_id = :owner_id AND contact.id = known.id
    WHERE (contact.first_name, contact.last_name, contact.email, contact.gender, contact.birthday)
        IS DISTINCT FROM (
            coalesce(batch.first_name, contact.first_name), coalesce(batch.last_name, contact.last_name),
            coalesce(batch.email, contact.email), coalesce(batch.gender, contact.gender),
            coalesce(batch.birthday, contact.birthday)
        )
), updated AS (
    UPDATE contact SET first_name = differing.first_name, last_name = differing.last_name,
        email = differing.email, gender = differing.gender, birthday = differing.birthday, updated_at = now()
    FROM differing WHERE contact.owner_id = :owner_id AND contact.id = differing.id
    RETURNING contact.id
), audited AS (
    INSERT INTO audit_event (action, subject, staff_id, owner_id, before, after, operation_id)
    SELECT 'contact.edit', 'contact:' || differing.id, :staff_id, :owner_id, change.before, change.after,
        :operation_id
    FROM differing, LATERAL (
        SELECT jsonb_object_agg(name, old) AS before, jsonb_object_agg(name, new) AS after
        FROM (VALUES
            ('first_name', (was).first_name, differing.first_name),
            ('last_name', (was).last_name, differing.last_name),
            ('email', (was).email, differing.email),
            ('gender', (was).gender, differing.gender),
            ('birthday', (was).birthday::text, differing.birthday::text)
        ) AS value (name, old, new)
        WHERE old IS DISTINCT FROM new
    ) AS change
    ORDER BY differing.id
)
INSERT INTO touched SELECT id FROM updated;
