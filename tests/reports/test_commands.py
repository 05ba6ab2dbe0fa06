"""What is due is planned once, for those who may have it, and its sendings are tried as they should be."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from dashboard.audit.models import AuditEvent
from dashboard.core.db import db, utc_now
from dashboard.core.errors import DomainError, Missing
from dashboard.reports.commands import (
    BROKE_OFF,
    LEASE,
    PAUSES,
    begin_try,
    note_failure,
    note_sent,
    pick_up_what_was_dropped,
    plan_due,
    send_now,
    stop,
    subscribe,
)
from dashboard.reports.models import READER_ROLES, Report
from dashboard.reports.tasks import plan
from dashboard.staff.commands import disable_staff, enable_staff
from dashboard.views.commands import delete_view, rename_view, share_view
from dashboard.web.access import ROLE_PERMISSIONS, Permission
from tests.factories import make_staff
from tests.reports.hand import (
    MONDAY,
    deliveries,
    delivery,
    failures,
    make_report,
    report,
    view_of,
    waiting_jobs,
)
from tests.wallets.racing import at_once, race

WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock():
    """A clock that stands still on the Thursday before the Monday, until a test moves it."""
    with time_machine.travel(MONDAY - timedelta(days=4), tick=False) as clock:
        yield clock


def test_the_roles_that_may_have_reports_are_those_of_the_permission():
    assert {role for role, given in ROLE_PERMISSIONS.items() if Permission.CAMPAIGN_EXPORT in given} == set(
        READER_ROLES
    )


def test_a_report_is_due_on_the_next_monday_of_the_readers_zone(session, clock):
    in_athens, in_new_york = make_staff("manager"), make_staff("admin", timezone="America/New_York")
    assert report(make_report(in_athens)).next_at == MONDAY
    assert report(make_report(in_new_york)).next_at == MONDAY + timedelta(hours=7)


def test_what_is_due_is_planned_once_and_not_before(session, clock):
    report_id = make_report()
    clock.move_to(MONDAY - timedelta(seconds=1))
    assert plan_due() == 0
    clock.move_to(MONDAY)
    assert plan_due() == 1
    assert plan_due() == 0
    (planned,) = deliveries(report_id)
    assert (planned.due_at, planned.status, planned.asked_by) == (MONDAY, "waiting", None)
    assert report(report_id).next_at == MONDAY + WEEK
    assert [delivery_id for delivery_id, _ in waiting_jobs()] == [planned.id]


def test_mondays_that_passed_while_no_worker_ran_are_made_up_for_once(session, clock):
    report_id = make_report()
    clock.move_to(MONDAY + 2 * WEEK + timedelta(hours=5))
    plan()
    plan()
    assert [one.due_at for one in deliveries(report_id)] == [MONDAY]
    assert report(report_id).next_at == MONDAY + 3 * WEEK


def test_another_zone_of_the_reader_counts_from_the_next_planning_on(session, clock):
    person = make_staff("manager")
    report_id = make_report(person)
    person.timezone = "Asia/Kolkata"
    db.session.commit()
    clock.move_to(MONDAY)
    plan_due()
    assert report(report_id).next_at == MONDAY + WEEK - timedelta(hours=3, minutes=30)


def test_planners_at_once_plan_each_report_once(app, committed):
    people = [make_staff("manager") for _ in range(12)]
    reports = [make_report(person) for person in people]
    db.session.execute(db.update(Report).values(next_at=utc_now() - MINUTE))
    db.session.commit()

    def plan_here(_):
        with app.app_context():
            return plan_due()

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(plan_here, range(8)))

    assert sum(taken) == 12
    assert [len(deliveries(report_id)) for report_id in reports] == [1] * 12
    assert len(waiting_jobs()) == 12


def test_workers_at_once_try_a_sending_once(app, committed):
    report_id = make_report()
    send_now(report_id, actor_id=report(report_id).reader_id)
    delivery_id = deliveries(report_id)[0].id
    db.session.commit()

    def begin_here(_):
        with app.app_context():
            return begin_try(delivery_id)

    with ThreadPoolExecutor(8) as pool:
        begun = list(pool.map(begin_here, range(8)))

    assert len([wanted for wanted in begun if wanted]) == 1
    assert failures(delivery_id) == [None]


def test_subscribing_ten_times_at_once_makes_one_report(app, committed):
    person = make_staff("manager")
    person_id, token = person.id, view_of(person)

    def subscribe_here(_):
        with app.app_context():
            return subscribe(token, reader_id=person_id)

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(subscribe_here, range(10)))) == 1
    assert len(db.session.scalars(select(Report.id)).all()) == 1
    assert audited("report.start") == 1


def test_going_on_ten_times_at_once_is_audited_once(app, committed):
    person = make_staff("manager")
    person_id, token = person.id, view_of(person)
    report_id = subscribe(token, reader_id=person_id)
    stop(report_id, actor_id=person_id)
    answers = at_once(app, [lambda: subscribe(token, reader_id=person_id)] * 10)
    assert answers == [report_id] * 10
    assert audited("report.start") == 2


def test_asking_for_it_ten_times_at_once_sends_it_once_and_is_audited_once(app, committed):
    report_id = make_report()
    reader_id = report(report_id).reader_id
    race(
        app,
        [lambda: send_now(report_id, actor_id=reader_id)] * 9,
        at="SELECT id FROM report WHERE id = :id FOR UPDATE",
        id=report_id,
    )
    assert audited("report.send_now") == 1
    assert len(deliveries(report_id)) == 1
    assert len(waiting_jobs()) == 1


def test_asking_again_when_the_job_was_lost_makes_another(session, clock):
    report_id = make_report()
    reader_id = report(report_id).reader_id
    send_now(report_id, actor_id=reader_id)
    clock.shift(LEASE + MINUTE)
    send_now(report_id, actor_id=reader_id)
    assert len(deliveries(report_id)) == 1
    assert len(waiting_jobs()) == 2


def audited(action: str) -> int:
    return len(db.session.scalars(select(AuditEvent.id).where(AuditEvent.action == action)).all())


def a_closed_account(person, token):
    disable_staff(person.email)


def a_lesser_role(person, token):
    person.role = "support"
    db.session.commit()


def a_view_that_is_gone(person, token):
    delete_view(token, actor_id=person.id, is_admin=True)


HINDRANCES = [
    (a_closed_account, "account_closed"),
    (a_lesser_role, "role"),
    (a_view_that_is_gone, "view_gone"),
]


@pytest.mark.parametrize(("hindrance", "reason"), HINDRANCES)
def test_who_may_have_it_no_more_gets_nothing_and_the_report_says_why(session, clock, hindrance, reason):
    person = make_staff("manager")
    token = view_of(person)
    report_id = subscribe(token, reader_id=person.id)
    make_staff("admin")
    hindrance(person, token)
    clock.move_to(MONDAY)
    plan_due()
    assert deliveries(report_id) == []
    assert (report(report_id).end_reason, report(report_id).next_at) == (reason, None)
    assert waiting_jobs() == []


@pytest.mark.parametrize(("hindrance", "reason"), HINDRANCES)
def test_what_was_planned_before_is_not_sent_either(session, clock, hindrance, reason):
    person = make_staff("manager")
    token = view_of(person)
    report_id = subscribe(token, reader_id=person.id)
    clock.move_to(MONDAY)
    plan_due()
    make_staff("admin")
    hindrance(person, token)
    (planned,) = deliveries(report_id)
    assert begin_try(planned.id) is None
    assert (delivery(planned.id).status, delivery(planned.id).tries) == ("failed", 0)
    assert report(report_id).end_reason == reason


def test_anothers_view_that_was_made_private_again_is_not_sent(session, clock):
    maker, reader = make_staff("manager"), make_staff("manager")
    token = view_of(maker, is_shared=True)
    of_reader = subscribe(token, reader_id=reader.id)
    of_maker = subscribe(token, reader_id=maker.id)
    share_view(token, is_shared=False, actor_id=maker.id)
    clock.move_to(MONDAY)
    plan_due()
    assert report(of_reader).end_reason == "view_private"
    assert report(of_maker).end_reason is None


def test_an_account_that_is_open_again_does_not_bring_the_report_back_by_itself(session, clock):
    person = make_staff("manager")
    token = view_of(person)
    report_id = subscribe(token, reader_id=person.id)
    make_staff("admin")
    disable_staff(person.email)
    clock.move_to(MONDAY)
    plan_due()
    enable_staff(person.email)
    assert report(report_id).next_at is None
    assert subscribe(token, reader_id=person.id) == report_id
    assert report(report_id).next_at == MONDAY + WEEK


def test_a_failed_try_is_followed_by_others_with_growing_pauses_and_then_by_none(session, clock):
    report_id = make_report()
    clock.move_to(MONDAY)
    plan_due()
    (planned,) = deliveries(report_id)
    for n, pause in enumerate([*PAUSES, None], 1):
        assert begin_try(planned.id).delivery_id == planned.id
        note_failure(planned.id, f"Reason {n}.", is_final=False)
        if pause is None:
            break
        assert delivery(planned.id).next_try_at == utc_now() + pause
        assert waiting_jobs()[-1] == (planned.id, utc_now() + pause)
        assert begin_try(planned.id) is None
        clock.shift(pause)
    assert (delivery(planned.id).status, delivery(planned.id).tries) == ("failed", 5)
    assert failures(planned.id) == [f"Reason {n}." for n in range(1, 6)]
    assert len(waiting_jobs()) == 5
    assert begin_try(planned.id) is None


def test_somebody_who_asks_gives_a_failed_sending_all_its_tries_back(session, clock):
    report_id = make_report()
    clock.move_to(MONDAY)
    plan_due()
    (planned,) = deliveries(report_id)
    begin_try(planned.id)
    note_failure(planned.id, "No such mailbox.", is_final=True)
    send_now(report_id, actor_id=report(report_id).reader_id)
    assert [one.id for one in deliveries(report_id)] == [planned.id]
    begin_try(planned.id)
    note_failure(planned.id, "Hung up.", is_final=False)
    assert delivery(planned.id).next_try_at == utc_now() + PAUSES[0]
    assert failures(planned.id) == ["No such mailbox.", "Hung up."]


def test_asking_while_it_is_being_sent_sends_it_once(session):
    report_id = make_report()
    reader_id = report(report_id).reader_id
    send_now(report_id, actor_id=reader_id)
    (asked,) = deliveries(report_id)
    assert begin_try(asked.id)
    send_now(report_id, actor_id=reader_id)
    assert begin_try(asked.id) is None
    note_sent(asked.id)
    send_now(report_id, actor_id=reader_id)
    assert len(deliveries(report_id)) == 2


def test_a_try_that_broke_off_is_taken_up_again_some_times_and_then_given_up(session, clock):
    report_id = make_report()
    clock.move_to(MONDAY)
    plan_due()
    (planned,) = deliveries(report_id)
    for _ in range(5):
        assert begin_try(planned.id)
        clock.shift(LEASE / 2)
        assert begin_try(planned.id) is None
        clock.shift(LEASE / 2)
    assert begin_try(planned.id) is None
    assert (delivery(planned.id).status, delivery(planned.id).failure) == ("failed", BROKE_OFF)


def test_the_job_of_a_sending_that_was_lost_is_asked_for_again_once(session, clock):
    make_report()
    clock.move_to(MONDAY)
    plan_due()
    pick_up_what_was_dropped()
    assert len(waiting_jobs()) == 1
    clock.shift(LEASE + MINUTE)
    pick_up_what_was_dropped()
    pick_up_what_was_dropped()
    assert len(waiting_jobs()) == 2


def test_a_stopped_report_sends_nothing_more_not_even_what_waits(session, clock):
    report_id = make_report()
    reader_id = report(report_id).reader_id
    clock.move_to(MONDAY)
    plan_due()
    stop(report_id, actor_id=reader_id)
    (planned,) = deliveries(report_id)
    assert (planned.status, planned.failure) == ("failed", "The report was stopped.")
    assert begin_try(planned.id) is None
    clock.shift(WEEK)
    assert plan_due() == 0
    with pytest.raises(DomainError, match=r"The report was stopped\. So it is not sent\."):
        send_now(report_id, actor_id=reader_id)


def test_stopping_while_a_try_is_under_way_leaves_what_became_of_it(session):
    report_id = make_report()
    reader_id = report(report_id).reader_id
    send_now(report_id, actor_id=reader_id)
    (asked,) = deliveries(report_id)
    begin_try(asked.id)
    stop(report_id, actor_id=reader_id)
    note_sent(asked.id)
    assert delivery(asked.id).status == "sent"


def test_a_renamed_view_is_known_by_its_new_name_and_a_deleted_one_by_its_last(session, clock):
    person = make_staff("manager")
    token = view_of(person)
    report_id = subscribe(token, reader_id=person.id)
    rename_view(token, "Worst in the EU", actor_id=person.id)
    clock.move_to(MONDAY)
    plan_due()
    delete_view(token, actor_id=person.id)
    assert (report(report_id).view_name, report(report_id).view_id) == ("Worst in the EU", None)


def test_nobody_stops_or_sends_anothers_report_but_admins(session):
    report_id = make_report()
    stranger, admin = make_staff("manager"), make_staff("admin")
    for change in (stop, send_now):
        with pytest.raises(Missing):
            change(report_id, actor_id=stranger.id)
    send_now(report_id, actor_id=admin.id, is_admin=True)
    assert deliveries(report_id)[0].asked_by == admin.id
    stop(report_id, actor_id=admin.id, is_admin=True)
    assert report(report_id).end_reason == "stopped"


def test_a_private_view_of_another_cannot_be_subscribed_to(session):
    token = view_of(make_staff("manager"))
    with pytest.raises(Missing):
        subscribe(token, reader_id=make_staff("admin").id)


def test_each_change_is_audited(session, clock):
    report_id = make_report()
    reader_id = report(report_id).reader_id
    subscribe(db.session.scalar(db.text("SELECT token FROM saved_view")), reader_id=reader_id)
    clock.move_to(MONDAY)
    plan_due()
    (planned,) = deliveries(report_id)
    begin_try(planned.id)
    note_failure(planned.id, "Hung up.", is_final=False)
    send_now(report_id, actor_id=reader_id)
    begin_try(planned.id)
    note_sent(planned.id)
    stop(report_id, actor_id=reader_id)
    stop(report_id, actor_id=reader_id)
    rows = db.session.execute(
        select(AuditEvent.action, AuditEvent.staff_id)
        .where(AuditEvent.action.startswith("report."))
        .order_by(AuditEvent.id)
    ).all()
    assert rows == [
        ("report.start", reader_id),
        ("report.plan", None),
        ("report.try", None),
        ("report.fail", None),
        ("report.send_now", reader_id),
        ("report.try", None),
        ("report.send", None),
        ("report.end", reader_id),
    ]
