"""Rows as people: what is kept of each, or why it is none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from dashboard.contact_imports.reading import cells
from dashboard.contact_imports.reading.plans import FIELDS, VALUES, Plan, Rows


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that is not imported, as it was read, and why."""

    row_no: int
    reason: str
    cells: list[str]


#: A row that is: its number, its cells, and the VALUES in their order; None for what is not known.
Person = tuple[int, list[str], list[str | None]]


def people(rows: Rows, plan: Plan, country: str) -> Iterator[Person | Problem]:
    """The rows, one by one. A row with one cell that cannot be kept is a problem as a whole."""
    take = _taking(plan, country)
    for row_no, row in rows:
        try:
            yield row_no, row, take(row)
        except cells.Unfit as unfit:
            yield Problem(row_no, str(unfit), row)


#: Of fields whose words come again and again: how many are remembered, so that each is read once.
_REMEMBERED = {
    "first_name": 1 << 13,
    "last_name": 1 << 13,
    "gender": 1 << 7,
    "birthday": 1 << 15,
    "state": 1 << 7,
    "unsubscribed": 1 << 7,
}
_LONGEST_REMEMBERED = 64  #: characters

#: Where a field stands among FIELDS and in the row; what reads it; what was read before.
_Wanted = tuple[int, int, Callable[[str], str | None], dict[str, str | None]]


def _taking(plan: Plan, country: str) -> Callable[[list[str]], list[str | None]]:
    read = cells.readers(country, is_day_first=plan.is_day_first)
    wanted = []
    for at, field in enumerate(FIELDS):
        if field in plan.columns:
            known: dict[str, str | None] = {}
            take = _reader(read[field], known, _REMEMBERED.get(field, 0))
            wanted.append((at, plan.columns[field], take, known))
    if "unsubscribed" in plan.columns:
        return partial(_with_state, partial(_take, wanted, len(FIELDS)))
    return partial(_take, wanted, len(VALUES))


def _reader(read: cells.Reader, known: dict[str, str | None], most: int) -> Callable[[str], str | None]:
    def take(cell: str) -> str | None:
        text = cells.clean(cell)
        value = read(text) if text else None
        if len(known) < most and len(cell) <= _LONGEST_REMEMBERED:
            known[cell] = value
        return value

    return take


def _take(wanted: list[_Wanted], size: int, row: list[str]) -> list[str | None]:
    values: list[str | None] = [None] * size
    width = len(row)
    for at, column, take, known in wanted:
        if column < width and (cell := row[column]):
            values[at] = known[cell] if cell in known else take(cell)
    if values[0] is None:
        raise cells.Unfit("There is no phone number.")
    return values


def _with_state(take: Callable[[list[str]], list[str | None]], row: list[str]) -> list[str | None]:
    """The values of a row where one column says that somebody is subscribed, and one that they are not."""
    *values, opposite = take(row)
    if opposite == "f" or values[-1] is None:  # of two that disagree, the one that sends no message
        values[-1] = opposite
    return values
