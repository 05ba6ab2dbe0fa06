import pytest
from sqlalchemy import func, select, true

from dashboard.core.db import db
from dashboard.core.like import contains_words


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Παπαδάκης", "Παπαδακης"),
        ("Παπαδάκης", "ΠΑΠΑΔΑΚΗΣ"),
        ("García", "garcia"),
        ("garcia", "GARCÍA"),
        ("Straße", "strasse"),
        ("Ada Lovelace", "lace ada"),
        ("100 % off", "100 %"),
        ("a_b", "a_b"),
        ("back\\slash", "\\"),
    ],
)
def test_accents_and_case_do_not_matter(session, stored, typed):
    assert db.session.scalar(select(true()).where(contains_words(func.fold(stored), typed)))


@pytest.mark.parametrize(
    ("stored", "typed"), [("100 off", "%"), ("axb", "a_b"), ("slash", "\\"), ("Ada", "ada x")]
)
def test_wildcards_are_literal_and_each_word_counts(session, stored, typed):
    assert not db.session.scalar(select(true()).where(contains_words(func.fold(stored), typed)))
