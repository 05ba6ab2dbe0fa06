-- Everybody of the file gets the tag.

WITH tagged AS (
    INSERT INTO contact_tag (owner_id, tag_id, contact_id)
    SELECT contact.owner_id, :tag_id, contact.id FROM batch JOIN contact USING (owner_id, phone)
    ORDER BY contact.id
    ON CONFLICT DO NOTHING
    RETURNING contact_id
), told AS (
    INSERT INTO tag_event (owner_id, tag_id, contact_id, action, staff_id, operation_id)
    SELECT :owner_id, :tag_id, contact_id, 'added', :staff_id, :operation_id FROM tagged ORDER BY contact_id
    RETURNING contact_id
)
INSERT INTO touched SELECT contact_id FROM told;
