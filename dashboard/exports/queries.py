"""Which exports there are, how far each is, and what is in them."""

from collections.abc import Iterator

from sqlalchemy import case, func, select

from dashboard.core import keyset
from dashboard.core.csv_stream import Lines, csv_lines, in_batches
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.snapshots import snapshot
from dashboard.exports.kinds import Arguments, Kind
from dashboard.exports.models import Export, ExportPart
from dashboard.jobs.models import Job, JobReport, JobStatus
from dashboard.staff.models import Staff


def file(kind: Kind, arguments: Arguments) -> Iterator[bytes]:
    """The file, read while it is asked for more, as one consistent snapshot; see `csv_lines`."""
    # Not before it is asked for: an answer is sent in another session than it was made in.
    yield from in_batches(csv_lines(kind.rows(arguments), db.session.connection()))


def lines(kind: Kind, arguments: Arguments) -> Lines:
    """The same line by line, on a connection beside the session's: one can write meanwhile."""
    with snapshot() as connection:
        yield from csv_lines(kind.rows(arguments), connection)


def exports() -> AnySelect:
    """Exports, newest first, each with its state, who asked, and how far its job is.

    `state` is waiting, running, ready, expired, cancelled, or stopped (without a file; `failure` says why,
    if anybody knows).
    """
    return (
        select(
            Export.id, Export.kind, Export.arguments, Export.title, Export.file_name, Export.rows,
            Export.asked_at, Export.asked_by, Export.finished_at, Export.expires_at, Export.size_bytes,
            Staff.name.label("staff_name"), JobReport.done, JobReport.total, JobReport.failure,
            _STATE.label("state"),
        )
        .join(Staff, Staff.id == Export.asked_by)
        .outerjoin(Job, Job.id == Export.job_id)
        .outerjoin(JobReport, JobReport.job_id == Job.id)
        .order_by(Export.id.desc())
    )  # fmt: skip


_STATE = case(
    (Export.expires_at <= func.now(), "expired"),
    (Export.finished_at.is_not(None), "ready"),
    (Job.status == JobStatus.TODO, "waiting"),
    (Job.status == JobStatus.DOING, "running"),
    (Job.status.in_((JobStatus.CANCELLED, JobStatus.ABORTED)), "cancelled"),
    else_="stopped",
)


def page(*, reader_id: int | None, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """A page of `exports`, those that the person asked for; of everybody for None."""
    stmt = exports() if reader_id is None else exports().where(Export.asked_by == reader_id)
    return keyset.page(stmt, [keyset.Key("id", Export.id, descending=True)], at)


def get(export_id: int, *, reader_id: int | None) -> AnyRow:
    """One of `exports`, for the person who asked for it; for None, whoever that is.

    Raises:
        NoResultFound: no such export, or it is somebody else's.
    """
    stmt = exports().where(Export.id == export_id)
    return db.session.execute(stmt if reader_id is None else stmt.where(Export.asked_by == reader_id)).one()


def asked_for(export_id: int) -> AnyRow:
    """What the worker needs to know to make a file.

    Raises:
        NoResultFound: no such export.
    """
    return db.session.execute(select(Export.kind, Export.arguments).where(Export.id == export_id)).one()


def same_under_way(kind: Kind, arguments: Arguments, reader_id: int) -> int | None:
    """The number of the person's export of just that, while it waits or runs; None where none does."""
    return db.session.scalar(
        exports()
        .with_only_columns(Export.id)
        .where(
            Export.asked_by == reader_id,
            Export.kind == kind.name,
            Export.arguments == dict(arguments),
            Export.finished_at.is_(None),
            Job.status.in_((JobStatus.TODO, JobStatus.DOING)),
        )
        .limit(1)
    )


def packed_bytes(export_id: int) -> int:
    """How large the file is as it is kept: as gzip."""
    sizes = select(func.coalesce(func.sum(func.octet_length(ExportPart.content)), 0))
    return int(db.session.execute(sizes.where(ExportPart.export_id == export_id)).scalar_one())


def parts(export_id: int) -> Iterator[bytes]:
    """The file as it is kept, part by part. One that expires meanwhile is read to its end."""
    # One statement, whose snapshot still has the parts when they are deleted; one part of it in memory.
    stmt = select(ExportPart.content).where(ExportPart.export_id == export_id).order_by(ExportPart.part_no)
    yield from db.session.scalars(stmt, execution_options={"yield_per": 1})
