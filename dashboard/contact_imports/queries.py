"""Which imports of contacts there are, how far each is, and what was found in its file."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from sqlalchemy import Select, case, func, select

from dashboard.contact_imports.models import (
    ContactImport,
    ContactImportPart,
    ContactImportProblem,
    ContactImportRow,
)
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.like import folded
from dashboard.jobs.models import Job, JobReport, JobStatus
from dashboard.lists.models import ContactList
from dashboard.operations.models import Operation
from dashboard.owners.models import Owner
from dashboard.staff.models import Staff

MOST_SHOWN = 20  #: problems, on the page of an import

_UNDER_WAY = (JobStatus.TODO, JobStatus.DOING)
_STATE = case(
    (ContactImport.finished_at.is_not(None), "finished"),
    (ContactImport.operation_id.is_not(None) & Job.status.in_(_UNDER_WAY), "importing"),
    (ContactImport.operation_id.is_not(None), "stopped"),
    (Job.status.in_(_UNDER_WAY), "checking"),
    (ContactImport.expires_at <= func.now(), "expired"),
    (ContactImport.refusal.is_not(None), "refused"),
    (ContactImport.found.is_not(None), "ready"),
    else_="unchecked",
)


def imports() -> AnySelect:
    """Imports, newest first, each with its state, its owner, who brought it, and how far its job is.

    `state` is checking, ready (to be started), refused (`refusal` says why), unchecked (the check stopped:
    `failure` says why), importing, stopped (on the way; `failure` says why), finished, or expired.
    """
    return (
        select(
            ContactImport.owner_id, ContactImport.id, ContactImport.file_name, ContactImport.size_bytes,
            ContactImport.staff_id, ContactImport.created_at, ContactImport.check_no, ContactImport.plan,
            ContactImport.refusal, ContactImport.found, ContactImport.options,
            ContactImport.operation_id, ContactImport.done, ContactImport.finished_at,
            ContactImport.expires_at, (ContactImport.expires_at <= func.now()).label("is_expired"),
            Owner.name.label("owner_name"), Owner.country, Owner.timezone, Staff.name.label("staff_name"),
            JobReport.done.label("job_done"), JobReport.total.label("job_total"), JobReport.failure,
            _STATE.label("state"),
        )
        .join(Owner, Owner.id == ContactImport.owner_id)
        .join(Staff, Staff.id == ContactImport.staff_id)
        .outerjoin(Job, Job.id == ContactImport.job_id)
        .outerjoin(JobReport, JobReport.job_id == Job.id)
    )  # fmt: skip


def page(*, owner_id: int | None = None, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """A page of `imports`; of one owner, or of all for None."""
    stmt = imports() if owner_id is None else imports().where(ContactImport.owner_id == owner_id)
    return keyset.page(stmt, [keyset.Key("id", ContactImport.id, descending=True)], at)


def get(owner_id: int, import_id: int) -> AnyRow:
    """One of `imports`, with the first rows of its file.

    Raises:
        NoResultFound: no such import of this owner.
    """
    return db.session.execute(
        imports()
        .add_columns(ContactImport.sample)
        .where(ContactImport.owner_id == owner_id, ContactImport.id == import_id)
    ).one()


def of_operation(owner_id: int, operation_id: int) -> int:
    """The number of the import that an operation is.

    Raises:
        NoResultFound: it is none.
    """
    return db.session.execute(
        select(ContactImport.id).where(
            ContactImport.owner_id == owner_id, ContactImport.operation_id == operation_id
        )
    ).scalar_one()


def expired() -> Select[ContactImport]:
    """Imports whose file or left-out rows are still here and shall not be; none of a job under way."""
    under_way = select(Job.id).where(Job.id == ContactImport.job_id, Job.status.in_(_UNDER_WAY))
    parts = select(ContactImportPart.part_no).where(
        ContactImportPart.owner_id == ContactImport.owner_id, ContactImportPart.import_id == ContactImport.id
    )
    problems = select(ContactImportProblem.row_no).where(
        ContactImportProblem.owner_id == ContactImport.owner_id,
        ContactImportProblem.import_id == ContactImport.id,
    )
    return select(ContactImport).where(
        ContactImport.expires_at <= func.now(),
        ~under_way.exists(),
        ContactImport.sample.is_not(None) | parts.exists() | problems.exists(),
    )


def problems(owner_id: int, import_id: int) -> AnySelect:
    """The rows that cannot be imported, as they stand in the file."""
    return (
        select(ContactImportProblem.row_no, ContactImportProblem.reason, ContactImportProblem.cells)
        .where(ContactImportProblem.owner_id == owner_id, ContactImportProblem.import_id == import_id)
        .order_by(ContactImportProblem.row_no)
    )


def first_problems(owner_id: int, import_id: int) -> Sequence[AnyRow]:
    """The first MOST_SHOWN of `problems`."""
    return db.session.execute(problems(owner_id, import_id).limit(MOST_SHOWN)).all()


def stream_problems(owner_id: int, import_id: int) -> Iterator[AnyRow]:
    """All of `problems`, some at a time."""
    yield from db.session.execute(problems(owner_id, import_id), execution_options={"yield_per": 500})


def progress(owner_id: int, import_id: int) -> tuple[int, int]:
    """How many rows of how many are imported.

    Raises:
        NoResultFound: the import was not started.
    """
    stmt = (
        select(Operation.changed + Operation.unchanged, Operation.total)
        .join(
            ContactImport,
            (ContactImport.owner_id == Operation.owner_id) & (ContactImport.operation_id == Operation.id),
        )
        .where(ContactImport.owner_id == owner_id, ContactImport.id == import_id)
    )
    done, total = db.session.execute(stmt).one()
    return done, total or 0


def staged(owner_id: int, import_id: int) -> int:
    """How many rows of the file stand ready to be imported."""
    rows = select(func.count()).where(
        ContactImportRow.owner_id == owner_id, ContactImportRow.import_id == import_id
    )
    return db.session.scalar(rows) or 0


def lists_of(owner_id: int) -> Sequence[AnyRow]:
    """The owner's lists that one can be put on, by name."""
    return db.session.execute(
        select(ContactList.id, ContactList.name)
        .where(ContactList.owner_id == owner_id, ContactList.definition.is_(None))
        .order_by(folded(ContactList.name), ContactList.id)
    ).all()


@contextmanager
def opened(owner_id: int, import_id: int) -> Iterator[BinaryIO]:
    """The file, on this machine's disk as long as it is open.

    Raises:
        FileNotFoundError: it is not kept any more.
    """
    stmt = (
        select(ContactImportPart.content)
        .where(ContactImportPart.owner_id == owner_id, ContactImportPart.import_id == import_id)
        .order_by(ContactImportPart.part_no)
    )
    with tempfile.TemporaryFile() as file:
        for content in db.session.scalars(stmt, execution_options={"yield_per": 1}):
            file.write(content)
        db.session.remove()  # ends the transaction that read it
        if not file.tell():
            raise FileNotFoundError
        file.seek(0)
        yield file
