"""Names as people look for them, and what they typed as a pattern that finds just that."""

from sqlalchemy import ColumnElement, Text, and_, func
from sqlalchemy.sql.elements import SQLColumnExpression


def folded(text: SQLColumnExpression[str] | SQLColumnExpression[str | None]) -> ColumnElement[str]:
    """The text as searches and sorting see it: without accents and case."""
    return func.fold(text, type_=Text)


def contains_words(text: SQLColumnExpression[str], typed: str) -> ColumnElement[bool]:
    """Whether the folded text holds each word of `typed`, accents and case aside.

    `text` is `folded`, so that its trigram index serves.
    Wildcards (%, _ and \\) are literal.
    """
    return and_(*(text.like(func.fold(f"%{escaped(word)}%")) for word in typed.split()))


def escaped(text: str) -> str:
    """The text with LIKE's wildcards made literal."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
