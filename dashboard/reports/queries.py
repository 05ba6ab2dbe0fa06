"""Which reports there are, when each is due, and what became of its sendings."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select, true

from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.reports.models import READER_ROLES, End, Report, ReportDelivery, ReportTry
from dashboard.staff.models import Staff
from dashboard.views.models import SavedView

_NEWEST_FIRST = [keyset.Key("id", Report.id, descending=True)]


def own(person_id: int, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """The person's reports, those that ended too, newest first, each with its last sending."""
    return keyset.page(_with_last_delivery().where(Report.reader_id == person_id), _NEWEST_FIRST, at)


def everybodys(at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """The reports of all, as `own` gives one's own."""
    return keyset.page(_with_last_delivery(), _NEWEST_FIRST, at)


def get(report_id: int, *, person_id: int, is_admin: bool) -> AnyRow:
    """A report, for its reader or an admin.

    Raises:
        NoResultFound: no such report, or it is somebody else's.
    """
    return db.session.execute(
        _reports().where(Report.id == report_id, may_change(person_id, is_admin=is_admin))
    ).one()


def may_change(person_id: int, *, is_admin: bool) -> ColumnElement[bool]:
    """A report is its reader's; admins may stop anybody's, for people leave."""
    return true() if is_admin else Report.reader_id == person_id


def by_view(person_id: int) -> dict[int, AnyRow]:
    """The person's reports that have not ended, by the number of the view."""
    stmt = _reports().where(Report.reader_id == person_id, Report.next_at.is_not(None), hindrance().is_(None))
    return {row.view_id: row for row in db.session.execute(stmt)}


def view_to_send(token: str, *, reader_id: int) -> AnyRow | None:
    """The view that one wants by mail, with one's report of it if there was one ever.

    None where there is no such view, or it is private to somebody else.
    """
    is_own_report = and_(Report.view_id == SavedView.id, Report.reader_id == reader_id)
    may_open = or_(SavedView.is_shared, SavedView.created_by == reader_id)
    return db.session.execute(
        select(
            SavedView.token, SavedView.name, SavedView.address, Report.id.label("report_id"), Report.next_at
        )
        .outerjoin(Report, is_own_report)
        .where(SavedView.token == token, may_open)
    ).one_or_none()


def deliveries(report_id: int, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """The sendings of a report, newest first, each with the name of whoever asked for it."""
    stmt = (
        select(*_DELIVERY, Staff.name.label("asked_by_name"))
        .outerjoin(Staff, Staff.id == ReportDelivery.asked_by)
        .where(ReportDelivery.report_id == report_id)
    )
    return keyset.page(stmt, [keyset.Key("due_at", ReportDelivery.due_at, descending=True)], at)


def tries(delivery_ids: Sequence[int]) -> dict[int, list[AnyRow]]:
    """The tries of each of the sendings, in their order."""
    found: dict[int, list[AnyRow]] = defaultdict(list)
    stmt = (
        select(ReportTry.delivery_id, ReportTry.began_at, ReportTry.ended_at, ReportTry.failure)
        .where(ReportTry.delivery_id.in_(delivery_ids))
        .order_by(ReportTry.delivery_id, ReportTry.try_no)
    )
    for row in db.session.execute(stmt):
        found[row.delivery_id].append(row)
    return found


def hindrance() -> ColumnElement[Any]:
    """Why a report may not be sent as things stand, one of `End`; NULL where it may.

    For statements that join the report's view, if there is one, and its reader.
    """
    return case(
        (Report.ended_at.is_not(None), Report.end_reason),
        (Staff.disabled_at.is_not(None), str(End.ACCOUNT_CLOSED)),
        (Staff.role.not_in(READER_ROLES), str(End.ROLE)),
        (Report.view_id.is_(None), str(End.VIEW_GONE)),
        (_is_private_to_another(), str(End.VIEW_PRIVATE)),
    ).label("hindrance")


def _is_private_to_another() -> ColumnElement[bool]:
    return and_(SavedView.is_shared.is_(False), SavedView.created_by != Report.reader_id)


def reports_with(*columns: Any) -> AnySelect:
    """`columns` of reports, with the view and the reader of each at hand."""
    return (
        select(*columns)
        .select_from(Report)
        .join(Staff, Staff.id == Report.reader_id)
        .outerjoin(SavedView, SavedView.id == Report.view_id)
    )


def _reports() -> AnySelect:
    return reports_with(
        Report.id, Report.view_id, Report.reader_id, Report.next_at, Report.ended_at,
        hindrance(),
        # As it is called now, or was while the reader could open it.
        case(
            (or_(SavedView.id.is_(None), _is_private_to_another()), Report.view_name), else_=SavedView.name
        ).label("view_name"),
        SavedView.token, SavedView.address,
        Staff.name.label("reader_name"), Staff.email.label("reader_email"), Staff.timezone,
    )  # fmt: skip


def _with_last_delivery() -> AnySelect:
    last = (
        select(*_DELIVERY)
        .where(ReportDelivery.report_id == Report.id)
        .order_by(ReportDelivery.due_at.desc())
        .limit(1)
        .lateral("last")
    )
    columns = ("status", "sent_at", "next_try_at", "failure")
    return (
        _reports()
        .add_columns(*(last.c[name].label(f"last_{name}") for name in columns))
        .outerjoin(last, true())
    )


_DELIVERY = (
    ReportDelivery.id, ReportDelivery.status, ReportDelivery.due_at, ReportDelivery.sent_at,
    ReportDelivery.next_try_at, ReportDelivery.tries, ReportDelivery.tries_left, ReportDelivery.failure,
    ReportDelivery.asked_by,
)  # fmt: skip
