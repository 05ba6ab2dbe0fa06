"""Change many contacts under one number, and undo that."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from dashboard.audit.commands import record
from dashboard.core.db import db
from dashboard.core.errors import DomainError, Link
from dashboard.core.transactions import command
from dashboard.jobs.models import Job, JobStatus
from dashboard.jobs.queue import enqueue
from dashboard.operations.models import CONFIRMED, Kind, Operation
from dashboard.operations.queries import target
from dashboard.operations.selections import Selection
from dashboard.operations.states import WANTED
from dashboard.operations.steps.commands import held
from dashboard.tags.commands import ensure_tag


@command
def start(
    owner_id: int,
    kind: str,
    *,
    selection: Selection,
    arguments: dict[str, Any],
    reason: str | None,
    idempotency_key: UUID,
    actor_id: int,
    confirmed: int | None = None,
) -> int:
    """Begin to change many contacts in the background; the operation's number.

    `arguments` holds what the kind needs: the `list_id`, or the `tag_id` or `tag_name` (of a tag that is
    made if there is none). `confirmed` is how many the person was told that it would change. The same key
    again answers the operation that was started with it.

    Raises:
        DomainError: the kind is none that is started so, its list or tag or reason is missing, there is no
            such owner, or the key started something else (with a link).
    """
    if kind not in WANTED:
        raise DomainError("That is not a change that can be made to many contacts.")
    if kind == Kind.UNSUBSCRIBE and not reason:
        raise DomainError("Say why. It is kept as proof.", field="reason")
    asked = _target(owner_id, kind, arguments, actor_id)
    values = {
        "kind": kind,
        "arguments": asked if confirmed is None else asked | {CONFIRMED: confirmed},
        "selection": selection.as_json(),
        "reason": reason,
    }
    begun = _begin(owner_id, values, idempotency_key, actor_id)
    return begun or _started_with(owner_id, idempotency_key, values)


@command
def undo(owner_id: int, operation_id: int, *, idempotency_key: UUID, actor_id: int) -> int:
    """Begin to revert an operation by opposite events, in the background; the number of the undo.

    It leaves what somebody changed since. The same key again answers the undo that was started with it.

    Raises:
        NoResultFound: no such operation of this owner.
        DomainError: it cannot be undone, is not finished, changed nobody, or was undone (with a link).
    """
    undone = db.session.execute(
        select(Operation.kind, Operation.arguments, Operation.changed, Operation.finished_at).where(
            Operation.owner_id == owner_id, Operation.id == operation_id
        )
    ).one()
    if refusal := why_not_undone(undone.kind, undone.changed, has_finished=undone.finished_at is not None):
        raise DomainError(refusal)
    values = {
        "kind": Kind.UNDO,
        "arguments": {name: value for name, value in undone.arguments.items() if name != CONFIRMED},
        "undoes": operation_id,
        "reason": f"Undo of operation {operation_id}",
    }
    begun = _begin(owner_id, values, idempotency_key, actor_id)
    return begun or _undone_with(owner_id, operation_id, idempotency_key)


def why_not_undone(kind: str, changed: int, *, has_finished: bool) -> str | None:
    """Why an operation cannot be undone, as a sentence; None where it can."""
    if kind == Kind.UNDO:
        return "An undo is not undone. Make the change anew instead."
    if kind not in WANTED:
        return "An operation of this kind cannot be undone here."
    if not has_finished:
        return "It has not finished yet. Undo it once it has."
    if not changed:
        return "It changed nobody, so there is nothing to undo."
    return None


@command
def resume(owner_id: int, operation_id: int, *, actor_id: int) -> None:
    """Go on with an operation that stopped before its end.

    Raises:
        NoResultFound: no such operation of this owner.
        DomainError: it has finished, or is under way.
    """
    operation = held(owner_id, operation_id)
    status = db.session.scalar(select(Job.status).where(Job.id == operation.job_id))
    if operation.finished_at or status in (JobStatus.TODO, JobStatus.DOING):
        raise DomainError("It does not stand still any more. Reload the page to see how far it is.")
    _ask_for_work(owner_id, operation_id)
    record("operation.resume", f"operation:{operation_id}", staff_id=actor_id, owner_id=owner_id)


def _target(owner_id: int, kind: str, arguments: dict[str, Any], actor_id: int) -> dict[str, Any]:
    """The list or the tag that the kind needs, which is there."""
    if kind == Kind.TAG and arguments.get("tag_name"):
        return {"tag_id": ensure_tag(owner_id, arguments["tag_name"], actor_id=actor_id)}
    return target(owner_id, kind, arguments)


def _begin(owner_id: int, values: dict[str, Any], idempotency_key: UUID, actor_id: int) -> int | None:
    """The number of a new operation; None where its key has one, or what it would undo is undone."""
    every = {"owner_id": owner_id, "staff_id": actor_id, "idempotency_key": idempotency_key, **values}
    # One statement: of two clicks at once the second waits for the first, and then changes nothing.
    operation_id = db.session.scalar(
        insert(Operation).values(every).on_conflict_do_nothing().returning(Operation.id)
    )
    if operation_id is not None:
        _ask_for_work(owner_id, operation_id)
        kept = {name: str(value) if name == "kind" else value for name, value in values.items()}
        record(
            "operation.start",
            f"operation:{operation_id}",
            staff_id=actor_id,
            owner_id=owner_id,
            after=kept,
        )
    return operation_id


def _ask_for_work(owner_id: int, operation_id: int) -> None:
    # An owner's operations go one after the other, in the order in which they were started.
    job_id = enqueue(
        "operations.run", lock=f"operations:{owner_id}", owner_id=owner_id, operation_id=operation_id
    )
    db.session.execute(
        update(Operation)
        .where(Operation.owner_id == owner_id, Operation.id == operation_id)
        .values(job_id=job_id)
    )


def _started_with(owner_id: int, idempotency_key: UUID, values: dict[str, Any]) -> int:
    started = db.session.execute(
        select(
            Operation.id, Operation.kind, Operation.arguments, Operation.selection, Operation.reason
        ).where(Operation.owner_id == owner_id, Operation.idempotency_key == idempotency_key)
    ).one()
    if any(getattr(started, name) != value for name, value in values.items()):
        link = Link("operations.show", {"owner_id": owner_id, "operation_id": started.id}, "See what it does")
        raise DomainError(
            f"This form started operation {started.id:,} already, which is another one."
            " Choose the contacts anew to start one more.",
            link=link,
        )
    return int(started.id)


def _undone_with(owner_id: int, operation_id: int, idempotency_key: UUID) -> int:
    earlier = db.session.execute(
        select(Operation.id, Operation.idempotency_key).where(
            Operation.owner_id == owner_id, Operation.undoes == operation_id
        )
    ).one()
    if earlier.idempotency_key != idempotency_key:
        link = Link("operations.show", {"owner_id": owner_id, "operation_id": earlier.id}, "See the undo")
        raise DomainError(f"It was undone already, by operation {earlier.id:,}.", link=link)
    return int(earlier.id)
