SELECT NULL::bigint AS owner_id, NULL::bigint AS wallet_id, NULL::bigint AS entry_no,
    format('the document of anchor %s was changed: its digest is another', id) AS wrong,
    encode(digest, 'hex') AS expected, encode(sha256(convert_to(document, 'UTF8')), 'hex') AS found
FROM (
    SELECT id, digest, document FROM ledger_anchor
    WHERE :document IS NULL AND (:anchor_id IS NULL OR id = :anchor_id)
    ORDER BY id DESC LIMIT :newest
) AS anchor
WHERE digest <> sha256(convert_to(document, 'UTF8'))
UNION ALL
SELECT NULL, NULL, NULL, 'no anchor with the digest of this document is kept here: either was changed',
    NULL, encode(sha256(convert_to(:document, 'UTF8')), 'hex')
WHERE :document IS NOT NULL
    AND NOT EXISTS (SELECT FROM ledger_anchor WHERE digest = sha256(convert_to(:document, 'UTF8')))
