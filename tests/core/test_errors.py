"""Every constraint that a person can hit has a sentence."""

from sqlalchemy import text

from dashboard.core.db import db
from dashboard.core.errors import SENTENCES

CONSTRAINTS = """
    SELECT conname FROM pg_constraint
    JOIN pg_class ON pg_class.oid = conrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace AND nspname = current_schema()
    WHERE (contype IN ('c', 'u', 'f') OR contype = 'p' AND relname IN ('list_membership'))
        AND relname NOT LIKE 'procrastinate%'
    ORDER BY 1
"""


#: The names that triggers give to what they refuse.
RAISED = r"""
    SELECT (regexp_matches(prosrc, 'CONSTRAINT = ''(\w+)''', 'g'))[1]
    FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
"""


def test_every_constraint_has_a_sentence(session):
    in_schema = set(db.session.scalars(text(CONSTRAINTS))) | set(db.session.scalars(text(RAISED)))
    assert len(in_schema) > 60
    without = in_schema - set(SENTENCES)
    assert not without, f"give these a sentence in core/errors.py: {sorted(without)}"


def test_no_sentence_is_left_of_a_constraint_that_is_gone(session):
    in_schema = set(db.session.scalars(text(CONSTRAINTS)))
    assert set(SENTENCES) <= in_schema | set(db.session.scalars(text(RAISED)))


def test_sentences_are_for_people():
    for _, sentence in SENTENCES.values():
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert not any(word in sentence.lower() for word in ("sql", "constraint", "null", "sorry", "error"))
