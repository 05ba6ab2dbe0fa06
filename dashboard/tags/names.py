"""Names of tags, so that two that read alike are one."""

import unicodedata

UNSEEN = "Enter a name that can be seen."

#: Letters that are drawn as nothing: fillers of Hangul, and Braille without a dot.
_BLANK = set("\u115f\u1160\u2800\u3164\uffa0")
#: They join and part the letters of Persian and the parts of an emoji, so that they stay within a name.
_JOINERS = "\u200c\u200d"


def clean(name: str | None) -> str:
    """The name with one space between words, and without marks that nobody sees; empty if nothing is left."""
    words = "".join(letter for letter in name or "" if letter in _JOINERS or _is_kept(letter)).split()
    kept = " ".join(words).strip(_JOINERS + " ")
    return kept if any(_is_seen(letter) for letter in kept) else ""


def _is_kept(letter: str) -> bool:
    # Format marks: soft hyphens, zero-width spaces, marks of direction.
    return letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cf", "Cs")


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter)[0] not in "CMZ" and letter not in _BLANK
