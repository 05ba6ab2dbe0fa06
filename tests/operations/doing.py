"""Start operations, and look at what became of them."""

from uuid import uuid4

from sqlalchemy import func, select

from dashboard.contacts.models import Contact, SubscriptionEvent, Suppression
from dashboard.contacts.suppression import phone_hash
from dashboard.core.db import db
from dashboard.lists.models import ListMembership, ListStat, MembershipEvent
from dashboard.operations import commands, queries
from dashboard.operations.models import Operation, OperationRow
from dashboard.operations.selections import Selection
from dashboard.operations.tasks import run
from dashboard.tags.models import ContactTag, TagEvent
from tests.factories import make_staff


def ticked(*contacts) -> Selection:
    return Selection(ids=tuple(contact.id for contact in contacts))


def start(
    owner_id: int, kind: str, selection: Selection, *, reason: str | None = "Asked", **arguments
) -> int:
    """Start an operation and do nothing of it yet; its number."""
    return commands.start(
        owner_id,
        kind,
        selection=selection,
        arguments=arguments,
        reason=reason,
        idempotency_key=uuid4(),
        actor_id=make_staff("support").id,
    )


def done(owner_id: int, kind: str, selection: Selection, **arguments) -> int:
    """An operation that was started and done to its end; its number."""
    operation_id = start(owner_id, kind, selection, **arguments)
    run(owner_id, operation_id)
    return operation_id


def undone(owner_id: int, operation_id: int) -> int:
    """The number of an undo that was done to its end."""
    undo_id = commands.undo(
        owner_id, operation_id, idempotency_key=uuid4(), actor_id=make_staff("support").id
    )
    run(owner_id, undo_id)
    return undo_id


def result(owner_id: int, operation_id: int) -> tuple[int, int, int, int]:
    """How many changed, were so already, changed since and are gone."""
    db.session.expire_all()
    found = queries.get(owner_id, operation_id)
    assert found.finished_at is not None
    assert found.total == found.changed + found.already + found.changed_since + found.gone
    rows = db.session.execute(
        select(OperationRow.outcome, func.count())
        .where(OperationRow.owner_id == owner_id, OperationRow.operation_id == operation_id)
        .group_by(OperationRow.outcome)
    )
    counts = dict(tuple(row) for row in rows)
    shown = {"changed": found.changed, "already": found.already, "changed_since": found.changed_since}
    assert counts == {name: n for name, n in (shown | {"gone": found.gone}).items() if n}
    return found.changed, found.already, found.changed_since, found.gone


def outcome_of(operation_id: int, contact) -> str | None:
    return db.session.scalar(
        select(OperationRow.outcome).where(
            OperationRow.operation_id == operation_id, OperationRow.contact_id == contact.id
        )
    )


def members(list_id: int) -> set[int]:
    return set(db.session.scalars(select(ListMembership.contact_id).where(ListMembership.list_id == list_id)))


def counted(list_id: int) -> tuple[int, int]:
    """Members and subscribed members, as the list's counters say."""
    stmt = select(ListStat.members, ListStat.subscribed).where(ListStat.list_id == list_id)
    return tuple(db.session.execute(stmt).one_or_none() or (0, 0))


def tagged(tag_id: int) -> set[int]:
    return set(db.session.scalars(select(ContactTag.contact_id).where(ContactTag.tag_id == tag_id)))


def subscribed(owner_id: int) -> set[int]:
    stmt = select(Contact.id).where(Contact.owner_id == owner_id, Contact.is_subscribed)
    return set(db.session.scalars(stmt))


def suppressed(owner_id: int, phone: str) -> bool:
    stmt = select(Suppression.since).where(Suppression.phone_hash == phone_hash(owner_id, phone))
    return db.session.scalar(stmt) is not None


def events_of(operation_id: int) -> int:
    """How many events an operation wrote, of every kind."""
    tables = (SubscriptionEvent, MembershipEvent, TagEvent)
    return sum(
        db.session.scalar(select(func.count()).where(table.operation_id == operation_id)) for table in tables
    )


def tag_of(operation_id: int) -> int:
    return db.session.scalar(
        select(Operation.arguments["tag_id"].as_integer()).where(Operation.id == operation_id)
    )
