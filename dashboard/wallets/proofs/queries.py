"""Whether the ledgers hold, and what was found and anchored before."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, RowMapping, case, func, select, text

from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.errors import Missing
from dashboard.jobs.models import Job, JobReport, JobStatus
from dashboard.owners.models import Owner
from dashboard.staff.models import Staff
from dashboard.wallets.proofs.checks import CHECKS, Check
from dashboard.wallets.proofs.models import Anchor, Verification
from dashboard.wallets.proofs.outcomes import Finding, Outcome

#: The anchors that are looked at unless one is asked for. One alone would not do: of two that were taken
#: before and after the ledger was cut, only the older one tells.
NEWEST_ANCHORS = 31


@dataclass(frozen=True)
class Against:
    """Which anchors the ledgers are compared with: that kept one, or that document, or else the newest."""

    anchor_id: int | None = None
    document: str | None = None  #: an anchor that was downloaded
    newest: int = NEWEST_ANCHORS


def verify(*, owner_id: int | None = None, against: Against = Against()) -> Iterator[Outcome]:
    """Check everything that must hold, of one owner or of all, one `Outcome` after the other.

    All checks see the ledgers as they are at the same instant, whoever writes meanwhile, and nobody
    waits for them. Reads every entry: some seconds for a million of them.

    Raises:
        Missing: no such owner, or no such anchor.
    """
    with db.engine.connect() as pooled:
        connection = pooled.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        for setting in _SETTINGS:
            connection.execute(text(f"SET LOCAL {setting}"))
        if owner_id is not None and not _is_there(connection, Owner, owner_id):
            raise Missing(f"No owner has the number {owner_id}.")
        if against.anchor_id is not None and not _is_there(connection, Anchor, against.anchor_id):
            raise Missing(f"No anchor has the number {against.anchor_id}.")
        for check in CHECKS:
            yield _outcome(connection, check, {"owner_id": owner_id} | asdict(against))


_SETTINGS = (
    "statement_timeout = 0",
    "work_mem = '64MB'",
    "max_parallel_workers_per_gather = 2",
    # The planner expects nearly every row to be wrong, and would not hand so many from worker to worker.
    "parallel_tuple_cost = 0",
)


def _is_there(connection: Connection, model: type[Owner] | type[Anchor], number: int) -> bool:
    return bool(connection.scalar(select(select(model.id).where(model.id == number).exists())))


def _outcome(connection: Connection, check: Check, values: dict[str, Any]) -> Outcome:
    start = perf_counter()
    rows = connection.execute(check.statement, values | {"is_imported": check.is_hint}).mappings().all()
    return Outcome(
        check.title,
        check.meaning,
        check.is_hint,
        broken=rows[0]["broken_rows"] if rows else 0,
        findings=[_finding(row) for row in rows],
        seconds=round(perf_counter() - start, 2),
    )


def _finding(row: RowMapping) -> Finding:
    return Finding(**{field.name: row[field.name] for field in fields(Finding)})


def verifications() -> AnySelect:
    """Verifications, newest first, each with its state, who asked, and how far its job is.

    `state` is waiting, running, passed, broken, or stopped (without a result; `failure` says why, if
    anybody knows).
    """
    return (
        select(
            Verification.id,
            Verification.asked_at,
            Verification.anchor_id,
            Verification.finished_at,
            Verification.broken,
            Staff.name.label("staff_name"),
            JobReport.done,
            JobReport.total,
            JobReport.failure,
            _STATE.label("state"),
        )
        .outerjoin(Staff, Staff.id == Verification.asked_by)
        .outerjoin(Job, Job.id == Verification.job_id)
        .outerjoin(JobReport, JobReport.job_id == Job.id)
        .order_by(Verification.id.desc())
    )


_STATE = case(
    (Verification.broken == 0, "passed"),
    (Verification.broken > 0, "broken"),
    (Job.status == JobStatus.TODO, "waiting"),
    (Job.status == JobStatus.DOING, "running"),
    else_="stopped",
)


def verification_page(*, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """A page of `verifications`."""
    return keyset.page(verifications(), [keyset.Key("id", Verification.id, descending=True)], at)


def verification(verification_id: int) -> AnyRow:
    """One of `verifications`.

    Raises:
        NoResultFound: no such verification.
    """
    return db.session.execute(verifications().where(Verification.id == verification_id)).one()


def outcomes_of(verification_id: int) -> list[Outcome]:
    """What the checks of a verification found, in their order; empty before its end."""
    kept = db.session.scalar(select(Verification.outcomes).where(Verification.id == verification_id))
    return [Outcome.kept(values) for values in kept or []]


def live_verification() -> int | None:
    """The number of the verification that waits or runs; None where none does."""
    return db.session.scalar(
        verifications()
        .with_only_columns(Verification.id)
        .where(Verification.finished_at.is_(None), Job.status.in_((JobStatus.TODO, JobStatus.DOING)))
        .limit(1)
    )


def last_result() -> AnyRow | None:
    """The newest of `verifications` that has a result; None where none has."""
    return db.session.execute(
        verifications().where(Verification.finished_at.is_not(None)).limit(1)
    ).one_or_none()


def anchors(*, most: int = NEWEST_ANCHORS) -> Sequence[AnyRow]:
    """The newest anchors, without their documents; `digest` in hexadecimal."""
    return db.session.execute(
        select(
            Anchor.id,
            Anchor.taken_at,
            Anchor.wallets,
            Anchor.entries,
            func.encode(Anchor.digest, "hex").label("digest"),
            Staff.name.label("staff_name"),
        )
        .outerjoin(Staff, Staff.id == Anchor.taken_by)
        .order_by(Anchor.id.desc())
        .limit(most)
    ).all()


def anchor_document(anchor_id: int) -> str:
    """The document of an anchor, as it is downloaded.

    Raises:
        NoResultFound: no such anchor.
    """
    return db.session.execute(select(Anchor.document).where(Anchor.id == anchor_id)).scalar_one()
