"""Operations: what one would do, how far each is, and what became of its contacts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import aliased

from dashboard.contacts.models import Contact
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.errors import DomainError
from dashboard.core.like import folded
from dashboard.jobs.models import Job, JobReport, JobStatus
from dashboard.lists.models import ContactList
from dashboard.operations.models import CONFIRMED, Kind, Operation, OperationRow
from dashboard.operations.selections import Selection
from dashboard.operations.states import WANTED, state_of
from dashboard.owners.models import Owner
from dashboard.staff.models import Staff
from dashboard.tags import queries as tags
from dashboard.tags.models import Tag

#: So many lists are offered to choose from.
MOST_OFFERED = 500
SAMPLE = 8  #: so many of those that would change are named


@dataclass(frozen=True)
class Preview:
    """What an operation would do if it began now."""

    total: int  #: contacts that it concerns
    would_change: int
    already: int  #: it is so already
    gone: int  #: they were erased
    unsubscribed: int  #: of those that would change; who is put on a list gets no messages all the same
    missing: int  #: ticked, and no contacts of the owner: beside the total
    sample: Sequence[AnyRow]  #: some of those that would change


@dataclass(frozen=True)
class Wanted:
    """Which operations to show; None asks for all."""

    owner_id: int | None = None
    kind: str | None = None


def preview(owner_id: int, kind: str, selection: Selection, arguments: dict[str, Any]) -> Preview:
    """How many of the contacts an operation would change, and how many not, and why.

    `arguments` are those of `commands.start`.

    Raises:
        DomainError: its list or tag is none that `start` would take.
    """
    if kind == Kind.TAG and arguments.get("tag_name"):
        arguments = {"tag_id": tag_of(owner_id, arguments)}  # of none yet: it is made with the start
    else:
        arguments = target(owner_id, kind, arguments)
    meant = [Contact.owner_id == owner_id, selection.holds(owner_id)]
    is_there = Contact.phone.is_not(None)
    changes = is_there & differs(kind, arguments)
    row = db.session.execute(
        select(
            func.count().label("total"),
            func.count().filter(changes).label("would_change"),
            func.count().filter(~is_there).label("gone"),
            func.count().filter(changes, ~Contact.is_subscribed).label("unsubscribed"),
        ).where(*meant)
    ).one()
    sample: Sequence[AnyRow] = []
    if row.would_change:
        sample = db.session.execute(
            select(Contact.owner_id, Contact.id, Contact.phone, Contact.first_name, Contact.last_name)
            .where(*meant, changes)
            .limit(SAMPLE)
        ).all()
    already = row.total - row.would_change - row.gone
    missing = len(set(selection.ids)) - row.total if selection.ids else 0
    return Preview(row.total, row.would_change, already, row.gone, row.unsubscribed, missing, sample)


def differs(kind: str, arguments: dict[str, Any]) -> ColumnElement[bool]:
    """Whether `Contact` is not yet as an operation of the kind would make it."""
    is_so = state_of(kind, arguments).is_so()
    return ~is_so if WANTED[kind] else is_so


def target(owner_id: int, kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The list or the tag that the kind needs, by its number.

    Raises:
        DomainError: there is none, or it is a dynamic list.
    """
    if kind in (Kind.LIST_ADD, Kind.LIST_REMOVE):
        if (list_id := arguments.get("list_id")) is None or not _lists(owner_id, list_id):
            raise DomainError("Choose one of the owner's lists that is not dynamic.", field="list_id")
        return {"list_id": list_id}
    if kind in (Kind.TAG, Kind.UNTAG):
        tag_id = tag_of(owner_id, arguments)
        if tag_id is None:
            field = "tag_id" if kind == Kind.UNTAG else "tag_name"
            raise DomainError("Choose one of the owner's tags.", field=field)
        return {"tag_id": tag_id}
    return {}


def tag_of(owner_id: int, arguments: dict[str, Any]) -> int | None:
    """The owner's tag that has the `tag_id`, else the `tag_name`; None where there is none."""
    if arguments.get("tag_id") is not None:
        stmt = select(Tag.id).where(Tag.owner_id == owner_id, Tag.id == arguments["tag_id"])
        return db.session.scalar(stmt)
    found = tags.find(owner_id, arguments.get("tag_name") or "")
    return int(found.id) if found else None


def list_choices(owner_id: int, chosen: int | None) -> Sequence[AnyRow]:
    """The owner's first MOST_OFFERED static lists by name, and the chosen one: `id`, `name`.

    Nobody is put on a dynamic one.
    """
    first = _lists(owner_id)
    if chosen is None or any(one.id == chosen for one in first):
        return first
    return [*_lists(owner_id, chosen), *first]


def _lists(owner_id: int, list_id: int | None = None) -> Sequence[AnyRow]:
    stmt = select(ContactList.id, ContactList.name).where(
        ContactList.owner_id == owner_id, ContactList.definition.is_(None)
    )
    if list_id is not None:
        stmt = stmt.where(ContactList.id == list_id)
    return db.session.execute(
        stmt.order_by(folded(ContactList.name), ContactList.id).limit(MOST_OFFERED)
    ).all()


def operations() -> AnySelect:
    """Operations, each with its state, whose and by whom, what it is about, and its undo.

    `state` is waiting, running, finished, cancelled, or stopped (before its end; `failure` says why, if
    anybody knows).
    """
    return (
        select(
            Operation.owner_id, Operation.id, Operation.kind, Operation.reason, Operation.undoes,
            Operation.created_at, Operation.finished_at, Operation.total, Operation.changed,
            Operation.unchanged, Operation.changed_since, Operation.gone, Operation.selection,
            _already.label("already"), _STATE.label("state"), JobReport.failure,
            Owner.name.label("owner_name"), Owner.timezone, Staff.name.label("staff_name"),
            Operation.staff_id, Operation.arguments[CONFIRMED].as_integer().label("confirmed"),
            Operation.arguments["import_id"].as_integer().label("import_id"),
            ContactList.id.label("list_id"), ContactList.name.label("list_name"),
            Tag.id.label("tag_id"), Tag.name.label("tag_name"),
            _Undo.id.label("undone_by"), _Undone.kind.label("undone_kind"),
        )
        .join(Owner, Owner.id == Operation.owner_id)
        .join(Staff, Staff.id == Operation.staff_id)
        .outerjoin(Job, Job.id == Operation.job_id)
        .outerjoin(JobReport, JobReport.job_id == Job.id)
        .outerjoin(
            ContactList,
            (ContactList.owner_id == Operation.owner_id)
            & (ContactList.id == Operation.arguments["list_id"].as_integer()),
        )
        .outerjoin(
            Tag,
            (Tag.owner_id == Operation.owner_id) & (Tag.id == Operation.arguments["tag_id"].as_integer()),
        )
        .outerjoin(_Undo, (_Undo.owner_id == Operation.owner_id) & (_Undo.undoes == Operation.id))
        .outerjoin(_Undone, (_Undone.owner_id == Operation.owner_id) & (_Undone.id == Operation.undoes))
    )  # fmt: skip


_Undo, _Undone = aliased(Operation), aliased(Operation)
_already = Operation.unchanged - Operation.changed_since - Operation.gone
_STATE = case(
    (Operation.finished_at.is_not(None), "finished"),
    (Job.status == JobStatus.TODO, "waiting"),
    (Job.status == JobStatus.DOING, "running"),
    (Job.status.in_((JobStatus.CANCELLED, JobStatus.ABORTED)), "cancelled"),
    else_="stopped",
)


def page(wanted: Wanted, *, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """A page of `operations`, newest first."""
    stmt = operations()
    if wanted.owner_id is not None:
        stmt = stmt.where(Operation.owner_id == wanted.owner_id)
    if wanted.kind is not None:
        stmt = stmt.where(Operation.kind == wanted.kind)
    return keyset.page(stmt, [keyset.Key("id", Operation.id, descending=True)], at)


def get(owner_id: int, operation_id: int) -> AnyRow:
    """One of `operations`.

    Raises:
        NoResultFound: no such operation of this owner.
    """
    stmt = operations().where(Operation.owner_id == owner_id, Operation.id == operation_id)
    return db.session.execute(stmt).one()


def contact_page(
    owner_id: int, operation_id: int, *, outcome: str | None = None, at: keyset.At = keyset.FIRST
) -> keyset.Page[AnyRow]:
    """A page of the operation's contacts with what became of each; all, or those of one outcome."""
    stmt = (
        select(
            OperationRow.owner_id, OperationRow.outcome, Contact.id, Contact.phone, Contact.first_name,
            Contact.last_name, Contact.is_subscribed,
        )
        .join(
            Contact,
            (Contact.owner_id == OperationRow.owner_id) & (Contact.id == OperationRow.contact_id),
        )
        .where(OperationRow.owner_id == owner_id, OperationRow.operation_id == operation_id)
    )  # fmt: skip
    if outcome is not None:
        stmt = stmt.where(OperationRow.outcome == outcome)
    return keyset.page(stmt, [keyset.Key("contact_id", OperationRow.contact_id)], at)
