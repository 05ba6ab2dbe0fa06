"""How imports are written for people."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def left_out(heading: Sequence[str], problems: Iterable[Any]) -> Iterator[bytes]:
    """The rows that were left out as CSV: why, where, and as they stood in the file. Nothing in it runs."""
    yield b"\xef\xbb\xbf" + _line(["Reason", "Row", *heading])
    for problem in problems:
        yield _line([problem.reason, str(problem.row_no), *problem.cells])


def inert(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def _line(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([inert(cell) for cell in cells])
    return line.getvalue().encode()
