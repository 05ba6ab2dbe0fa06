"""Start reports and stop them, plan what is due, and keep what became of each try to send it.

A sending is tried by whoever takes it with `begin_try`: that puts its next try off by LEASE, so that
of two workers one sends. A worker that dies leaves it to be taken again when the lease is over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.dialects.postgresql import insert

from dashboard.audit.commands import record
from dashboard.core.db import AnyRow, db, utc_now
from dashboard.core.errors import DomainError, Missing
from dashboard.core.transactions import command
from dashboard.jobs.queue import enqueue
from dashboard.reports import queries
from dashboard.reports.endings import END_WORDS
from dashboard.reports.models import MOST_TRIES, DeliveryStatus, End, Report, ReportDelivery, ReportTry
from dashboard.reports.mondays import next_monday
from dashboard.staff.models import Staff
from dashboard.staff.queries import SignedIn
from dashboard.views.models import SavedView

#: Between a try that failed and the next one.
PAUSES = [timedelta(minutes=n) for n in (1, 5, 30, 120)]
LEASE = timedelta(minutes=10)  #: longer than any try takes
AT_ONCE = 100  #: reports that one transaction plans

BROKE_OFF = "It was begun and broke off each time. The worker's log says why."


@dataclass(frozen=True)
class Wanted:
    """A sending whose try has begun: what to send, and to whom."""

    delivery_id: int
    report_id: int
    view_name: str
    token: str  #: of the view
    address: str  #: path and query of the page
    reader: SignedIn
    is_asked_for: bool  #: by a person, and not by the clock


@command
def subscribe(token: str, *, reader_id: int) -> int:
    """Send the reader that view every Monday from now on; answers the report's number.

    Does nothing where that is so already. A report that had ended goes on.

    Raises:
        Missing: no such view, or it is private to somebody else.
    """
    view = queries.view_to_send(token, reader_id=reader_id)
    if view is None:
        raise Missing("That view is private or gone.")
    if view.next_at is not None:
        return int(view.report_id)
    zone = db.session.scalar(select(Staff.timezone).where(Staff.id == reader_id))
    view_id = select(SavedView.id).where(SavedView.token == token).scalar_subquery()
    values = {"view_name": view.name, "next_at": next_monday(zone or "UTC", after=utc_now())}
    going_on = values | {"ended_at": None, "end_reason": None}
    report_id: int | None = db.session.scalar(
        insert(Report)
        .values(reader_id=reader_id, view_id=view_id, **values)
        .on_conflict_do_update(
            index_elements=[Report.reader_id, Report.view_id],
            set_=going_on,
            where=Report.next_at.is_(None),
        )
        .returning(Report.id)
    )
    if report_id is None:  # another click was first
        first = select(Report.id).where(Report.reader_id == reader_id, Report.view_id == view_id)
        return db.session.scalars(first).one()
    record("report.start", f"report:{report_id}", staff_id=reader_id, after={"view": view.name})
    return report_id


@command
def stop(report_id: int, *, actor_id: int, is_admin: bool = False) -> None:
    """Send the report no more, what is waiting to be sent neither.

    Raises:
        Missing: no such report, or it is somebody else's.
    """
    report = _locked(report_id, actor_id, is_admin)
    if report.ended_at is None:
        _end(report_id, End.STOPPED, actor_id=actor_id)


@command
def send_now(report_id: int, *, actor_id: int, is_admin: bool = False) -> None:
    """Send the report at once: its last sending anew, unless that was sent; then one more.

    Does nothing while it is being sent, or is about to be.

    Raises:
        Missing: no such report, or it is somebody else's.
        DomainError: it has ended.
    """
    report = _locked(report_id, actor_id, is_admin)
    if report.hindrance is not None:
        raise DomainError(f"{END_WORDS[End(report.hindrance)]} So it is not sent.")
    now = utc_now()
    last = db.session.execute(
        select(ReportDelivery.id, ReportDelivery.status, _is_being_tried(now), _is_about_to_be_tried(now))
        .where(ReportDelivery.report_id == report_id)
        .order_by(ReportDelivery.due_at.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if last is not None and (last.is_being_tried or last.is_about_to_be_tried):
        return
    if last is None or last.status == DeliveryStatus.SENT:
        delivery_id = _deliver(report_id, due_at=now, asked_by=actor_id)
    else:
        delivery_id = last.id
        _hurry(delivery_id, now)
    after = {"delivery": delivery_id}
    record("report.send_now", f"report:{report_id}", staff_id=actor_id, after=after)


@command
def plan_due() -> int:
    """Take reports that are due: make a sending of each and its job, and say when it is due next.

    A report whose Mondays passed while no worker ran is sent once. One that may not be sent any more
    ends. Answers how many were taken; where it is AT_ONCE, there may be more. Planners that work at
    once take different reports.
    """
    now = utc_now()
    due = db.session.execute(
        queries.reports_with(Report.id, Report.next_at, Staff.timezone, SavedView.name, queries.hindrance())
        .where(Report.next_at <= now)
        .order_by(Report.next_at)
        .limit(AT_ONCE)
        .with_for_update(of=Report, skip_locked=True)
    ).all()
    for report in due:
        if report.hindrance is not None:
            _end(report.id, End(report.hindrance), actor_id=None)
            continue
        next_at = next_monday(report.timezone, after=now)
        db.session.execute(
            update(Report).where(Report.id == report.id).values(next_at=next_at, view_name=report.name)
        )
        delivery_id = _deliver(report.id, due_at=report.next_at, asked_by=None)
        after = {"delivery": delivery_id, "next_at": next_at.isoformat()}
        record("report.plan", f"report:{report.id}", staff_id=None, after=after)
    return len(due)


@command
def pick_up_what_was_dropped() -> None:
    """Ask again for the sendings whose time has long come: their worker died, or their job was lost."""
    long_due = ReportDelivery.next_try_at < utc_now() - LEASE
    for delivery_id in db.session.scalars(
        select(ReportDelivery.id)
        .where(ReportDelivery.status == DeliveryStatus.WAITING, long_due)
        .order_by(ReportDelivery.next_try_at)
        .limit(AT_ONCE)
    ).all():
        # Of these one waits at a time, however often nobody comes to do it.
        job_id = enqueue("reports.send", queueing_lock=f"reports.send:{delivery_id}", delivery_id=delivery_id)
        record("report.pick_up", f"report_delivery:{delivery_id}", staff_id=None, after={"job": job_id})


@command
def begin_try(delivery_id: int) -> Wanted | None:
    """Take a sending that is due, to try it now; None where there is nothing to do any more.

    That is so where it was sent or stopped, is not due yet, or somebody else tries it.
    """
    now = utc_now()
    row = db.session.execute(
        queries.reports_with(
            Report.id, ReportDelivery.tries, ReportDelivery.tries_left, ReportDelivery.asked_by,
            SavedView.name, SavedView.token, SavedView.address, queries.hindrance(),
            Staff.id.label("reader_id"), Staff.name.label("reader_name"), Staff.email, Staff.role,
            Staff.timezone, Staff.session_no,
        )
        .join(ReportDelivery, ReportDelivery.report_id == Report.id)
        .where(
            ReportDelivery.id == delivery_id,
            ReportDelivery.status == DeliveryStatus.WAITING,
            ReportDelivery.next_try_at <= now,
        )
        .with_for_update(of=ReportDelivery)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    if row.hindrance is not None:
        _end(row.id, End(row.hindrance), actor_id=None)
        return None
    if not row.tries_left:
        _give_up(delivery_id, BROKE_OFF)
        return None
    db.session.execute(
        update(ReportDelivery)
        .where(ReportDelivery.id == delivery_id)
        .values(tries=row.tries + 1, tries_left=row.tries_left - 1, next_try_at=now + LEASE, failure=None)
    )
    db.session.add(ReportTry(delivery_id=delivery_id, try_no=row.tries + 1, began_at=now))
    record("report.try", f"report_delivery:{delivery_id}", staff_id=None, after={"try": row.tries + 1})
    reader = SignedIn(row.reader_id, row.reader_name, row.email, row.role, row.timezone, row.session_no)
    is_asked_for = row.asked_by is not None
    return Wanted(delivery_id, row.id, row.name, row.token, row.address, reader, is_asked_for)


@command
def note_sent(delivery_id: int) -> None:
    """The mail server took it. That stands, whatever became of the sending meanwhile."""
    now = utc_now()
    _end_try(delivery_id, now, failure=None)
    db.session.execute(
        update(ReportDelivery)
        .where(ReportDelivery.id == delivery_id)
        .values(status=DeliveryStatus.SENT, sent_at=now, next_try_at=None, failure=None)
    )
    record("report.send", f"report_delivery:{delivery_id}", staff_id=None)


@command
def note_failure(delivery_id: int, failure: str, *, is_final: bool) -> None:
    """It was not sent, for the reason that the sentence gives. Tried again later unless `is_final`.

    The pauses grow; after the last of them there is no further try until somebody asks for one.
    """
    now = utc_now()
    _end_try(delivery_id, now, failure=failure)
    delivery = db.session.execute(
        select(ReportDelivery.tries_left)
        .where(ReportDelivery.id == delivery_id, ReportDelivery.status == DeliveryStatus.WAITING)
        .with_for_update()
    ).one_or_none()
    if delivery is None:
        return  # stopped meanwhile
    if is_final or not delivery.tries_left:
        _give_up(delivery_id, failure)
        return
    next_try_at = now + PAUSES[MOST_TRIES - delivery.tries_left - 1]
    db.session.execute(
        update(ReportDelivery)
        .where(ReportDelivery.id == delivery_id)
        .values(next_try_at=next_try_at, failure=failure)
    )
    enqueue("reports.send", at=next_try_at, delivery_id=delivery_id)
    after = {"failure": failure, "next_try_at": next_try_at.isoformat()}
    record("report.fail", f"report_delivery:{delivery_id}", staff_id=None, after=after)


def _locked(report_id: int, actor_id: int, is_admin: bool) -> AnyRow:
    report = db.session.execute(
        queries.reports_with(Report.id, Report.ended_at, queries.hindrance())
        .where(Report.id == report_id, queries.may_change(actor_id, is_admin=is_admin))
        .with_for_update(of=Report)
    ).one_or_none()
    if report is None:
        raise Missing("That report is gone, or it is somebody else's.")
    return report


def _is_being_tried(now: datetime) -> ColumnElement[bool]:
    """Whether somebody tries the sending just now. A try older than the lease has broken off."""
    under_way = select(ReportTry.try_no).where(
        ReportTry.delivery_id == ReportDelivery.id,
        ReportTry.ended_at.is_(None),
        ReportTry.began_at > now - LEASE,
    )
    return under_way.correlate(ReportDelivery).exists().label("is_being_tried")


def _is_about_to_be_tried(now: datetime) -> ColumnElement[bool]:
    """Whether the sending has its job and all its tries. After the lease the job must have been lost."""
    is_due = ReportDelivery.next_try_at.between(now - LEASE, now)
    return and_(is_due, ReportDelivery.tries_left == MOST_TRIES).label("is_about_to_be_tried")


def _deliver(report_id: int, *, due_at: datetime, asked_by: int | None) -> int | None:
    """Make a sending that may be tried at once, and its job; None where there is one of that time."""
    delivery_id = db.session.scalar(
        insert(ReportDelivery)
        .values(report_id=report_id, due_at=due_at, asked_by=asked_by, next_try_at=utc_now())
        .on_conflict_do_nothing(index_elements=[ReportDelivery.report_id, ReportDelivery.due_at])
        .returning(ReportDelivery.id)
    )
    if delivery_id is not None:
        enqueue("reports.send", delivery_id=delivery_id)
    return delivery_id


def _hurry(delivery_id: int, now: datetime) -> None:
    """Try a sending at once that failed or waits for its next try, and as often as a new one."""
    values = {
        "status": DeliveryStatus.WAITING, "next_try_at": now, "tries_left": MOST_TRIES, "failure": None,
    }  # fmt: skip
    db.session.execute(update(ReportDelivery).where(ReportDelivery.id == delivery_id).values(values))
    enqueue("reports.send", delivery_id=delivery_id)


def _end(report_id: int, reason: End, *, actor_id: int | None) -> None:
    """End a report; what waits to be sent of it is not sent."""
    db.session.execute(
        update(Report)
        .where(Report.id == report_id, Report.ended_at.is_(None))
        .values(next_at=None, ended_at=utc_now(), end_reason=reason)
    )
    db.session.execute(
        update(ReportDelivery)
        .where(ReportDelivery.report_id == report_id, ReportDelivery.status == DeliveryStatus.WAITING)
        .values(status=DeliveryStatus.FAILED, next_try_at=None, failure=END_WORDS[reason])
    )
    record("report.end", f"report:{report_id}", staff_id=actor_id, after={"reason": reason})


def _give_up(delivery_id: int, failure: str) -> None:
    db.session.execute(
        update(ReportDelivery)
        .where(ReportDelivery.id == delivery_id)
        .values(status=DeliveryStatus.FAILED, next_try_at=None, failure=failure)
    )
    after = {"failure": failure, "next_try_at": None}
    record("report.fail", f"report_delivery:{delivery_id}", staff_id=None, after=after)


def _end_try(delivery_id: int, now: datetime, *, failure: str | None) -> None:
    """Write down how the try under way ended: the last one that began."""
    last = select(ReportDelivery.tries).where(ReportDelivery.id == delivery_id).scalar_subquery()
    db.session.execute(
        update(ReportTry)
        .where(ReportTry.delivery_id == delivery_id, ReportTry.try_no == last)
        .values(ended_at=now, failure=failure)
    )
