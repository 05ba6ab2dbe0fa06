SELECT membership.owner_id, membership.list_id,
    count(*) AS members, count(*) FILTER (WHERE contact.is_subscribed) AS subscribed
FROM list_membership AS membership
LEFT JOIN contact ON contact.owner_id = membership.owner_id AND contact.id = membership.contact_id
WHERE :owner_id IS NULL OR membership.owner_id = :owner_id
GROUP BY membership.owner_id, membership.list_id
