"""What an operation makes so of contacts, or not so: on a list, tagged, subscribed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    LargeBinary,
    TableValuedAlias,
    any_,
    cast,
    delete,
    exists,
    false,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from dashboard.contacts.models import Contact, Source, SubscriptionEvent, Suppression
from dashboard.contacts.suppression import phone_hash
from dashboard.core.db import AnyRow, db
from dashboard.lists.models import ListMembership, MembershipAction, MembershipEvent
from dashboard.operations.models import Kind
from dashboard.tags.models import ContactTag, TagEvent


@dataclass(frozen=True)
class Step:
    """The part of an operation that one transaction does; what its events bear."""

    owner_id: int
    operation_id: int
    staff_id: int
    reason: str | None
    at: datetime  #: after the contacts were locked, so that no other event of theirs is between


class State(Protocol):
    """Something that is so of a contact or is not."""

    def is_so(self) -> ColumnElement[bool]:
        """Whether it is so of `Contact`."""
        ...

    def make(self, wanted: bool, step: Step, contacts: Sequence[AnyRow]) -> Sequence[int]:
        """Make it so, or not so, of contacts that are locked, with events; those that it changed."""
        ...

    def unchanged_since(self, operation_id: int, owner_id: int, contacts: Sequence[AnyRow]) -> set[int]:
        """Those of the contacts whose last event of this kind is the operation's own."""
        ...


@dataclass(frozen=True)
class Paired:
    """That a contact is on a list, or has a tag. `column` is what tells which one."""

    pairs: type[ListMembership] | type[ContactTag]
    events: type[MembershipEvent] | type[TagEvent]
    column: str
    number: int | None  #: None: it is not made yet, so nobody has it

    def is_so(self) -> ColumnElement[bool]:
        if self.number is None:
            return false()
        return exists().where(
            self.pairs.owner_id == Contact.owner_id,
            getattr(self.pairs, self.column) == self.number,
            self.pairs.contact_id == Contact.id,
        )

    def make(self, wanted: bool, step: Step, contacts: Sequence[AnyRow]) -> Sequence[int]:
        ids = [contact.id for contact in contacts]
        changed = self._add(step, ids) if wanted else self._remove(step, ids)
        action = MembershipAction.ADDED if wanted else MembershipAction.REMOVED
        _write_events(self.events, step, changed, **{self.column: self.number, "action": str(action)})
        return changed

    def unchanged_since(self, operation_id: int, owner_id: int, contacts: Sequence[AnyRow]) -> set[int]:
        return _last_of(self.events, operation_id, owner_id, contacts, self.column)

    def _add(self, step: Step, ids: Sequence[int]) -> Sequence[int]:
        new = select(
            literal(step.owner_id, BigInteger),
            literal(self.number, BigInteger),
            _each(ids),
            literal(step.at, DateTime(timezone=True)),
        )
        columns = ["owner_id", self.column, "contact_id", "created_at"]
        return db.session.scalars(
            insert(self.pairs)
            .from_select(columns, new)
            .on_conflict_do_nothing()
            .returning(self.pairs.contact_id)
        ).all()

    def _remove(self, step: Step, ids: Sequence[int]) -> Sequence[int]:
        return db.session.scalars(
            delete(self.pairs)
            .where(
                self.pairs.owner_id == step.owner_id,
                getattr(self.pairs, self.column) == self.number,
                among(self.pairs.contact_id, ids),
            )
            .returning(self.pairs.contact_id)
            .execution_options(synchronize_session=False)
        ).all()


@dataclass(frozen=True)
class Subscribed:
    """That a contact is subscribed. Who is made not so is suppressed, too.

    An opt-out is proof also of those who were unsubscribed before: it holds when the earlier one is undone.
    """

    def is_so(self) -> ColumnElement[bool]:
        return Contact.is_subscribed.is_(True)

    def make(self, wanted: bool, step: Step, contacts: Sequence[AnyRow]) -> Sequence[int]:
        changed = db.session.scalars(
            update(Contact)
            .where(
                Contact.owner_id == step.owner_id,
                among(Contact.id, [contact.id for contact in contacts]),
                Contact.is_subscribed != wanted,
            )
            .values(is_subscribed=wanted, unsubscribed_at=None if wanted else step.at, updated_at=step.at)
            .returning(Contact.id)
            .execution_options(synchronize_session=False)
        ).all()
        is_changed = set(changed)
        concerned = [contact for contact in contacts if contact.id in is_changed]
        if wanted:
            self._lift(step, concerned)
        else:
            self._suppress(step, concerned)
        event = {"is_subscribed": wanted, "source": str(Source.STAFF), "reason": step.reason}
        told = changed if wanted else [contact.id for contact in contacts]
        _write_events(SubscriptionEvent, step, told, **event)
        return changed

    def unchanged_since(self, operation_id: int, owner_id: int, contacts: Sequence[AnyRow]) -> set[int]:
        own = _last_of(SubscriptionEvent, operation_id, owner_id, contacts)
        return own - self._suppressed_otherwise(owner_id, contacts)

    def _suppressed_otherwise(self, owner_id: int, contacts: Sequence[AnyRow]) -> set[int]:
        """Those whose number is suppressed by another opt-out than the one that they left by."""
        made = _opt_outs(owner_id, contacts)
        return set(
            db.session.scalars(
                select(made.c.contact_id)
                .join(
                    Suppression,
                    (Suppression.owner_id == owner_id) & (Suppression.phone_hash == made.c.phone_hash),
                )
                .where(Suppression.since.is_distinct_from(made.c.since))
            )
        )

    def _suppress(self, step: Step, contacts: Sequence[AnyRow]) -> None:
        hashes = [phone_hash(step.owner_id, contact.phone) for contact in contacts]
        new = select(
            literal(step.owner_id, BigInteger),
            func.unnest(cast(hashes, ARRAY(LargeBinary))),
            literal(step.at, DateTime(timezone=True)),
        )
        columns = ["owner_id", "phone_hash", "since"]
        db.session.execute(insert(Suppression).from_select(columns, new).on_conflict_do_nothing())

    def _lift(self, step: Step, contacts: Sequence[AnyRow]) -> None:
        """Lift the suppressions that came with the contacts' opt-outs; an older one stays, as before."""
        made = _opt_outs(step.owner_id, contacts)
        db.session.execute(
            delete(Suppression)
            .where(
                Suppression.owner_id == step.owner_id,
                Suppression.phone_hash == made.c.phone_hash,
                Suppression.since == made.c.since,
            )
            .execution_options(synchronize_session=False)
        )


#: kind -> what it is about, and whether it makes it so
WANTED: dict[str, bool] = {
    Kind.LIST_ADD: True,
    Kind.LIST_REMOVE: False,
    Kind.UNSUBSCRIBE: False,
    Kind.TAG: True,
    Kind.UNTAG: False,
}


def state_of(kind: str, arguments: dict[str, Any]) -> State:
    """What a kind is about. `arguments` holds the `list_id`, or the `tag_id`: None for a tag not made yet."""
    if kind in (Kind.LIST_ADD, Kind.LIST_REMOVE):
        return Paired(ListMembership, MembershipEvent, "list_id", arguments["list_id"])
    if kind in (Kind.TAG, Kind.UNTAG):
        return Paired(ContactTag, TagEvent, "tag_id", arguments.get("tag_id"))
    return Subscribed()


def among(column: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether the column holds one of many numbers; they are one parameter, however many."""
    return column == any_(cast(ids, ARRAY(BigInteger)))


def _opt_outs(owner_id: int, contacts: Sequence[AnyRow]) -> TableValuedAlias:
    """`contact_id`, `phone_hash` and `since`: when each of the contacts opted out, with its number of now."""
    return (
        func.unnest(
            cast([contact.id for contact in contacts], ARRAY(BigInteger)),
            cast([phone_hash(owner_id, contact.phone) for contact in contacts], ARRAY(LargeBinary)),
            cast([contact.unsubscribed_at for contact in contacts], ARRAY(DateTime(timezone=True))),
        )
        .table_valued("contact_id", "phone_hash", "since")
        .render_derived()
    )


def _each(ids: Sequence[int]) -> ColumnElement[int]:
    return func.unnest(cast(ids, ARRAY(BigInteger)), type_=BigInteger)


def _write_events(table: Any, step: Step, ids: Sequence[int], **values: Any) -> None:
    every = {
        "owner_id": step.owner_id, "staff_id": step.staff_id, "operation_id": step.operation_id,
        "occurred_at": step.at, **values,
    }  # fmt: skip
    rows = select(
        _each(ids), *(literal(value, table.__table__.c[name].type) for name, value in every.items())
    )
    db.session.execute(insert(table).from_select(["contact_id", *every], rows))


def _last_of(
    table: Any, operation_id: int, owner_id: int, contacts: Sequence[AnyRow], column: str | None = None
) -> set[int]:
    # By number: who writes an event holds the contact, so that the numbers go in the order of what happened.
    later = aliased(table)
    same = [later.owner_id == table.owner_id, later.contact_id == table.contact_id, later.id > table.id]
    if column is not None:
        same.append(getattr(later, column) == getattr(table, column))
    return set(
        db.session.scalars(
            select(table.contact_id).where(
                table.owner_id == owner_id,
                among(table.contact_id, [contact.id for contact in contacts]),
                table.operation_id == operation_id,
                ~exists().where(*same),
            )
        )
    )
