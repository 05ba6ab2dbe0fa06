"""Do what an operation is for: gather whom it concerns, then change them batch by batch."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Text, cast, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert

from dashboard.audit.commands import record
from dashboard.contacts.models import Contact
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.transactions import command
from dashboard.operations.models import Operation, OperationRow, Outcome
from dashboard.operations.selections import Selection
from dashboard.operations.states import WANTED, Step, among, state_of

#: Contacts that one transaction changes, and so holds for about a second.
BATCH = 5_000
PATIENCE_SECONDS = 60  #: so long one waits for what somebody else holds


@command
def gather(owner_id: int, operation_id: int) -> int:
    """Write down whom the operation concerns, as it is now; how many. Once: repeated, it changes nothing.

    Raises:
        NoResultFound: no such operation of this owner.
    """
    _be_patient()
    db.session.execute(text("SET LOCAL statement_timeout = '10min'"))
    operation = held(owner_id, operation_id)
    if operation.total is not None:
        return int(operation.total)
    new = insert(OperationRow).from_select(["owner_id", "operation_id", "contact_id"], _concerned(operation))
    written = new.returning(OperationRow.contact_id).cte("written")
    total = db.session.execute(select(func.count()).select_from(written)).scalar_one()
    _update(operation, total=total)
    record(
        "operation.gather",
        f"operation:{operation_id}",
        staff_id=None,
        owner_id=owner_id,
        after={"total": total},
    )
    return int(total)


@command
def change_next(owner_id: int, operation_id: int) -> int | None:
    """Change the next contacts of a gathered operation, BATCH at most; how many it has dealt with by now.

    None where it had dealt with all: then it has finished. Each contact's change, its event and its
    outcome are one transaction, so that a worker may be killed at any time and another go on.

    Raises:
        NoResultFound: no such operation of this owner.
    """
    _be_patient()
    operation = held(owner_id, operation_id)
    if operation.finished_at is not None:
        return None
    contacts = _hold_next(operation)
    if not contacts:
        _finish(operation)
        return None
    outcomes = _change(operation, contacts)
    _keep(operation, outcomes)
    return int(operation.changed + operation.unchanged + len(outcomes))


def held(owner_id: int, operation_id: int) -> Operation:
    """The operation, locked: where its job runs twice, the two take turns."""
    return db.session.execute(
        select(Operation)
        .where(Operation.owner_id == owner_id, Operation.id == operation_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one()


def _be_patient() -> None:
    """Wait longer for what others hold than a person would: they hold it briefly, and nobody looks on."""
    db.session.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'"))
    # A statement may not end while it waits, nor for the work of a batch.
    db.session.execute(text(f"SET LOCAL statement_timeout = '{2 * PATIENCE_SECONDS}s'"))


def _concerned(operation: Operation) -> AnySelect:
    key = [literal(operation.owner_id, BigInteger), literal(operation.id, BigInteger)]
    if operation.undoes is not None:
        return select(*key, OperationRow.contact_id).where(
            OperationRow.owner_id == operation.owner_id,
            OperationRow.operation_id == operation.undoes,
            OperationRow.outcome == Outcome.CHANGED,
        )
    selection = Selection.of_json(operation.selection or {"ids": []})
    return select(*key, Contact.id).where(
        Contact.owner_id == operation.owner_id, selection.holds(operation.owner_id)
    )


def _hold_next(operation: Operation) -> Sequence[AnyRow]:
    """The next contacts, locked in the order of their numbers, so that two operations cannot deadlock."""
    following = db.session.scalars(
        select(OperationRow.contact_id)
        .where(
            OperationRow.owner_id == operation.owner_id,
            OperationRow.operation_id == operation.id,
            OperationRow.outcome.is_(None),
        )
        .order_by(OperationRow.contact_id)
        .limit(BATCH)
    ).all()
    if not following:
        return []
    return db.session.execute(
        select(Contact.id, Contact.phone, Contact.unsubscribed_at)
        .where(Contact.owner_id == operation.owner_id, among(Contact.id, following))
        .order_by(Contact.id)
        .with_for_update(key_share=True)
    ).all()


def _change(operation: Operation, contacts: Sequence[AnyRow]) -> dict[int, Outcome]:
    """Do to contacts that are locked what the operation is for; what became of each."""
    kind, wanted = _kind_of(operation)
    state = state_of(kind, operation.arguments)
    step = Step(
        operation.owner_id,
        operation.id,
        operation.staff_id,
        operation.reason,
        at=db.session.execute(select(func.clock_timestamp())).scalar_one(),
    )
    outcomes = {one.id: Outcome.GONE if one.phone is None else Outcome.ALREADY for one in contacts}
    there = [one for one in contacts if one.phone is not None]
    if operation.undoes is not None:
        own = state.unchanged_since(operation.undoes, operation.owner_id, there)
        own -= _wanted_since(operation, kind, [one.id for one in there])
        outcomes |= {one.id: Outcome.CHANGED_SINCE for one in there if one.id not in own}
        there = [one for one in there if one.id in own]
    changed = state.make(wanted, step, there)
    return outcomes | dict.fromkeys(changed, Outcome.CHANGED)


def _wanted_since(undo: Operation, kind: str, ids: Sequence[int]) -> set[int]:
    """Those of whom a later operation wanted the same as the one that is undone, and found it so already."""
    assert undo.undoes is not None
    later = db.session.scalars(
        select(Operation.id).where(
            Operation.owner_id == undo.owner_id,
            Operation.id > undo.undoes,
            Operation.kind == kind,
            Operation.arguments.contains(undo.arguments),
        )
    ).all()
    if not later:
        return set()
    return set(
        db.session.scalars(
            select(OperationRow.contact_id).where(
                OperationRow.owner_id == undo.owner_id,
                among(OperationRow.operation_id, later),
                among(OperationRow.contact_id, ids),
                OperationRow.outcome == Outcome.ALREADY,
            )
        )
    )


def _kind_of(operation: Operation) -> tuple[str, bool]:
    """What the operation is about, by the kind that says so, and whether it makes it so."""
    if operation.undoes is None:
        return operation.kind, WANTED[operation.kind]
    kind = db.session.execute(
        select(Operation.kind).where(
            Operation.owner_id == operation.owner_id, Operation.id == operation.undoes
        )
    ).scalar_one()
    return kind, not WANTED[kind]


def _keep(operation: Operation, outcomes: dict[int, Outcome]) -> None:
    """Remember what became of the contacts, and count it."""
    kept = (
        func.unnest(
            cast(list(outcomes), ARRAY(BigInteger)),
            cast([str(outcome) for outcome in outcomes.values()], ARRAY(Text)),
        )
        .table_valued("contact_id", "outcome")
        .render_derived()
    )
    db.session.execute(
        update(OperationRow)
        .where(
            OperationRow.owner_id == operation.owner_id,
            OperationRow.operation_id == operation.id,
            OperationRow.contact_id == kept.c.contact_id,
        )
        .values(outcome=kept.c.outcome)
        .execution_options(synchronize_session=False)
    )
    counts = Counter(outcomes.values())
    _update(
        operation,
        changed=Operation.changed + counts[Outcome.CHANGED],
        unchanged=Operation.unchanged + len(outcomes) - counts[Outcome.CHANGED],
        changed_since=Operation.changed_since + counts[Outcome.CHANGED_SINCE],
        gone=Operation.gone + counts[Outcome.GONE],
    )


def _finish(operation: Operation) -> None:
    _update(operation, finished_at=func.clock_timestamp())
    record(
        "operation.finish",
        f"operation:{operation.id}",
        staff_id=None,
        owner_id=operation.owner_id,
        after={"changed": operation.changed, "unchanged": operation.unchanged},
    )


def _update(operation: Operation, **values: Any) -> None:
    db.session.execute(
        update(Operation)
        .where(Operation.owner_id == operation.owner_id, Operation.id == operation.id)
        .values(values)
        .execution_options(synchronize_session=False)
    )
