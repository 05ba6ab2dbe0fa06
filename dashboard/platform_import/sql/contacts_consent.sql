-- The stricter consent holds: an opt-out on the platform reaches the contact that the row became.
-- Nothing here ever subscribes anybody. A decision made here after the opt-out stays.

CREATE TEMP TABLE opting_out ON COMMIT DROP AS
SELECT work.owner_id, work.target_id, min(fresh.out_at) AS out_at, min(work.id) AS id,
    decorate.source AS last_source, decorate.occurred_at AS last_at, contact.phone
FROM work
JOIN fresh USING (id)
JOIN contact ON contact.owner_id = work.owner_id AND contact.id = work.target_id
LEFT JOIN LATERAL (
    SELECT event.source, event.occurred_at FROM subscription_event AS event
    WHERE event.owner_id = work.owner_id AND event.contact_id = work.target_id
    ORDER BY event.occurred_at DESC, event.id DESC LIMIT 1
) AS decorate ON true
WHERE work.outcome IN ('changed', 'merged') AND fresh.is_out AND contact.is_subscribed
GROUP BY work.owner_id, work.target_id, decorate.source, decorate.occurred_at, contact.phone;

INSERT INTO trouble (source_id, owner_id, code)
SELECT id, owner_id, 'state_kept' FROM opting_out WHERE last_source <> 'import' AND last_at >= out_at;

DELETE FROM opting_out WHERE last_source <> 'import' AND last_at >= out_at;

UPDATE contact SET is_subscribed = false, unsubscribed_at = opting_out.out_at
FROM opting_out WHERE contact.owner_id = opting_out.owner_id AND contact.id = opting_out.target_id;

INSERT INTO subscription_event (owner_id, contact_id, is_subscribed, source, reason, occurred_at)
SELECT owner_id, target_id, false, 'import', 'Unsubscribed on the platform', greatest(out_at, last_at)
FROM opting_out ORDER BY owner_id, target_id;
