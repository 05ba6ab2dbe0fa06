-- The next rows of the file, in the order of their numbers, without those who were erased since it came; and the contacts that have these numbers already.

CREATE TEMP TABLE batch ON COMMIT DROP AS
SELECT row.* FROM contact_import_row AS row
WHERE row.owner_id = :owner_id AND row.import_id = :import_id AND row.phone > :position
    AND row.phone_hash NOT IN (
        SELECT phone_hash FROM suppression WHERE owner_id = :owner_id AND erased_at > :brought_at
    )
ORDER BY row.phone
LIMIT :most;

-- Held before anything else is, in the order in which everybody holds them: a STOP that comes now waits for us
-- with nothing in its hands, and one that came before is seen. What we say of them is said after that: at the
-- time of its own statement, not of the transaction.
CREATE TEMP TABLE known ON COMMIT DROP AS
SELECT contact.id, contact.phone FROM contact
JOIN batch USING (owner_id, phone)
WHERE :holds
ORDER BY contact.id
FOR NO KEY UPDATE OF contact;

CREATE TEMP TABLE touched (id bigint) ON COMMIT DROP;
