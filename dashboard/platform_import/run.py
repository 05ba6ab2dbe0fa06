"""A whole run: table after table, chunk after chunk, under a lock that only one import holds."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from typing import Protocol

import psycopg
from sqlalchemy import func, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError

from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.platform_import import commands, queries
from dashboard.platform_import.source import Source
from dashboard.platform_import.steps import STEPS, Context, Step

CHUNK_ROWS = 50_000
_LOCK = 0x51674E414C_01  # held as long as the process that imports lives
_TRIES = 5  # of a chunk that met another writer


class Watcher(Protocol):
    """Who is told how far the run has come."""

    def begin(self, run_id: int, continued: bool) -> None: ...

    def step(self, name: str, done: int, total: int) -> None: ...


def import_platform(
    source: Source,
    watcher: Watcher,
    *,
    owners: Sequence[int] | None,
    country: str,
    chunk_rows: int = CHUNK_ROWS,
) -> int:
    """Import everything, of the chosen owners or of all; the run's number.

    Raises:
        DomainError: another import is under way, or an owner does not exist on the platform.
    """
    if owners and (unknown := source.unknown_owners(owners)):
        raise DomainError(f"The platform has no user {', '.join(map(str, unknown))}.")
    with _alone():
        run_id, continued = commands.start_run(source, owners, country)
        watcher.begin(run_id, continued)
        try:
            for step in STEPS:
                _import_table(run_id, step, Context(source, country), owners, watcher, chunk_rows)
        except BaseException:
            commands.interrupt_run(run_id)
            raise
        commands.finish_run(run_id)
        return run_id


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the import's lock. It ends with its connection, however the process ends."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(select(func.pg_try_advisory_lock(_LOCK))):
            raise DomainError("Another import is under way. Wait until it is done.")
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(_LOCK)))


def _import_table(
    run_id: int, step: Step, context: Context, owners: Sequence[int] | None, watcher: Watcher, size: int
) -> None:
    total, done = next(
        (row.source_rows, row.rows_read) for row in queries.steps_of(run_id) if row.source_table == step.name
    )
    db.session.remove()
    watcher.step(step.name, done, total)
    if step.table.name not in context.source.columns or context.source.missing(step.table)[0]:
        return
    read = _by_owner if step.by_owner else _by_key
    for count in read(run_id, step, context, owners, size):
        done += count
        watcher.step(step.name, done, total)


def _by_key(
    run_id: int, step: Step, context: Context, owners: Sequence[int] | None, most: int
) -> Iterator[int]:
    """Chunk after chunk in the order of the key. A chunk that is refused is halved down to the culprit."""
    size, tries = most, 0
    while True:
        after = queries.position(run_id, step.name)
        db.session.remove()
        try:
            with closing(context.source.rows(step.table, owners, after, size)) as lines:
                count = commands.import_chunk(run_id, step, lines, context)
        except (DomainError, DBAPIError, psycopg.DataError) as error:
            if not _is_refusal(error):
                tries += 1
                if tries == _TRIES or not _met_another_writer(error):
                    raise
            elif size > 1:
                size = max(1, size // 10)
            else:
                (line,) = context.source.rows(step.table, owners, after, 1)
                commands.refuse_row(run_id, step, line, _in_words(error))
                yield 1
            continue
        tries = 0
        yield count
        if count < size:
            return
        size = min(most, size * 10)


def _by_owner(
    run_id: int, step: Step, context: Context, owners: Sequence[int] | None, size: int
) -> Iterator[int]:
    """Whole owners at a time, at least `size` rows of them where there are as many."""
    after = queries.position(run_id, step.name)
    db.session.remove()
    with closing(context.source.rows(step.table, owners, after, None)) as lines:
        batches = _Batches(lines, size)
        while batches.remain:
            yield commands.import_chunk(run_id, step, batches.take(), context)


class _Batches:
    """Lines cut where the first column changes."""

    def __init__(self, lines: Iterable[bytes], size: int) -> None:
        self._lines = iter(lines)
        self._size = size
        self._ahead = list(islice(self._lines, 1))

    @property
    def remain(self) -> bool:
        return bool(self._ahead)

    def take(self) -> Iterator[bytes]:
        count, owner = 0, b""
        while self._ahead:
            line = self._ahead[0]
            count, before, owner = count + 1, owner, line.split(b"\t", 1)[0]
            if count > self._size and owner != before:
                return
            self._ahead = list(islice(self._lines, 1))
            yield line


def _is_refusal(error: Exception) -> bool:
    """Whether a row goes against a rule of the database, as opposed to the database being away."""
    cause = error.__cause__ if isinstance(error, DomainError) else error
    return isinstance(cause, (IntegrityError, DataError, psycopg.DataError))


def _met_another_writer(error: Exception) -> bool:
    return isinstance(error, DomainError) and isinstance(error.__cause__, OperationalError)


def _in_words(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, DomainError) else error
    original = getattr(cause, "orig", cause)
    primary = original.diag.message_primary if isinstance(original, psycopg.Error) else None
    return f"It says: {primary}." if primary else ""
