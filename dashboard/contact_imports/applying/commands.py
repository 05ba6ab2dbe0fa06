"""Import rows that were checked, some thousands at a time: each command remembers how far it came."""

from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult, func, select, text

from dashboard.audit.commands import record
from dashboard.contact_imports.commands import PROBLEMS_KEPT, forget
from dashboard.contact_imports.models import ContactImport
from dashboard.contact_imports.outcomes import Done, Options
from dashboard.core.db import db
from dashboard.core.transactions import command
from dashboard.operations.models import Operation

LEFT_REASON = "Had opted out before it was imported"
FILE_REASON = "The imported file says that the contact is not subscribed"
_SQL = Path(__file__).parent / "sql"


class Crossed(Exception):
    """Somebody added contacts of the batch meanwhile. Nothing was changed; the next try finds them."""


@command
def import_batch(owner_id: int, import_id: int, *, most: int) -> bool:
    """Import the next rows, at most so many, by phone number; whether there may be more.

    A killed worker's batch is undone as a whole, and the next one begins where the one before it ended.

    Raises:
        NoResultFound: no such import of this owner, or it was not started.
        Crossed: see there.
    """
    one, operation = _held(owner_id, import_id)
    if one.finished_at is not None:
        return False  # its worker was killed after it had done the work, before it could say so
    options = Options(**one.options)
    values = {
        "owner_id": owner_id,
        "import_id": import_id,
        "brought_at": one.created_at,
        "operation_id": operation.id,
        "staff_id": operation.staff_id,
        "position": one.position or "",
        "most": most,
        "holds": options != Options(),
        "consent": operation.reason,
        "left_reason": LEFT_REASON,
        "file_reason": FILE_REASON,
        "list_id": options.list_id,
        "tag_id": operation.arguments["tag_id"],
    }
    _prepare()
    _run("take", values)
    taken = db.session.execute(text("SELECT count(*) AS rows, max(phone) AS last FROM batch")).one()
    if not taken.rows:
        return False
    done, touched = _apply(options, values, taken.rows)
    one.position = taken.last
    one.done = (Done(**one.done or {}) + done).as_json()
    operation.changed += done.added + touched
    operation.unchanged += taken.rows - done.added - touched
    _record("contact_import.apply", one, {"rows": taken.rows, **done.as_json()})
    return bool(taken.rows == most)


@command
def finish(owner_id: int, import_id: int) -> None:
    """Say that all is done, and delete the file. What was left out is kept for a while."""
    one, operation = _held(owner_id, import_id)
    if one.finished_at is not None:
        return
    one.done = one.done or Done().as_json()
    one.finished_at = operation.finished_at = func.clock_timestamp()
    one.expires_at = func.now() + PROBLEMS_KEPT
    _record("contact_import.finish", one, {"operation_id": operation.id, **one.done})


@command
def clear(owner_id: int, import_id: int) -> None:
    """Delete the file and the rows of an import that is finished."""
    one, _ = _held(owner_id, import_id)
    db.session.execute(text("SET LOCAL statement_timeout = 0"))
    forget(one)
    _record("contact_import.clear", one, {"file_name": one.file_name})


def _apply(options: Options, values: dict[str, Any], rows: int) -> tuple[Done, int]:
    """What became of the batch, and how many of the contacts that were there before were changed."""
    added = _run("add", values).one()
    held = db.session.execute(text("SELECT count(*) FROM known")).scalar_one()
    if values["holds"] and added.added + held != rows:
        raise Crossed
    if added.added:
        _run("look_again", values)
    counts = {
        name: _run(script, values).rowcount if wanted else 0
        for name, script, wanted in (
            ("updated", "update", options.updates),
            ("unsubscribed", "unsubscribe", options.unsubscribes),
            ("subscribed", "subscribe", options.subscribes),
            ("listed", "list", options.list_id is not None),
            ("tagged", "tag", options.tag is not None),
        )
    }
    touched = "SELECT count(DISTINCT touched.id) FROM touched JOIN known USING (id)"
    return Done(**added._asdict(), **counts), db.session.execute(text(touched)).scalar_one()


def _prepare() -> None:
    for setting in (
        # A batch may take its time, and waits for whoever changes its contacts.
        "statement_timeout = 0",
        "lock_timeout = 0",
        "work_mem = '64MB'",
        # A crash of the database may undo the last batches, with the position that they wrote: the import
        # goes on from the one that is left. `finish` is on the disk before it says so, and they before it.
        "synchronous_commit = off",
    ):
        db.session.execute(text(f"SET LOCAL {setting}"))


def _held(owner_id: int, import_id: int) -> tuple[ContactImport, Operation]:
    """The import and its operation, so that no other worker goes on with them."""
    one, operation = db.session.execute(
        select(ContactImport, Operation)
        .join(
            Operation,
            (Operation.owner_id == ContactImport.owner_id) & (Operation.id == ContactImport.operation_id),
        )
        .where(ContactImport.owner_id == owner_id, ContactImport.id == import_id)
        .with_for_update(of=ContactImport)
        .execution_options(populate_existing=True)
    ).one()
    return one, operation


def _record(action: str, one: ContactImport, after: dict[str, Any]) -> None:
    record(action, f"contact_import:{one.id}", staff_id=None, owner_id=one.owner_id, after=after)


def _run(name: str, values: dict[str, Any]) -> CursorResult[Any]:
    """Run the statements of `sql/<name>.sql`; the result of the last one."""
    for statement in _statements(name):
        asked = text(statement)
        result = db.session.execute(asked, {key: values[key] for key in asked._bindparams})
    assert isinstance(result, CursorResult)
    return result


@cache
def _statements(name: str) -> list[str]:
    script = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
    return [part for part in script.split(";\n") if part.strip()]
