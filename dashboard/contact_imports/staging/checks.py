"""A check: the whole file is read, and its rows are put beside our contacts."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

from flask import current_app

from dashboard.contact_imports import queries
from dashboard.contact_imports.reading import guesses, tables
from dashboard.contact_imports.reading.people import Person, Problem, people
from dashboard.contact_imports.reading.plans import Plan
from dashboard.contact_imports.reading.refusals import Refused
from dashboard.contact_imports.staging import commands

BATCH_ROWS = 10_000
BATCH_CHARACTERS = 4 << 20  #: whatever somebody wrote into so many rows


def check(owner_id: int, import_id: int, check_no: int, tell: Callable[[float], None]) -> None:
    """Read the file as its plan says or, where it has none, as is guessed; `tell` is told which part is done.

    A file that cannot be read is remembered as such.

    Raises:
        NoResultFound: a later check was asked for.
        FileNotFoundError: the file is not kept any more.
    """
    asked = queries.get(owner_id, import_id)
    plan = Plan.of_json(asked.plan) if asked.plan else None
    with queries.opened(owner_id, import_id) as file:
        try:
            plan = plan or guesses.guess(file, asked.country)
            commands.begin_check(owner_id, import_id, check_no, plan, tables.sample(file, plan))
            if "phone" not in plan.columns:
                raise Refused("No column looks like phone numbers. Say below which one it is.")
            doubles, bad = _stage(file, plan, asked.country, (owner_id, import_id, check_no), tell)
        except Refused as refused:
            commands.refuse_file(owner_id, import_id, check_no, refused.sentence)
            return
    bad += commands.leave_out_erased(owner_id, import_id, check_no)
    commands.finish_check(owner_id, import_id, check_no, doubles=doubles, bad=bad)


def read_again(owner_id: int, import_id: int) -> None:
    """Read the file once more as it was read before: a crash of the database emptied the table of its rows.

    Raises:
        FileNotFoundError: the file is not kept any more.
    """
    one = queries.get(owner_id, import_id)
    plan, key = Plan.of_json(one.plan), (owner_id, import_id, one.check_no)
    with queries.opened(owner_id, import_id) as file:
        commands.begin_check(*key, plan, tables.sample(file, plan))
        _stage(file, plan, one.country, key, lambda _: None)
    commands.leave_out_erased(*key)


def _stage(
    file: BinaryIO, plan: Plan, country: str, key: tuple[int, int, int], tell: Callable[[float], None]
) -> tuple[int, int]:
    """Keep the rows of the file: while the database takes some thousands, the next ones are read."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the one behind the proxy

    def keep(persons: list[Person], problems: list[Problem]) -> tuple[int, int]:
        with app.app_context():  # and so a session of its own
            return commands.stage(*key, persons, problems)

    kept: list[tuple[int, int]] = []
    under_way: Future[tuple[int, int]] | None = None
    with ThreadPoolExecutor(max_workers=1) as beside:
        for batch in _batches(people(tables.rows(file, plan, tell), plan, country)):
            if under_way:  # one is kept while one is read, and no more are in memory
                kept.append(under_way.result())
            under_way = beside.submit(keep, *batch)
        if under_way:
            kept.append(under_way.result())
    return sum(doubles for doubles, _ in kept), sum(bad for _, bad in kept)


def _batches(rows: Iterator[Person | Problem]) -> Iterator[tuple[list[Person], list[Problem]]]:
    persons: list[Person] = []
    problems: list[Problem] = []
    characters = 0
    for row in rows:
        if isinstance(row, Problem):
            problems.append(row)
            characters += sum(map(len, row.cells))
        else:
            persons.append(row)
            characters += sum(map(len, row[1]))
        if len(persons) + len(problems) >= BATCH_ROWS or characters >= BATCH_CHARACTERS:
            yield persons, problems
            persons, problems, characters = [], [], 0
    if persons or problems:
        yield persons, problems
