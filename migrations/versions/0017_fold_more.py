"""Let "Weiss" find "Weiß", "O'Brien" find "O’Brien", and marks that nobody sees stand in no way.

Safe beside the running release: it folds by the same function, and so finds no less than before. The few
indexes of names are made anew while writers go on; the contacts that have such a letter are written once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

# As it was, and: soft hyphens, zero-width spaces and marks of direction are taken away like accents are,
# letters that are two are written as two, and curly apostrophes as straight ones.
FOLD = """
    CREATE OR REPLACE FUNCTION fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN translate(
        replace(replace(replace(replace(
            lower(regexp_replace(
                normalize($1, NFKD),
                '[\\u0300-\\u036f\\u00ad\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060\\u2066-\\u2069\\ufeff]+', '', 'g'
            )),
            'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
        'ςøłđı’‘ʼ', 'σoldi'''''''
    )
"""
FOLD_BEFORE = """
    CREATE OR REPLACE FUNCTION fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN translate(
        lower(regexp_replace(normalize($1, NFKD), '[\\u0300-\\u036f]+', '', 'g')),
        'ςøłđıß', 'σoldis'
    )
"""
FOLDED_ANEW = "[ßẞæÆœŒþÞ’‘ʼ\\u00ad\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060\\u2066-\\u2069\\ufeff]"
INDEXES = [
    "ix_owner_name",
    "ix_owner_name_trigrams",
    "ix_contact_list_name",
    "ix_contact_list_name_trigrams",
    "ix_campaign_name_trigrams",
    "ix_credit_transaction_note_trigrams",
    "uq_tag_name",
]


def upgrade() -> None:
    _fold_by(FOLD)


def downgrade() -> None:
    _fold_by(FOLD_BEFORE)


def _fold_by(function: str) -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute(function)
    # Naming a column that `search_text` is made of makes it anew.
    op.get_bind().execute(
        sa.text(
            "UPDATE contact SET first_name = first_name"
            " WHERE concat(first_name, last_name, email) ~ :anew AND phone IS NOT NULL"
        ),
        {"anew": FOLDED_ANEW},
    )
    with op.get_context().autocommit_block():
        for index in INDEXES:
            op.execute(f"REINDEX INDEX CONCURRENTLY {index}")
