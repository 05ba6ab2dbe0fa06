"""Ask for files, keep what the worker made, and delete what has expired."""

from datetime import timedelta

from sqlalchemy import delete, func, insert, select, update

from dashboard.audit.commands import record
from dashboard.core.db import db
from dashboard.core.transactions import command
from dashboard.exports import queries
from dashboard.exports.kinds import Arguments, Kind
from dashboard.exports.models import Export, ExportPart
from dashboard.exports.packing import Packing
from dashboard.jobs.queue import enqueue
from dashboard.staff.models import Staff


@command
def request_export(kind: Kind, arguments: Arguments, *, actor_id: int) -> int:
    """Ask for a file in the background; its number, or that of the person's same one that is under way."""
    # Two clicks ask one after the other, so that the second one sees the first one's.
    db.session.execute(select(Staff.id).where(Staff.id == actor_id).with_for_update(key_share=True))
    if under_way := queries.same_under_way(kind, arguments, actor_id):
        return under_way
    export = Export(
        kind=kind.name,
        arguments=dict(arguments),
        title=kind.title(arguments),
        file_name=kind.file_name(arguments),
        asked_by=actor_id,
        rows=kind.count(arguments),
    )
    db.session.add(export)
    db.session.flush()
    # One at a time: they read much, and other jobs shall not wait behind them.
    export.job_id = enqueue("exports.write", lock="exports.write", export_id=export.id)
    _record("export.request", f"export:{export.id}", kind, arguments, actor_id)
    return export.id


@command
def keep_file(export_id: int, packing: Packing, *, hours: int) -> None:
    """Keep the file that is packed meanwhile, for so many hours: all of it or, if anything fails, nothing.

    So a worker that is killed leaves nothing behind, and who starts anew starts at the beginning.
    """
    unfinished = select(Export.id).where(Export.id == export_id, Export.finished_at.is_(None))
    if db.session.scalar(unfinished.with_for_update()) is None:
        return  # its worker was killed after it had done the work, before it could say so
    for part_no, content in enumerate(packing.parts(), start=1):
        db.session.execute(
            insert(ExportPart), {"export_id": export_id, "part_no": part_no, "content": content}
        )
    made_at = func.clock_timestamp()
    db.session.execute(
        update(Export)
        .where(Export.id == export_id)
        .values(
            rows=packing.rows,
            size_bytes=packing.size_bytes,
            finished_at=made_at,
            expires_at=made_at + timedelta(hours=hours),
        )
    )
    after = {"rows": packing.rows, "size_bytes": packing.size_bytes}
    record("export.finish", f"export:{export_id}", staff_id=None, after=after)


@command
def note_download(kind: Kind, arguments: Arguments, *, actor_id: int, export_id: int | None = None) -> None:
    """Write down that somebody takes a file away: of the export, or one that is written as it is sent."""
    subject = f"export:{export_id}" if export_id else f"export:{kind.name}"
    _record("export.download", subject, kind, arguments, actor_id)


@command
def delete_expired_files() -> int:
    """Delete the parts of files that nobody can download any more; how many files there were."""
    expired = select(Export.id).where(Export.expires_at <= func.now())
    deleted = db.session.scalars(
        delete(ExportPart).where(ExportPart.export_id.in_(expired)).returning(ExportPart.export_id)
    ).all()
    files = sorted(set(deleted))
    for export_id in files:
        record("export.expire", f"export:{export_id}", staff_id=None)
    return len(files)


def _record(action: str, subject: str, kind: Kind, arguments: Arguments, actor_id: int) -> None:
    after = {"kind": kind.name, "arguments": dict(arguments)}
    record(action, subject, staff_id=actor_id, owner_id=arguments.get("owner_id"), after=after)
