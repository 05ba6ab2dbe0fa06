"""Names as people look for them, and what they typed as a pattern that finds just that."""

import re
import unicodedata

from sqlalchemy import ColumnElement, Text, and_, func, or_, true
from sqlalchemy.sql.elements import SQLColumnExpression

#: So many letters and digits are found wherever they stand: three make a trigram, of which the indexes are.
TRIGRAM = 3


def folded(text: SQLColumnExpression[str] | SQLColumnExpression[str | None]) -> ColumnElement[str]:
    """The text as searches and sorting see it: without accents and case."""
    return func.fold(text, type_=Text)


def contains_words(
    text: SQLColumnExpression[str], typed: str, *, is_led: bool = False
) -> ColumnElement[bool]:
    """Whether the folded text holds each word of `typed`, accents and case aside.

    A word of one or two letters must begin a word of the text: an index finds it there alone.
    `text` is `folded`, so that its trigram index serves; `is_led` says that it begins with something that
    nobody looks for by its beginning. Wildcards (%, _ and \\) are literal.
    """
    return and_(true(), *(_contains(text, word, is_led) for word in _words(typed)))


def is_enough(typed: str) -> bool:
    """Whether a search for `typed` reads an index and not the whole table.

    A word of it has two letters or digits, or one letter that is a word by itself, as in Chinese.
    """
    return any(_letters(word) >= TRIGRAM - 1 or _IDEOGRAPH.search(word) for word in _words(typed))


def escaped(text: str) -> str:
    """The text with LIKE's wildcards made literal."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _words(typed: str) -> list[str]:
    # Decomposed as `fold` does it, before anything is escaped: it makes a "%" of a full-width one.
    words = (_bare(word) for word in unicodedata.normalize("NFKD", typed).split())
    return [word for word in words if word]


def _bare(word: str) -> str:
    word = word.rstrip(_AROUND)
    bare = word.lstrip(_AROUND)
    # A short one is found by how a word begins, so that the beginning counts.
    return bare if _letters(bare) >= TRIGRAM else word


_AROUND = ',;:!?()[]"“”„«»'  #: comes along with a word that is pasted
_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def _letters(word: str) -> int:
    return sum(letter.isalpha() or letter.isdecimal() for letter in word)


def _contains(text: SQLColumnExpression[str], word: str, is_led: bool) -> ColumnElement[bool]:
    pattern = escaped(word)
    if _letters(word) < TRIGRAM and word[0].isalnum():
        within = text.like(func.fold(f"% {pattern}%"))
        return within if is_led else or_(text.like(func.fold(f"{pattern}%")), within)
    return text.like(func.fold(f"%{pattern}%"))
