"""Which campaigns an address asks to compare: "7-123" is the campaign 123 of the owner 7."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

MOST = 5  #: side by side
_NAMED = re.compile("([0-9]{1,18})-([0-9]{1,18})")  # all of them fit the database

Key = tuple[int, int]  #: owner's and campaign's number


@dataclass(frozen=True)
class Choice:
    """The campaigns in the order in which they were named, and in sentences what was left out."""

    keys: Sequence[Key]
    left_out: list[str] = field(default_factory=list)

    def of_those(self, existing: Collection[Key]) -> "Choice":
        """The same without what does not exist."""
        gone = [key for key in self.keys if key not in existing]
        sentences = [f"There is no campaign {text_of(key)}: it was left out." for key in gone]
        return Choice([key for key in self.keys if key in existing], self.left_out + sentences)


def text_of(key: Key) -> str:
    return f"{key[0]}-{key[1]}"


def read(texts: Sequence[str]) -> Choice:
    """What the texts name; each once, and no more than MOST."""
    found = [_NAMED.fullmatch(text) for text in texts]
    named = [(int(match[1]), int(match[2])) for match in found if match]
    keys = list(dict.fromkeys(named))
    sentences = []
    if len(named) < len(texts):
        sentences.append("A part of the address names no campaign and was left out.")
    if len(keys) > MOST:
        sentences.append("At most five campaigns stand side by side: the first five do.")
    return Choice(keys[:MOST], sentences)
