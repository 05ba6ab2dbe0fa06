"""Answers about imports: their runs, what became of the rows, and which broke a rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.platform_import.models import ImportIssue, ImportRun, ImportStep


@dataclass(frozen=True)
class Totals:
    """What became of the rows of a run, over all tables."""

    rows_read: int
    added: int
    changed: int
    unchanged: int
    merged: int
    left_out: int
    issues: int


def totals_of(run_id: int) -> Totals:
    """What became of all rows of the run so far; zeros where there are none."""
    counts = db.session.execute(
        select(*(func.coalesce(func.sum(column), 0) for column in _COUNTS)).where(
            ImportStep.run_id == run_id, ImportStep.source_table != "Campaign counters"
        )
    ).one()
    issues = db.session.scalar(select(func.count()).where(ImportIssue.run_id == run_id))
    read, added, changed, unchanged, merged, left_out = (int(count) for count in counts)
    return Totals(read, added, changed, unchanged, merged, left_out, issues or 0)


def steps_of(run_id: int) -> Sequence[AnyRow]:
    """What became of the rows of each table, in the order of import, beside the number of issues."""
    issues = (
        select(ImportIssue.source_table, func.count().label("issues"))
        .where(ImportIssue.run_id == run_id)
        .group_by(ImportIssue.source_table)
        .subquery()
    )
    return db.session.execute(
        select(
            ImportStep.source_table,
            ImportStep.position,
            ImportStep.source_rows,
            *_COUNTS,
            func.coalesce(issues.c.issues, 0).label("issues"),
        )
        .outerjoin(issues, issues.c.source_table == ImportStep.source_table)
        .where(ImportStep.run_id == run_id)
        .order_by(func.array_position(_ORDER, ImportStep.source_table))
    ).all()


def run(run_id: int) -> AnyRow:
    """The run.

    Raises:
        NoResultFound: no such run.
    """
    return db.session.execute(runs().where(ImportRun.id == run_id)).one()


def runs() -> AnySelect:
    """Runs with their counts, newest first."""
    per_run = (
        select(ImportStep.run_id, *(func.sum(column).label(column.key) for column in _COUNTS))
        .where(ImportStep.source_table != "Campaign counters")
        .group_by(ImportStep.run_id)
        .subquery()
    )
    issues = (
        select(func.count()).where(ImportIssue.run_id == ImportRun.id).correlate(ImportRun).scalar_subquery()
    )
    return (
        select(
            ImportRun.id,
            ImportRun.source,
            ImportRun.owners,
            ImportRun.country,
            ImportRun.status,
            ImportRun.started_at,
            ImportRun.finished_at,
            *(func.coalesce(per_run.c[column.key], 0).label(column.key) for column in _COUNTS),
            issues.label("issues"),
        )
        .outerjoin(per_run, per_run.c.run_id == ImportRun.id)
        .order_by(ImportRun.id.desc())
    )


def issues(run_id: int, source_table: str | None = None, reason_code: str | None = None) -> AnySelect:
    """The rows of the run that broke a rule, of one table or for one reason where wanted, as found."""
    stmt = select(
        ImportIssue.id,
        ImportIssue.owner_id,
        ImportIssue.source_table,
        ImportIssue.source_id,
        ImportIssue.reason_code,
        ImportIssue.reason,
        ImportIssue.done,
        ImportIssue.row,
    ).where(ImportIssue.run_id == run_id)
    if source_table:
        stmt = stmt.where(ImportIssue.source_table == source_table)
    if reason_code:
        stmt = stmt.where(ImportIssue.reason_code == reason_code)
    return stmt.order_by(ImportIssue.id)


def run_page(*, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """A page of `runs`."""
    return keyset.page(runs(), [keyset.Key("id", ImportRun.id, descending=True)], at)


def issue_page(
    run_id: int,
    source_table: str | None = None,
    reason_code: str | None = None,
    *,
    at: keyset.At = keyset.FIRST,
) -> keyset.Page[AnyRow]:
    """A page of `issues`."""
    return keyset.page(issues(run_id, source_table, reason_code), [keyset.Key("id", ImportIssue.id)], at)


def reasons_of(run_id: int) -> Sequence[AnyRow]:
    """How many rows of each table broke which rule, most first."""
    return db.session.execute(
        select(
            ImportIssue.source_table,
            ImportIssue.reason_code,
            func.min(ImportIssue.reason).label("reason"),
            func.count().label("issues"),
        )
        .where(ImportIssue.run_id == run_id)
        .group_by(ImportIssue.source_table, ImportIssue.reason_code)
        .order_by(func.count().desc(), ImportIssue.source_table, ImportIssue.reason_code)
    ).all()


def position(run_id: int, step: str) -> int | None:
    """The last key of a table that the run has done, or None where it has not begun with it."""
    return db.session.execute(
        select(ImportStep.position).where(ImportStep.run_id == run_id, ImportStep.source_table == step)
    ).scalar_one()


def stream_issues(
    run_id: int, source_table: str | None = None, reason_code: str | None = None, *, size: int = 2_000
) -> Iterator[AnyRow]:
    """All issues of `issues`, some at a time: a report may be larger than memory."""
    last = 0
    while True:
        stmt = issues(run_id, source_table, reason_code)
        rows = db.session.execute(stmt.where(ImportIssue.id > last).limit(size)).all()
        yield from rows
        if len(rows) < size:
            return
        last = rows[-1].id


_COUNTS = (
    ImportStep.rows_read,
    ImportStep.added,
    ImportStep.changed,
    ImportStep.unchanged,
    ImportStep.merged,
    ImportStep.left_out,
)
_ORDER = [
    "User", "Contact", "List", "ListMembership", "Campaign", "CampaignMessage", "Campaign counters",
    "CreditTransaction", "Wallet",
]  # fmt: skip
