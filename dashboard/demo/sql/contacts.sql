INSERT INTO contact (
    owner_id, id, phone, email, first_name, last_name, gender, birthday,
    is_subscribed, unsubscribed_at, created_at, updated_at
)
SELECT drawn.owner_id, drawn.contact_id, drawn.phone,
    CASE WHEN drawn.has_email AND first.ascii_form IS NOT NULL AND last.ascii_form IS NOT NULL
    THEN first.ascii_form || '.' || last.ascii_form || drawn.person % 1000 || '@' || drawn.mail_host END,
    first.name, last.name,
    CASE WHEN pg_temp.chance(drawn.person, 30) < 0.02 THEN 'other'
        WHEN pg_temp.chance(drawn.person, 30) < 0.05 THEN 'prefer_not_to_say'
        WHEN pg_temp.chance(drawn.person, 30) < 0.60 THEN drawn.gender END,
    CASE WHEN pg_temp.chance(drawn.person, 31) < 0.3
    THEN date '1941-01-01' + pg_temp.choice(drawn.person, 32, 24700)::int END,
    opt_out.contact_id IS NULL OR opt_out.back_at IS NOT NULL,
    CASE WHEN opt_out.back_at IS NULL THEN opt_out.left_at END,
    drawn.created_at, coalesce(opt_out.back_at, opt_out.left_at, drawn.created_at)
FROM (
    -- The same person at another owner has the same name.
    SELECT person.*,
        CASE WHEN pg_temp.chance(person, 20) < 0.004 OR contact_id BETWEEN 3 AND 14 THEN 'awkward'
            ELSE o.pools[1 + pg_temp.choice(person, 21, cardinality(o.pools))] END AS pool,
        CASE WHEN pg_temp.chance(person, 22) < 0.53 THEN 'female' ELSE 'male' END AS gender,
        CASE WHEN contact_id BETWEEN 3 AND 14 THEN contact_id - 3
            WHEN pg_temp.chance(person, 23) > 0.15 THEN pg_temp.choice(person, 24, 64) END AS first_slot,
        CASE WHEN contact_id BETWEEN 3 AND 14 THEN contact_id - 3
            WHEN pg_temp.chance(person, 23) > 0.20 THEN pg_temp.choice(person, 25, 64) END AS last_slot,
        pg_temp.chance(person, 26) < 0.35 AS has_email,
        (ARRAY['example.com', 'example.org', 'example.net', 'mail.example', 'post.example'])[
            1 + pg_temp.choice(person, 27, 5)
        ] AS mail_host
    FROM person JOIN planned_owner AS o ON o.id = person.owner_id
) AS drawn
LEFT JOIN person_name AS first ON first.kind = 'first' AND first.pool = drawn.pool
    AND first.gender = drawn.gender AND first.slot = drawn.first_slot
LEFT JOIN person_name AS last ON last.kind = 'last' AND last.pool = drawn.pool
    AND last.gender = drawn.gender AND last.slot = drawn.last_slot
LEFT JOIN opt_out ON opt_out.contact_id = drawn.contact_id
ORDER BY drawn.contact_id;
