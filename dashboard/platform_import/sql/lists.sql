-- "List" becomes contact_list. Two lists stay two: an equal name gets the platform's id behind it.

CREATE TEMP TABLE named ON COMMIT DROP AS
SELECT w.id, w.owner_id, w.target_id,
    left(CASE WHEN btrim(s.name) = '' OR s.name IS NULL THEN 'List ' || s.id ELSE s.name END, 160) AS name,
    false AS is_taken
FROM work AS w JOIN staged AS s USING (id)
WHERE w.outcome IS NULL;

UPDATE named SET is_taken = true
WHERE EXISTS (
    SELECT 1 FROM contact_list AS other
    WHERE other.owner_id = named.owner_id AND other.name = named.name AND other.id IS DISTINCT FROM named.target_id
) OR EXISTS (
    SELECT 1 FROM named AS earlier
    WHERE earlier.owner_id = named.owner_id AND earlier.name = named.name AND earlier.id < named.id
);

INSERT INTO trouble (source_id, owner_id, code, done)
SELECT named.id, named.owner_id, rule.code, rule.done
FROM named JOIN staged USING (id), LATERAL (VALUES
    ('name_empty', NULL, btrim(coalesce(staged.name, '')) = ''),
    ('name_too_long', NULL, char_length(staged.name) > 160),
    ('name_taken', 'Named "' || left(named.name, 140) || ' (' || named.id || ')".', is_taken),
    ('description_too_long', NULL, char_length(staged.description) > 400)
) AS rule (code, done, broken)
WHERE broken;

UPDATE named SET name = left(name, 140) || ' (' || id || ')' WHERE is_taken;

UPDATE contact_list SET
    name = named.name,
    description = left(nullif(staged.description, ''), 400),
    updated_at = coalesce(staged."updatedAt", now())
FROM named JOIN staged USING (id)
WHERE contact_list.owner_id = named.owner_id AND contact_list.id = named.target_id;

UPDATE work SET
    outcome = CASE WHEN target_id IS NULL THEN 'added' ELSE 'changed' END,
    target_id = coalesce(target_id, nextval('contact_list_id_seq'))
WHERE outcome IS NULL;

INSERT INTO contact_list (owner_id, id, name, description, created_at, updated_at)
SELECT work.owner_id, work.target_id, named.name, left(nullif(staged.description, ''), 400),
    coalesce(staged."createdAt", staged."updatedAt", now()), coalesce(staged."updatedAt", staged."createdAt", now())
FROM work JOIN named USING (id) JOIN staged USING (id)
WHERE work.outcome = 'added'
ORDER BY work.owner_id, work.target_id;
