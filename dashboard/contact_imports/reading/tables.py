"""A file as a table, of whichever kind it is."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import dropwhile, islice
from typing import BinaryIO

from dashboard.contact_imports.reading import delimited, workbooks
from dashboard.contact_imports.reading.plans import Plan, Rows
from dashboard.contact_imports.reading.refusals import MOST_ROWS, Refused, too_many_rows

SAMPLE_ROWS = 20


def rows(file: BinaryIO, plan: Plan, told: Callable[[float], None] = lambda _: None) -> Rows:
    """The rows below the heading that hold anything; `told` is told which part of the file is read.

    Raises:
        Refused: the file cannot be read as the plan says, or has too many rows.
    """
    file.seek(0)
    found = (
        workbooks.rows(file, told) if plan.is_workbook else _telling(delimited.rows(file, plan), file, told)
    )
    count = 0
    with closing(found):
        below = _from_heading(found, plan)
        if plan.has_heading:
            next(below, None)
        for count, row in enumerate(below, 1):
            if count > MOST_ROWS:
                raise too_many_rows()
            yield row
    if not count:
        raise Refused(
            "The file has a heading, and no row below it." if plan.has_heading else "The file is empty."
        )


def sample(file: BinaryIO, plan: Plan) -> Sequence[Sequence[str]]:
    """The first rows, a heading among them, and no title above it; raises as `first_rows` does."""
    return [row for _, row in first_rows(file, plan)]


def first_rows(file: BinaryIO, plan: Plan) -> Sequence[tuple[int, list[str]]]:
    """The rows of the `sample` with their numbers.

    Raises:
        Refused: the file cannot be read as the plan says, or is empty.
    """
    file.seek(0)
    found = workbooks.rows(file) if plan.is_workbook else delimited.rows(file, plan)
    with closing(found):
        first = list(islice(_from_heading(found, plan), SAMPLE_ROWS + 1))
    if not first:
        raise Refused("The file is empty.")
    return first


def _from_heading(found: Rows, plan: Plan) -> Iterator[tuple[int, list[str]]]:
    return dropwhile(lambda row: row[0] < plan.heading_row, found) if plan.has_heading else found


def _telling(found: Rows, file: BinaryIO, told: Callable[[float], None]) -> Rows:
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    for number, row in enumerate(found):
        yield row
        if number % 1_000 == 0:
            told(file.tell() / size)
