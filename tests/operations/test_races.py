"""Operations beside each other, beside people, and with workers that are killed."""

import signal
from itertools import count
from threading import Event
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from dashboard.contacts.models import Contact, ContactStat, Source, SubscriptionEvent, Suppression
from dashboard.contacts.subscriptions.commands import stop_contact
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.jobs.models import Job
from dashboard.lists.commands import add_member, remove_member
from dashboard.lists.models import MembershipEvent
from dashboard.operations import commands, queries
from dashboard.operations.models import Operation
from dashboard.operations.steps import commands as steps
from dashboard.operations.tasks import run
from dashboard.tags.commands import tag_contact
from dashboard.tags.models import Tag
from tests.factories import make_contact, make_list, make_owner, make_staff
from tests.jobs.conftest import status_of, until
from tests.operations.doing import (
    counted,
    events_of,
    members,
    result,
    start,
    subscribed,
    suppressed,
    ticked,
)
from tests.wallets.racing import at_once, race

pytestmark = pytest.mark.usefixtures("committed")
_number = count(1)


def make_many(owner, contacts: int) -> list[Contact]:
    """So many contacts, made by one statement, in the order of their numbers."""
    first = next(_number) * 100_000
    db.session.execute(
        text(
            "INSERT INTO contact (owner_id, phone)"
            " SELECT :owner_id, '+30692' || lpad((:first + n)::text, 7, '0') FROM generate_series(1, :n) AS n"
        ),
        {"owner_id": owner.id, "first": first, "n": contacts},
    )
    db.session.commit()
    stmt = select(Contact).where(Contact.owner_id == owner.id).order_by(Contact.id)
    return list(db.session.scalars(stmt))


def fresh() -> None:
    db.session.rollback()
    db.session.expire_all()


def test_a_double_click_starts_once(app: Flask):
    owner = make_owner()
    person, staff_id, key = make_contact(owner), make_staff().id, uuid4()
    owner_id, whom = owner.id, ticked(person)

    def click() -> int:
        return commands.start(
            owner_id,
            "tag",
            selection=whom,
            arguments={"tag_name": "New"},
            reason=None,
            idempotency_key=key,
            actor_id=staff_id,
        )

    answers = at_once(app, [click] * 8)
    assert len(set(answers)) == 1
    fresh()
    assert db.session.scalar(select(func.count()).select_from(Operation)) == 1
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1
    assert db.session.scalar(select(func.count()).select_from(Tag)) == 1


def test_two_people_undo_once(app: Flask):
    owner = make_owner()
    owner_id, number = owner.id, start(owner.id, "unsubscribe", ticked(make_contact(owner)))
    run(owner_id, number)
    staff_id = make_staff().id
    answers = race(
        app,
        [lambda: commands.undo(owner_id, number, idempotency_key=uuid4(), actor_id=staff_id)] * 4,
        at="SELECT 1 FROM staff WHERE id = :staff_id FOR UPDATE",
        staff_id=staff_id,
    )
    assert sum(isinstance(answer, int) for answer in answers) == 1
    assert sum("undone already" in str(answer) for answer in answers) == 3


def test_one_job_that_runs_twice_at_once_does_the_work_once(app: Flask, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 7)
    owner = make_owner()
    people = make_many(owner, 40)
    wanted = make_list(owner)
    owner_id, number = owner.id, start(owner.id, "list_add", ticked(*people), list_id=wanted.id)
    steps.gather(owner_id, number)
    race(
        app,
        [lambda: run(owner_id, number)] * 4,
        at="SELECT 1 FROM contact WHERE id = :who FOR NO KEY UPDATE",
        who=people[0].id,
    )
    fresh()
    assert result(owner_id, number) == (40, 0, 0, 0)
    assert events_of(number) == 40
    assert counted(wanted.id) == (40, 40)


def test_two_operations_meet_at_a_contact_in_the_middle_and_neither_gives_up(app: Flask):
    """Both hold the contacts in the order of their numbers."""
    owner = make_owner()
    people = make_many(owner, 21)
    wanted = make_list(owner)
    owner_id = owner.id
    numbers = [start(owner_id, "list_add", ticked(*people), list_id=wanted.id) for _ in range(2)]
    answers = race(
        app,
        [lambda n=n: run(owner_id, n) for n in numbers],
        at="SELECT 1 FROM contact WHERE id = :who FOR NO KEY UPDATE",
        in_turn=True,
        who=people[10].id,
    )
    assert answers == [None, None]
    fresh()
    assert [result(owner_id, number)[:2] for number in numbers] == [(21, 0), (0, 21)]


def test_an_operation_outlasts_somebody_who_holds_a_contact_for_long(app: Flask, monkeypatch):
    monkeypatch.setattr(steps, "PATIENCE_SECONDS", 1)
    monkeypatch.setattr("dashboard.operations.tasks.RESTS", (0.1,) * 9)
    owner = make_owner()
    person = make_contact(owner)
    owner_id, number = owner.id, start(owner.id, "tag", ticked(person), tag_name="VIP")
    answers = race(
        app,
        [lambda: run(owner_id, number)],
        at="SELECT 1 FROM contact WHERE id = :who FOR NO KEY UPDATE",
        meanwhile=lambda: Event().wait(2.5),
        who=person.id,
    )
    assert answers == [None]
    fresh()
    assert result(owner_id, number) == (1, 0, 0, 0)


def test_what_happens_while_an_operation_waits_stands_before_it_in_the_history(app: Flask):
    owner = make_owner()
    first, second = make_contact(owner), make_contact(owner)
    wanted = make_list(owner, members=[second])
    owner_id, list_id, who, staff_id = owner.id, wanted.id, second.id, make_staff().id
    number = start(owner_id, "list_add", ticked(first, second), list_id=list_id)
    race(
        app,
        [lambda: run(owner_id, number)],
        at="SELECT 1 FROM contact WHERE id = :first FOR NO KEY UPDATE",
        meanwhile=lambda: remove_member(owner_id, list_id, who, actor_id=staff_id),
        first=first.id,
    )
    fresh()
    assert result(owner_id, number) == (2, 0, 0, 0)
    happened = select(MembershipEvent.action).where(MembershipEvent.contact_id == who)
    for order in (MembershipEvent.id, MembershipEvent.occurred_at):
        assert db.session.scalars(happened.order_by(order)).all() == ["removed", "added"]


def test_two_operations_add_the_same_contacts_to_one_list_and_each_is_added_once(app: Flask, monkeypatch):
    """They meet at each contact in the order of the numbers, so that neither gives up."""
    monkeypatch.setattr(steps, "BATCH", 50)
    owner = make_owner()
    people = make_many(owner, 400)
    wanted = make_list(owner)
    owner_id = owner.id
    numbers = [
        start(owner_id, "list_add", ticked(*people[:300]), list_id=wanted.id),
        start(owner_id, "list_add", ticked(*reversed(people[100:])), list_id=wanted.id),
    ]
    answers = at_once(app, [lambda n=n: run(owner_id, n) for n in numbers])
    assert answers == [None, None]
    fresh()
    results = [result(owner_id, number) for number in numbers]
    assert sum(changed for changed, *_ in results) == 400
    assert sum(already for _, already, *_ in results) == 200
    assert len(members(wanted.id)) == 400
    assert counted(wanted.id) == (400, 400)
    per_contact = select(func.count()).select_from(MembershipEvent).group_by(MembershipEvent.contact_id)
    assert set(db.session.scalars(per_contact)) == {1}


def test_opposite_operations_on_one_list_neither_deadlock_nor_lose_count(app: Flask, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 20)
    owner = make_owner()
    people = make_many(owner, 200)
    wanted = make_list(owner, members=people[:50])
    owner_id = owner.id
    numbers = [
        start(owner_id, "list_add", ticked(*people), list_id=wanted.id),
        start(owner_id, "list_remove", ticked(*people), list_id=wanted.id),
        start(owner_id, "unsubscribe", ticked(*people)),
    ]
    answers = at_once(app, [lambda n=n: run(owner_id, n) for n in numbers])
    assert answers == [None, None, None]
    fresh()
    assert [sum(result(owner_id, number)) for number in numbers] == [200] * 3
    assert counted(wanted.id) == (len(members(wanted.id)), 0)
    added, removed = (result(owner_id, number)[0] for number in numbers[:2])
    assert 50 + added - removed == len(members(wanted.id))


def test_stops_beside_an_operation_each_leave_one_opt_out(app: Flask, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 25)
    owner = make_owner()
    people = make_many(owner, 300)
    wanted = make_list(owner, members=people[::3])
    owner_id, number = owner.id, start(owner.id, "unsubscribe", ticked(*people))
    stopping = [one.id for one in reversed(people[::5])]

    def stop() -> int:
        told = [
            stop_contact(owner_id, one, reason="STOP", actor_id=None, source=Source.STOP_KEYWORD)
            for one in stopping
        ]
        return len(told)

    assert at_once(app, [lambda: run(owner_id, number), stop]) == [None, len(stopping)]
    fresh()
    assert sum(result(owner_id, number)) == 300
    assert subscribed(owner_id) == set()
    assert counted(wanted.id) == (100, 0)
    assert db.session.scalar(select(ContactStat.subscribed).where(ContactStat.owner_id == owner_id)) == 0
    assert db.session.scalar(select(func.count()).select_from(Suppression)) == 300
    opted_out = select(func.count()).select_from(SubscriptionEvent)
    by_stop = SubscriptionEvent.source == Source.STOP_KEYWORD
    assert db.session.scalar(opted_out.where(by_stop)) == len(stopping)
    assert events_of(number) == 300
    # The contact's state is that of its last event's time, or of the one by which it left.
    last = db.session.execute(
        text(
            "SELECT count(*) FROM contact WHERE unsubscribed_at NOT IN (SELECT occurred_at FROM"
            " subscription_event e WHERE e.owner_id = contact.owner_id AND e.contact_id = contact.id)"
        )
    ).scalar_one()
    assert last == 0


def test_a_stop_that_comes_while_an_undo_waits_holds(app: Flask):
    """Whichever comes first: who says STOP is not subscribed afterwards."""
    owner = make_owner()
    people = [make_contact(owner) for _ in range(4)]
    owner_id, number = owner.id, start(owner.id, "unsubscribe", ticked(*people))
    run(owner_id, number)
    undo = commands.undo(owner_id, number, idempotency_key=uuid4(), actor_id=make_staff().id)
    who = people[0].id

    def stop() -> None:
        stop_contact(owner_id, who, reason="STOP", actor_id=None, source=Source.STOP_KEYWORD)

    race(
        app,
        [lambda: run(owner_id, undo), stop],
        at="SELECT 1 FROM contact WHERE id = :who FOR NO KEY UPDATE",
        who=who,
    )
    fresh()
    assert subscribed(owner_id) == {one.id for one in people[1:]}
    assert suppressed(owner_id, people[0].phone)
    assert sum(result(owner_id, undo)) == 4


@pytest.mark.parametrize("beside", ["add", "remove", "tag"])
def test_one_person_beside_an_operation_on_the_same_contact_waits_for_it(app: Flask, beside):
    owner = make_owner()
    people = [make_contact(owner) for _ in range(3)]
    wanted = make_list(owner, members=people if beside == "remove" else [])
    owner_id, list_id, staff_id = owner.id, wanted.id, make_staff().id
    who, phone = people[1].id, people[1].phone
    kind = {"add": "list_add", "remove": "list_remove", "tag": "tag"}[beside]
    arguments = {"tag_name": "VIP"} if beside == "tag" else {"list_id": list_id}
    number = start(owner_id, kind, ticked(*people), **arguments)
    one = {
        "add": lambda: add_member(owner_id, list_id, phone, actor_id=staff_id) and "done",
        "remove": lambda: remove_member(owner_id, list_id, who, actor_id=staff_id) or "done",
        "tag": lambda: tag_contact(owner_id, who, "vip", actor_id=staff_id) and "done",
    }[beside]
    ran, answer = race(
        app,
        [lambda: run(owner_id, number), one],
        at="SELECT 1 FROM contact WHERE id = :who FOR NO KEY UPDATE",
        in_turn=True,
        who=who,
    )
    fresh()
    assert ran is None
    changed, already, *_ = result(owner_id, number)
    assert (changed, already) == (3, 0)
    assert isinstance(answer, DomainError)
    assert "Try again in a moment" not in answer.sentence


def test_a_killed_worker_leaves_whole_batches_and_another_goes_on_without_doubling(start_worker):
    owner = make_owner()
    people = make_many(owner, 1_000)
    wanted = make_list(owner)
    number = start(owner.id, "list_add", ticked(*people), list_id=wanted.id)
    job_id = db.session.scalar(select(Operation.job_id).where(Operation.id == number))
    owner_id, list_id = owner.id, wanted.id

    def done() -> int:
        fresh()
        return queries.get(owner_id, number).changed

    worker = start_worker(hand="tests.operations.hand")
    until(lambda: done() >= 100)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    so_far = done()
    assert 100 <= so_far < 1_000
    assert so_far % 10 == 0
    assert len(members(list_id)) == events_of(number) == so_far
    start_worker(hand="tests.operations.hand")
    until(lambda: status_of(job_id) == "succeeded")
    fresh()
    assert result(owner_id, number) == (1_000, 0, 0, 0)
    assert events_of(number) == 1_000
    assert counted(list_id) == (1_000, 1_000)
    assert db.session.scalar(select(Job.attempts).where(Job.id == job_id)) == 2


def test_an_owners_operations_are_done_in_the_order_in_which_they_were_started(start_worker):
    owner = make_owner()
    person = make_contact(owner)
    wanted = make_list(owner)
    for kind in ("list_add", "list_remove", "list_add", "list_remove", "list_add"):
        number = start(owner.id, kind, ticked(person), list_id=wanted.id)
    job_id = db.session.scalar(select(Operation.job_id).where(Operation.id == number))
    start_worker(concurrency=3)
    until(lambda: status_of(job_id) == "succeeded")
    fresh()
    assert members(wanted.id) == {person.id}
    actions = db.session.scalars(select(MembershipEvent.action).order_by(MembershipEvent.id)).all()
    assert actions == ["added", "removed", "added", "removed", "added"]
