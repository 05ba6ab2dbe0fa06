"""How a file is to be read: what was guessed of it, and what a person made of the guess."""

from collections.abc import Generator
from dataclasses import asdict, dataclass, field
from typing import Any

#: What a column can be, and what people call it.
FIELDS = {
    "phone": "Phone",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "Email",
    "gender": "Gender",
    "birthday": "Birthday",
    "state": "Subscribed",
    "unsubscribed": "Unsubscribed",  #: says the opposite of the one before it
}
#: What is kept of a row: "unsubscribed" becomes the opposite "state".
VALUES = tuple(FIELDS)[:-1]
#: Encodings of text that are read, and what people call them.
ENCODINGS = {
    "utf-8": "Unicode (UTF-8)",
    "utf-16": "Unicode (UTF-16)",
    "cp1252": "Western European (Windows-1252)",
    "cp1253": "Greek (Windows-1253)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "cp1257": "Baltic (Windows-1257)",
}
DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab"}

#: The rows of a table: each with the number that a spreadsheet shows beside it.
Rows = Generator[tuple[int, list[str]], None, None]


@dataclass(frozen=True)
class Plan:
    """How to read a file; of a workbook the text's encoding and delimiter mean nothing."""

    is_workbook: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    has_heading: bool = True
    heading_row: int = 0  #: what a spreadsheet calls the heading's row, below a title; 0: the first one
    is_day_first: bool = True  #: 03/04 is the third of April
    columns: dict[str, int] = field(default_factory=dict)  #: of FIELDS -> which column

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> "Plan":
        """The inverse of `as_json`."""
        return cls(**kept)


def column_name(number: int) -> str:
    """What a spreadsheet calls a column: 0 is A, 26 is AA."""
    name = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
