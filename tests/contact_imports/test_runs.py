"""Imports that are cut off, or run beside others and a STOP: each contact once, no opt-out lost."""

import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from dashboard.contact_imports import commands, queries
from dashboard.contact_imports.applying import commands as applying
from dashboard.contact_imports.applying import run
from dashboard.contact_imports.models import (
    ContactImport,
    ContactImportPart,
    ContactImportProblem,
    ContactImportRow,
)  # fmt: skip
from dashboard.contact_imports.staging import checks
from dashboard.contacts.models import Contact, SubscriptionEvent
from dashboard.contacts.subscriptions.commands import stop_contact
from dashboard.core.db import db, utc_now
from dashboard.jobs.models import Job
from dashboard.lists.models import ListMembership, MembershipEvent
from dashboard.operations.models import Operation
from tests.contact_imports.hand import (
    an_owner,
    begin,
    bring,
    bring_in,
    contacts_of,
    events_of,
    finish,
    found_in,
)
from tests.factories import make_contact, make_list, make_staff
from tests.jobs.conftest import until

ROWS = 2_000


def numbers(rows: int = ROWS) -> list[str]:
    return [f"+3069{n:08}" for n in range(10_000_000, 10_000_000 + rows)]


def many(rows: int = ROWS, more: str = "") -> str:
    return "phone,first name,subscribed\n" + "".join(f"{number},Ada{more},yes\n" for number in numbers(rows))


def count(table, owner) -> int:
    db.session.remove()
    return db.session.scalar(select(func.count()).where(table.owner_id == owner.id))


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(run, "BATCH_ROWS", 100)
    monkeypatch.setattr(checks, "BATCH_ROWS", 300)


@pytest.fixture
def at_once(app, small_batches):
    """Runs functions at the same time, each with a session of its own."""

    def at_once(*works):
        def within(work):
            with app.app_context():
                return work()

        with ThreadPoolExecutor(len(works)) as pool:
            return [one.result() for one in [pool.submit(within, work) for work in works]]

    return at_once


def progress(owner, import_id: int) -> int:
    db.session.remove()
    return queries.progress(owner.id, import_id)[0]


def test_after_a_killed_worker_another_one_goes_on_and_nothing_is_there_twice(start_worker):
    owner = an_owner()
    wanted_id = make_list(owner).id
    import_id = bring(owner, many())
    db.session.execute(delete(Job))  # the check is done
    db.session.commit()
    begin(owner, import_id, list_id=wanted_id)
    worker = start_worker(hand="tests.contact_imports.slow_worker")
    until(lambda: progress(owner, import_id) >= 300)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert 300 <= progress(owner, import_id) < ROWS
    assert 300 <= count(Contact, owner) < ROWS
    start_worker(hand="tests.contact_imports.slow_worker")
    until(lambda: (db.session.remove(), queries.get(owner.id, import_id).state == "finished")[1])
    for table in (Contact, SubscriptionEvent, ListMembership, MembershipEvent):
        assert count(table, owner) == ROWS, table
    operation = db.session.scalar(select(Operation))
    assert (operation.changed, operation.unchanged, operation.total) == (ROWS, 0, ROWS)
    assert queries.get(owner.id, import_id).done["added"] == ROWS
    one = select(Job.attempts).join(ContactImport, ContactImport.job_id == Job.id)
    assert db.session.scalar(one) >= 1


def test_a_check_that_runs_once_more_finds_the_same(committed, small_batches):
    owner = an_owner()
    import_id = bring(owner, many(700) + "x,Eva\n+306910000000,Double\n")
    before = found_in(owner, import_id)
    checks.check(owner.id, import_id, 1, lambda _: None)
    assert found_in(owner, import_id) == before
    assert (before.good, before.bad, before.doubles) == (700, 1, 1)


def test_a_later_check_ends_an_earlier_one(work_off):
    owner = an_owner()
    import_id = commands.keep_file(
        owner.id, "x.csv", [many(10).encode()], list_id=None, actor_id=make_staff().id
    )
    commands.check_again(owner.id, import_id, None, actor_id=make_staff().id)
    work_off()
    assert found_in(owner, import_id).good == 10
    assert queries.get(owner.id, import_id).state == "ready"


def test_rows_that_a_crash_of_the_database_took_are_read_once_more(committed, small_batches):
    owner = an_owner()
    import_id = bring(owner, many(500) + "x,Eva\n")
    begin(owner, import_id)
    applying.import_batch(owner.id, import_id, most=100)
    db.session.execute(delete(ContactImportRow))
    db.session.commit()
    assert finish(owner, import_id).added == 500
    assert count(Contact, owner) == count(SubscriptionEvent, owner) == 500


def test_an_import_that_runs_once_more_changes_nothing(committed, small_batches):
    owner = an_owner()
    import_id = bring(owner, many(300))
    begin(owner, import_id)
    assert finish(owner, import_id) == finish(owner, import_id)
    assert count(SubscriptionEvent, owner) == 300


@pytest.mark.parametrize("options", [{}, {"updates": True, "tag": "Fair"}])
def test_two_imports_of_one_file_at_once_make_each_contact_once(committed, at_once, options):
    owner = an_owner()
    wanted_id = make_list(owner).id if options else None
    imports = [bring(owner, many(more=str(n))) for n in range(2)]
    for import_id in imports:
        begin(owner, import_id, list_id=wanted_id, **options)
    first, second = at_once(*(lambda number=number: finish(owner, number) for number in imports))
    assert first.added + second.added == ROWS
    assert count(Contact, owner) == count(SubscriptionEvent, owner) == ROWS
    assert count(MembershipEvent, owner) == count(ListMembership, owner) == (ROWS if options else 0)
    operations = db.session.scalars(select(Operation)).all()
    assert [one.changed + one.unchanged for one in operations] == [ROWS, ROWS]


def test_a_stop_in_the_middle_of_an_import_stays(committed, at_once):
    owner = an_owner()
    wanted_id = make_list(owner).id
    ids = [make_contact(owner, phone=number).id for number in numbers(400)]
    import_id = bring(owner, many())
    begin(owner, import_id, updates=True, subscribes=True, unsubscribes=True, list_id=wanted_id)

    def say_stop():
        return [stop_contact(owner.id, one, reason="STOP", actor_id=None) for one in ids]

    done, stops = at_once(lambda: finish(owner, import_id), say_stop)
    assert len([event for event in stops if event]) == 400
    assert (done.added, done.subscribed) == (ROWS - 400, 0)
    stopped = [one for one in contacts_of(owner) if one.id in set(ids)]
    assert len(stopped) == 400
    assert not any(one.is_subscribed for one in stopped)
    assert all(one.first_name == "Ada" for one in stopped)


def test_events_stand_in_the_order_in_which_they_happened(committed):
    owner = an_owner()
    contact_id = make_contact(owner, phone=numbers(1)[0]).id
    content = f"phone,subscribed\n{numbers(1)[0]},no\n"
    bring_in(owner, content, unsubscribes=True)
    last = db.session.scalar(select(SubscriptionEvent).where(SubscriptionEvent.contact_id == contact_id))
    contact = db.session.scalar(select(Contact))
    assert contact.unsubscribed_at == last.occurred_at
    assert len(events_of(owner)) == 1


def expire(import_id: int, *, in_days: int = 0) -> None:
    at = utc_now() - timedelta(seconds=1) + timedelta(days=in_days)
    db.session.execute(update(ContactImport).where(ContactImport.id == import_id).values(expires_at=at))
    db.session.commit()


def kept(owner) -> tuple[int, int, int]:
    return tuple(count(table, owner) for table in (ContactImportPart, ContactImportRow, ContactImportProblem))


def test_a_file_that_nobody_imports_is_deleted_after_a_day(work_off):
    owner = an_owner()
    import_id = bring(owner, many(3) + "x,Eva\n")
    assert commands.delete_expired() == 0
    expire(import_id)
    assert commands.delete_expired() == 0, "its check is under way"
    expire(import_id, in_days=1)  # the clock may strike meanwhile
    work_off()
    assert kept(owner) == (1, 3, 1)
    expire(import_id)
    assert commands.delete_expired() == 1
    assert kept(owner) == (0, 0, 0)
    assert queries.get(owner.id, import_id).state == "expired"
    assert commands.delete_expired() == 0


def test_a_file_that_is_imported_is_deleted_and_what_was_left_out_is_kept_for_a_week(work_off):
    owner = an_owner()
    import_id = bring(owner, many(3) + "x,Eva\n")
    begin(owner, import_id)
    work_off()
    assert kept(owner) == (0, 0, 1)
    one = queries.get(owner.id, import_id)
    assert one.expires_at - one.finished_at == pytest.approx(timedelta(days=7), abs=timedelta(seconds=5))
    expire(import_id)
    assert commands.delete_expired() == 1
    assert kept(owner) == (0, 0, 0)
    assert queries.get(owner.id, import_id).state == "finished"
