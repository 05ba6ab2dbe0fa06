"""Change our database by what was read of the platform's: a chunk of rows, one transaction each."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from dashboard.audit.commands import record
from dashboard.core.db import db, utc_now
from dashboard.core.transactions import command
from dashboard.platform_import.models import ImportIssue, ImportRun, ImportStep, RunStatus
from dashboard.platform_import.queries import totals_of
from dashboard.platform_import.reasons import REASONS
from dashboard.platform_import.source import Source
from dashboard.platform_import.staging import execute, stage, write_issues
from dashboard.platform_import.steps import STEPS, Context, Step

_LOCK = 0x51674E414C_02  # held by each transaction of an import


@command
def start_run(source: Source, owners: Sequence[int] | None, country: str) -> tuple[int, bool]:
    """Begin a run, or go on with the last one where it was cut off; its number, and whether it goes on.

    A run goes on when it is the latest, did not finish, and was asked for the same.
    """
    _wait_for_the_dead()
    wanted = sorted(set(owners)) if owners else None
    last = db.session.execute(select(ImportRun).order_by(ImportRun.id.desc()).limit(1)).scalar_one_or_none()
    goes_on = (
        last is not None
        and last.status != RunStatus.FINISHED
        and (last.source, last.owners, last.country) == (source.name, wanted, country)
    )
    if last is None or not goes_on:
        if last is not None and last.status == RunStatus.RUNNING:
            last.status = RunStatus.INTERRUPTED
        last = ImportRun(source=source.name, owners=wanted, country=country)
        db.session.add(last)
    last.status = RunStatus.RUNNING
    db.session.flush()
    for step in STEPS:
        _prepare_step(last.id, step, source, wanted)
    record(
        "platform_import.continue" if goes_on else "platform_import.start",
        f"import_run:{last.id}",
        staff_id=None,
        after={"source": source.name, "owners": wanted, "country": country},
    )
    return last.id, goes_on


@command
def import_chunk(run_id: int, step: Step, lines: Iterable[bytes], context: Context) -> int:
    """Import some rows of a table: they, what refers to them, the report and how far it came, or nothing.

    Answers how many rows there were. The audit has one row for each table that is done, not for each
    chunk; `import_step` counts those.
    """
    _wait_for_the_dead()
    read = stage(step.table, step.prepare(lines), prefix=step.prefix)
    if read:
        step.apply(context)
        write_issues(run_id, step.table)
        _count(run_id, step, read)
    return read


@command
def refuse_row(run_id: int, step: Step, line: bytes, why: str) -> None:
    """Pass over one row that the database refuses for a reason that no step foresaw."""
    _wait_for_the_dead()
    key = int(line.split(b"\t", 1)[0])
    reason, done = REASONS["refused"]
    raw = {"line": line.decode(errors="replace").rstrip("\n")}
    _add_issue(run_id, step.table.name, "refused", f"{reason} {why}", done, source_id=key, row=raw)
    db.session.execute(
        update(ImportStep)
        .where(ImportStep.run_id == run_id, ImportStep.source_table == step.name)
        .values(rows_read=ImportStep.rows_read + 1, left_out=ImportStep.left_out + 1, position=key)
    )
    record(
        "platform_import.refuse", f"import_run:{run_id}", staff_id=None, after={"table": step.name, "id": key}
    )


@command
def finish_run(run_id: int) -> None:
    """Mark a run as complete."""
    _end(run_id, RunStatus.FINISHED, "platform_import.finish")


@command
def interrupt_run(run_id: int) -> None:
    """Mark a run as cut off; the same command goes on with it."""
    _end(run_id, RunStatus.INTERRUPTED, "platform_import.interrupt")


def _end(run_id: int, status: RunStatus, action: str) -> None:
    db.session.execute(
        update(ImportRun).where(ImportRun.id == run_id).values(status=status, finished_at=utc_now())
    )
    record(action, f"import_run:{run_id}", staff_id=None, after=asdict(totals_of(run_id)))


def _wait_for_the_dead() -> None:
    """Wait until a killed import's last transaction is over, in which its server may still be."""
    execute("SET LOCAL statement_timeout = 0")
    execute("SET LOCAL lock_timeout = 0")
    db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _prepare_step(run_id: int, step: Step, source: Source, owners: Sequence[int] | None) -> None:
    table = step.table
    rows = 0
    needed: list[str] = []
    if table.name not in source.columns:
        _add_issue(run_id, table.name, "table_missing", *REASONS["table_missing"])
    else:
        needed, others = source.missing(table)
        if needed and step.name == table.name:
            why, done = REASONS["needed_column_missing"]
            _add_issue(run_id, table.name, "needed_column_missing", why, f"{done} {_named(needed)}")
        elif needed:
            why = REASONS["column_missing"][0]
            _add_issue(run_id, table.name, "column_missing", why, f"Not compared. {_named(needed)}")
        elif others:
            why, done = REASONS["column_missing"]
            _add_issue(run_id, table.name, "column_missing", why, f"{done} {_named(others)}")
        others_read = {name for column in table.columns for name in column.tables}
        for other in sorted(others_read - set(source.columns)):
            _add_issue(run_id, other, "table_missing", *REASONS["table_missing"])
    if table.name in source.columns and not needed:
        rows = source.count(table, owners)
    db.session.execute(
        insert(ImportStep)
        .values(run_id=run_id, source_table=step.name, source_rows=rows)
        .on_conflict_do_update(
            index_elements=[ImportStep.run_id, ImportStep.source_table], set_={"source_rows": rows}
        )
    )


def _named(columns: Sequence[str]) -> str:
    return "Missing: " + ", ".join(columns) + "."


def _add_issue(
    run_id: int,
    table: str,
    code: str,
    reason: str,
    done: str,
    *,
    source_id: int | None = None,
    row: dict[str, Any] | None = None,
) -> None:
    db.session.execute(
        insert(ImportIssue)
        .values(
            run_id=run_id,
            source_table=table,
            source_id=source_id,
            reason_code=code,
            reason=reason,
            done=done,
            row=row,
        )
        .on_conflict_do_nothing()
    )


def _count(run_id: int, step: Step, read: int) -> None:
    rows = execute("SELECT outcome, count(*) AS count FROM work GROUP BY outcome").all()
    outcomes = {row.outcome: row.count for row in rows}
    position = execute(f'SELECT max("{step.table.key}") FROM staged').scalar_one()  # noqa: S608
    values: dict[str, Any] = {
        name: getattr(ImportStep, name) + outcomes.get(name, 0)
        for name in ("added", "changed", "unchanged", "merged", "left_out")
    }
    done = db.session.execute(
        update(ImportStep)
        .where(ImportStep.run_id == run_id, ImportStep.source_table == step.name)
        .values(rows_read=ImportStep.rows_read + read, position=position, **values)
        .returning(ImportStep.rows_read, ImportStep.source_rows)
    ).one()
    if done.rows_read >= done.source_rows:
        after = {"table": step.name, "rows": done.rows_read}
        record("platform_import.table", f"import_run:{run_id}", staff_id=None, after=after)
