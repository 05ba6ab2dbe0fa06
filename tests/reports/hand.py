"""Reports for tests."""

from datetime import UTC, datetime

from sqlalchemy import select, text

from dashboard.core.db import db
from dashboard.reports import tasks
from dashboard.reports.commands import send_now, subscribe
from dashboard.reports.models import Report, ReportDelivery, ReportTry
from dashboard.views.commands import save_view
from tests.factories import make_staff

#: A Monday; 08:00 in Athens.
MONDAY = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)


def view_of(person, name="Failing in the EU", address="/campaigns?country=EU&sort=failing", is_shared=False):
    return save_view(name, address, is_shared=is_shared, actor_id=person.id)


def make_report(person=None, **values) -> int:
    """A report of a view of the person's own; its number."""
    person = person or make_staff("manager")
    return subscribe(view_of(person, **values), reader_id=person.id)


def sent_now(report_id: int) -> ReportDelivery:
    """Ask for the report and try to send it; what became of it."""
    actor_id = report(report_id).reader_id
    send_now(report_id, actor_id=actor_id)
    delivery_id = deliveries(report_id)[-1].id
    tasks.send(delivery_id)
    return delivery(delivery_id)


def report(report_id: int) -> Report:
    return db.session.get_one(Report, report_id, populate_existing=True)


def delivery(delivery_id: int) -> ReportDelivery:
    return db.session.get_one(ReportDelivery, delivery_id, populate_existing=True)


def deliveries(report_id: int) -> list[ReportDelivery]:
    stmt = select(ReportDelivery).where(ReportDelivery.report_id == report_id).order_by(ReportDelivery.due_at)
    return list(db.session.scalars(stmt.execution_options(populate_existing=True)))


def failures(delivery_id: int) -> list[str | None]:
    stmt = select(ReportTry.failure).where(ReportTry.delivery_id == delivery_id).order_by(ReportTry.try_no)
    return list(db.session.scalars(stmt))


def waiting_jobs() -> list[tuple[int, datetime | None]]:
    """The sendings that jobs wait for, and when each may start."""
    return [
        tuple(row)
        for row in db.session.execute(
            text(
                "SELECT (args->>'delivery_id')::bigint, scheduled_at FROM procrastinate_jobs"
                " WHERE task_name = 'reports.send' AND status = 'todo' ORDER BY id"
            )
        )
    ]
