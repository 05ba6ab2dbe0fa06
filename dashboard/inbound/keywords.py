"""Texts by which people opt out and in."""

import unicodedata
from enum import StrEnum


class Keyword(StrEnum):
    """What a text asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


_WORDS = {
    Keyword.STOP: "stop stopall unsubscribe cancel end quit revoke optout arret στοπ",
    Keyword.START: "start yes unstop",
    Keyword.HELP: "help info",
}
_MEANS = {word: kind for kind, words in _WORDS.items() for word in words.split()} | {"opt out": Keyword.STOP}


def keyword(text: str) -> Keyword | None:
    """What the text asks for where the whole of it is a keyword; None: it is something else.

    Case, accents, and the space and punctuation around it count for nothing.
    """
    plain = "".join(map(_plain, unicodedata.normalize("NFKD", text)))
    return _MEANS.get(" ".join(plain.casefold().split()))


def _plain(character: str) -> str:
    """The character of decomposed text; nothing of an accent, and a space of what separates words."""
    kind = unicodedata.category(character)[0]
    return "" if kind == "M" else " " if kind in "PZC" else character
