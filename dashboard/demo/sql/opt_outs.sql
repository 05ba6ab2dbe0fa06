-- Who left, when and by which way, and who came back.

CREATE TEMP TABLE opt_out (
    owner_id bigint, contact_id bigint, left_at timestamptz, source text, reason text, back_at timestamptz
) ON COMMIT DROP;

-- Most leave by STOP, soon after one of the campaigns that they got.
INSERT INTO opt_out
SELECT owner_id, contact_id, left_at, 'stop_keyword',
    (ARRAY['STOP', 'STOP', 'STOP', 'Stop', 'stop', 'STOP.', 'ΣΤΟΠ', 'Στοπ', 'UNSUBSCRIBE', 'ARRET'])[
        1 + pg_temp.choice(contact_id, 2, 10)
    ],
    -- Some by mistake.
    CASE WHEN pg_temp.chance(contact_id, 3) < 0.06 AND contact_id <> ALL (pg_temp.known_contacts())
        AND left_at < pg_temp.now_there() - interval '5 hours'
    THEN left_at + pg_temp.chance(contact_id, 4) * interval '4 hours' + interval '1 minute' END
FROM (
    SELECT DISTINCT ON (member.contact_id) member.owner_id, member.contact_id,
        pg_temp.handed_over(campaign.started_at, campaign.duration_seconds, member.place, campaign.messages)
            + interval '20 seconds' + power(pg_temp.chance(member.contact_id, 5), 7) * interval '165 hours' AS left_at
    FROM member
    JOIN planned_campaign AS campaign ON campaign.list_id = member.list_id AND campaign.messages >= member.place
    WHERE campaign.status = 'completed' AND campaign.started_at < pg_temp.now_there() - interval '6 hours'
        AND (pg_temp.chance(member.contact_id, 6) < 0.045 OR member.contact_id = (pg_temp.known_contacts())[2])
        AND member.contact_id <> (pg_temp.known_contacts())[1] AND NOT member.is_invalid
    ORDER BY member.contact_id, hashint8extended(member.contact_id, campaign.id)
) AS stop
WHERE left_at < pg_temp.now_there() - interval '2 minutes';

-- Some ask on the phone, or follow a link.
INSERT INTO opt_out
SELECT owner_id, contact_id,
    created_at + pg_temp.chance(contact_id, 8) * (pg_temp.now_there() - interval '1 hour' - created_at),
    CASE WHEN pg_temp.chance(contact_id, 9) < 0.5 THEN 'staff' ELSE 'link' END,
    CASE WHEN pg_temp.chance(contact_id, 9) < 0.5
    THEN (ARRAY['Asked by phone', 'Asked at the till', 'Wrote an email'])[1 + pg_temp.choice(contact_id, 10, 3)] END
FROM person
WHERE (pg_temp.chance(contact_id, 7) < 0.004 OR contact_id = (pg_temp.known_contacts())[2])
    AND contact_id <> (pg_temp.known_contacts())[1]
    AND NOT EXISTS (SELECT FROM opt_out WHERE opt_out.contact_id = person.contact_id);

CREATE UNIQUE INDEX ON opt_out (contact_id);
ANALYZE opt_out;

UPDATE member SET left_at = opt_out.left_at, back_at = opt_out.back_at
FROM opt_out WHERE opt_out.contact_id = member.contact_id;
