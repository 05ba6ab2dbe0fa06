"""Bring a file, have it checked and imported, and forget it in the end."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from dashboard.audit.commands import record
from dashboard.contact_imports import queries
from dashboard.contact_imports.models import (
    ContactImport,
    ContactImportPart,
    ContactImportProblem,
    ContactImportRow,
)
from dashboard.contact_imports.outcomes import Draft, Options
from dashboard.contact_imports.reading.plans import Plan
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.core.transactions import command
from dashboard.jobs.queue import enqueue
from dashboard.lists.models import ContactList
from dashboard.operations.models import Kind, Operation
from dashboard.tags.commands import ensure_tag

PART_BYTES = 1 << 20
FILE_KEPT = timedelta(days=1)  #: a file that nobody imports
PROBLEMS_KEPT = timedelta(days=7)  #: the rows that an import left out


@command
def keep_file(
    owner_id: int, file_name: str, pieces: Iterable[bytes], *, list_id: int | None, actor_id: int
) -> int:
    """Keep a file, piece by piece, and have it checked; the import's number.

    Raises:
        DomainError: the file is empty, or there is no such owner.
    """
    made = ContactImport(
        owner_id=owner_id,
        file_name=_short(file_name),
        size_bytes=0,
        staff_id=actor_id,
        options=Options(list_id=list_id).as_json(),
        expires_at=func.now() + FILE_KEPT,
    )
    db.session.add(made)
    db.session.flush()
    for part_no, content in enumerate(pieces, 1):
        made.size_bytes += len(content)
        part = {"owner_id": owner_id, "import_id": made.id, "part_no": part_no, "content": content}
        db.session.execute(insert(ContactImportPart), part)
    if not made.size_bytes:
        raise DomainError("The file is empty.", field="file")
    have_checked(made)
    after = {"file_name": made.file_name, "size_bytes": made.size_bytes}
    _record("contact_import.upload", made, actor_id, after)
    return made.id


@command
def check_again(
    owner_id: int, import_id: int, plan: Plan | None, *, draft: Draft | None = None, actor_id: int
) -> None:
    """Have the file read in another way; for None in the way that is guessed. A `draft` is kept meanwhile.

    Raises:
        NoResultFound: no such import of this owner.
        DomainError: the import was started, or its file is gone.
    """
    found = _held(owner_id, import_id)
    _refuse_what_is_over(found)
    found.plan = plan.as_json() if plan else None
    if draft:
        found.options = draft.as_json()
    found.expires_at = func.now() + FILE_KEPT
    have_checked(found)
    _record("contact_import.check", found, actor_id, {"plan": found.plan})


@command
def start(
    owner_id: int,
    import_id: int,
    options: Options,
    *,
    consent: str,
    check_no: int,
    idempotency_key: UUID,
    actor_id: int,
) -> None:
    """Import the rows in the background. `consent` tells how the people agreed; it is kept with each of them.

    The same key again starts nothing.

    Raises:
        NoResultFound: no such import of this owner.
        DomainError: it was not checked, or once more since the person looked (`check_no`), or it was started
            before, or its file is gone, or there is no such static list.
    """
    found = _held(owner_id, import_id)
    if found.operation_id is not None:
        if _key_of(owner_id, found.operation_id) == idempotency_key:
            return
        raise DomainError("This import was started already.")
    _refuse_what_is_over(found)
    if found.found is None or found.check_no != check_no:
        raise DomainError("The file was read anew since you looked. Look at what was found first.")
    if not found.found["good"]:
        raise DomainError("There is no row to import. Mend the file, or read it in another way.")
    _refuse_dynamic(owner_id, options.list_id)
    tag_id = ensure_tag(owner_id, options.tag, actor_id=actor_id) if options.tag else None
    operation = Operation(
        owner_id=owner_id,
        kind=Kind.IMPORT,
        arguments={"import_id": import_id, "tag_id": tag_id, **options.as_json()},
        reason=consent,
        staff_id=actor_id,
        idempotency_key=idempotency_key,
        total=found.found["good"],
    )
    db.session.add(operation)
    db.session.flush()
    found.operation_id = operation.id
    found.options = options.as_json()
    found.expires_at = func.now() + FILE_KEPT
    found.job_id = operation.job_id = _enqueue("contact_imports.apply", found)
    _record("contact_import.start", found, actor_id, {"consent": consent, **options.as_json()})


@command
def go_on(owner_id: int, import_id: int, *, actor_id: int) -> None:
    """Go on with an import that stopped, where it stopped.

    Raises:
        NoResultFound: no such import of this owner.
        DomainError: it did not stop.
    """
    found = _held(owner_id, import_id)
    if queries.get(owner_id, import_id).state != "stopped" or found.operation_id is None:
        raise DomainError("This import did not stop. Reload the page to see how far it is.")
    found.expires_at = func.now() + FILE_KEPT
    found.job_id = _enqueue("contact_imports.apply", found)
    db.session.execute(
        update(Operation)
        .where(Operation.owner_id == owner_id, Operation.id == found.operation_id)
        .values(job_id=found.job_id)
    )
    _record("contact_import.go_on", found, actor_id, {})


@command
def note_download(owner_id: int, import_id: int, *, actor_id: int) -> None:
    """Write down that somebody takes away the rows that were left out.

    Raises:
        NoResultFound: no such import of this owner.
    """
    _record("contact_import.download", _held(owner_id, import_id), actor_id, {})


@command
def delete_expired(*, at_most: int = 100) -> int:
    """Delete files that nobody imported in time, and what old imports left out; how many there were."""
    stmt = queries.expired().limit(at_most).with_for_update(skip_locked=True)
    expired = db.session.scalars(stmt).all()
    for one in expired:
        forget(one)
        db.session.execute(
            delete(ContactImportProblem).where(
                ContactImportProblem.owner_id == one.owner_id, ContactImportProblem.import_id == one.id
            )
        )
        one.sample = None
        _record("contact_import.expire", one, None, {"file_name": one.file_name})
    return len(expired)


def forget(one: ContactImport) -> None:
    """Delete the file and its rows; to be called within a command. What was left out stays."""
    for table in (ContactImportPart, ContactImportRow):
        db.session.execute(delete(table).where(table.owner_id == one.owner_id, table.import_id == one.id))


def _held(owner_id: int, import_id: int) -> ContactImport:
    return db.session.execute(
        select(ContactImport)
        .where(ContactImport.owner_id == owner_id, ContactImport.id == import_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def _key_of(owner_id: int, operation_id: int) -> UUID:
    return db.session.execute(
        select(Operation.idempotency_key).where(Operation.owner_id == owner_id, Operation.id == operation_id)
    ).scalar_one()


def _refuse_what_is_over(found: ContactImport) -> None:
    if found.operation_id is not None:
        raise DomainError("This import was started already. Upload the file again to import it once more.")
    if queries.get(found.owner_id, found.id).state == "expired":
        raise DomainError("The file was deleted, because nobody imported it within a day. Upload it again.")


def _refuse_dynamic(owner_id: int, list_id: int | None) -> None:
    if list_id is None:
        return
    definition = select(ContactList.definition).where(
        ContactList.owner_id == owner_id, ContactList.id == list_id
    )
    if db.session.execute(definition).scalar_one() is not None:
        raise DomainError("That list is dynamic: nobody is put on it by hand.", field="list_id")


def have_checked(found: ContactImport) -> None:
    """Have the file of an import that is held read anew; to be called within a command."""
    found.check_no = (found.check_no or 0) + 1
    found.refusal = found.found = None
    found.job_id = _enqueue("contact_imports.check", found, check_no=found.check_no)


def _enqueue(task: str, found: ContactImport, **arguments: Any) -> int:
    # An owner's one after the other: the second of two files then sees what the first one brought.
    lock = f"contact_imports:{found.owner_id}"
    return enqueue(task, lock=lock, owner_id=found.owner_id, import_id=found.id, **arguments)


def _record(action: str, one: ContactImport, actor_id: int | None, after: dict[str, Any]) -> None:
    record(action, f"contact_import:{one.id}", staff_id=actor_id, owner_id=one.owner_id, after=after)


def _short(file_name: str) -> str:
    name = "".join(c for c in file_name if c.isprintable()).strip()
    return name[-255:] or "Without a name"
