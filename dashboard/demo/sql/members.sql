-- Who is a contact and who is on which list, not yet who left.

-- A third of an owner's contacts came at once, in its first hours; the others bit by bit since.
CREATE TEMP TABLE person ON COMMIT DROP AS
SELECT o.id AS owner_id, o.first_contact_id + n AS contact_id, n, o.first_person + n AS person,
    place.prefix || lpad(
        (place.lowest + ((o.first_person + n) * pg_temp.step() + o.shift) % place.numbers)::text, place.digits, '0'
    ) AS phone,
    o.created_at + interval '1 hour' + n * interval '20 milliseconds'
        + greatest(0, (n::float8 / o.contacts - 0.35) / 0.65)
        * (pg_temp.now_there() - o.created_at - interval '7 hours') AS created_at,
    -- The provider knows the number to be out of service.
    pg_temp.chance(o.first_contact_id + n, 1) < 0.004 AS is_invalid
FROM planned_owner AS o
CROSS JOIN generate_series(1, o.contacts) AS n
-- Some live abroad; their number is the same at another owner.
JOIN number_range AS place ON CASE
    WHEN pg_temp.chance(o.first_person + n, 2) < 0.06
    THEN place.slot = pg_temp.choice(o.first_person + n, 3, (SELECT count(*) FROM number_range))
    ELSE place.prefix = o.prefix END;

CREATE UNIQUE INDEX ON person (contact_id);
ANALYZE person;

-- Members are spread evenly over an owner's contacts, in their order: `place` 1 joined first.
CREATE TEMP TABLE member ON COMMIT DROP AS
SELECT list.owner_id, list.id AS list_id, place, person.contact_id, person.phone, person.is_invalid,
    greatest(person.created_at, list.created_at) + interval '1 minute' AS created_at,
    NULL::timestamptz AS left_at, NULL::timestamptz AS back_at
FROM planned_list AS list
JOIN planned_owner AS o ON o.id = list.owner_id
CROSS JOIN generate_series(1, list.size) AS place
CROSS JOIN LATERAL (
    SELECT (place - 1) * o.contacts / list.size AS low, place * o.contacts / list.size AS high
) AS gap
JOIN person ON person.contact_id
    = o.first_contact_id + gap.low + 1 + pg_temp.choice(place, list.id, gap.high - gap.low);

CREATE INDEX ON member (list_id, place);
CREATE INDEX ON member (contact_id);
ANALYZE member;

-- A campaign considers those who are on its list when it starts.
UPDATE planned_campaign AS campaign
SET messages = (
    SELECT count(*) FROM member
    WHERE member.list_id = campaign.list_id AND member.created_at <= campaign.started_at
)
WHERE campaign.messages IS NULL AND campaign.list_id IS NOT NULL;
