"""What a person typed, as a pattern that finds just that."""

from sqlalchemy import ColumnElement, and_, func
from sqlalchemy.sql.elements import SQLColumnExpression


def contains_words(folded: SQLColumnExpression[str], typed: str) -> ColumnElement[bool]:
    """Whether the folded text holds each word of `typed`, accents and case aside.

    `folded` is an expression of the SQL function `fold`, so that its trigram index serves.
    Wildcards (%, _ and \\) are literal.
    """
    return and_(*(folded.like(func.fold(f"%{escaped(word)}%")) for word in typed.split()))


def escaped(text: str) -> str:
    """The text with LIKE's wildcards made literal."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
