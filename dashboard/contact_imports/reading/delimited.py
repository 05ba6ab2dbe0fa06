"""Tables of text: CSV with commas, semicolons or tabs."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.contact_imports.reading.plans import Plan, Rows
from dashboard.contact_imports.reading.refusals import (
    MOST_CELL_CHARACTERS,
    MOST_COLUMNS,
    MOST_LINE_CHARACTERS,
    Refused,
    cell_too_long,
    line_too_long,
    too_many_columns,
    unclosed,
)

#: What stands for characters that the encoding does not know.
UNREADABLE = "\ufffd"


def rows(file: BinaryIO, plan: Plan) -> Rows:
    """The rows that hold anything, one at a time; the file's position tells how far it is.

    Raises:
        Refused: it is no table, or one with more than can be meant.
    """
    # Every kind of line break ends a row; within quotes it stays as it is.
    encoding = "utf-8-sig" if plan.encoding == "utf-8" else plan.encoding
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    try:
        yield from _rows(text, plan.delimiter)
    except UnicodeError:
        raise Refused(
            "The file does not begin as a text in that encoding does. Choose another encoding."
        ) from None
    finally:
        text.detach()


def _rows(text: io.TextIOWrapper, delimiter: str) -> Rows:
    row_no = 0
    at = _Lines(text)
    # Lines are limited, so a cell is: the module's own limit is the process's, and is not touched here.
    reader = csv.reader(at, delimiter=delimiter)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:  # a cell beyond the module's limit
            raise cell_too_long(row_no + 1) from None
        if cells is None:
            return
        row_no += 1
        if at.is_over:  # the last row asked for more, so it is still within quotes
            raise unclosed(row_no)
        at.row_no = row_no + 1
        if at.is_remark:
            at.is_remark, row_no = False, 0  # it is for Excel alone, which does not show it
            continue
        if len(cells) > MOST_COLUMNS:
            raise too_many_columns(row_no)
        if at.characters > MOST_CELL_CHARACTERS and any(len(cell) > MOST_CELL_CHARACTERS for cell in cells):
            raise cell_too_long(row_no)
        at.characters = 0
        if any(cells):
            yield row_no, cells


class _Lines(Iterator[str]):
    """Lines, none of them longer than can be meant."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.row_no = 1  #: of the row that the next line belongs to
        self.characters = 0  #: of the row's lines so far
        self.is_remark = False  #: whether the first line says which delimiter follows
        self.is_over = False

    def __next__(self) -> str:
        line = self._text.readline(MOST_LINE_CHARACTERS)
        if not line:
            self.is_over = True
            raise StopIteration
        if len(line) >= MOST_LINE_CHARACTERS:
            raise line_too_long(self.row_no)
        if self.row_no == 1 and self.characters == 0:
            self.is_remark = is_remark(line)
        self.characters += len(line)
        return line


def is_remark(line: str) -> bool:
    """Whether the line only tells Excel the delimiter."""
    return line[:4].lower() == "sep=" and len(line.strip()) <= 5
