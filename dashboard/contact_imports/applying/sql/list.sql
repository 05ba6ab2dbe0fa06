-- Everybody of the file goes on the list.

WITH joining AS (
    INSERT INTO list_membership (owner_id, list_id, contact_id)
    SELECT contact.owner_id, :list_id, contact.id FROM batch JOIN contact USING (owner_id, phone)
    ORDER BY contact.id
    ON CONFLICT DO NOTHING
    RETURNING contact_id
), told AS (
    INSERT INTO membership_event (owner_id, list_id, contact_id, action, staff_id, operation_id)
    SELECT :owner_id, :list_id, contact_id, 'added', :staff_id, :operation_id FROM joining ORDER BY contact_id
    RETURNING contact_id
)
INSERT INTO touched SELECT contact_id FROM told;
