"""Many contacts are changed as one, each with its event, and once."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from dashboard.audiences.queries import Audience
from dashboard.audit.models import AuditEvent
from dashboard.contacts.models import Contact, SubscriptionEvent
from dashboard.contacts.suppression import suppress
from dashboard.core.db import db, utc_now
from dashboard.core.errors import Busy, DomainError
from dashboard.jobs.models import Job
from dashboard.lists.models import ContactList, MembershipEvent
from dashboard.operations import commands, queries
from dashboard.operations.models import Operation
from dashboard.operations.selections import Selection
from dashboard.operations.steps import commands as steps
from dashboard.operations.tasks import RESTS, run
from dashboard.tags.models import Tag, TagEvent
from tests.factories import make_contact, make_list, make_owner, make_staff
from tests.operations.doing import (
    counted,
    done,
    events_of,
    members,
    outcome_of,
    result,
    start,
    subscribed,
    suppressed,
    tag_of,
    tagged,
    ticked,
)

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def owner():
    return make_owner()


@pytest.fixture
def people(owner) -> list[Contact]:
    """Three contacts, of whom the last one is unsubscribed."""
    return [make_contact(owner), make_contact(owner), make_contact(owner, is_subscribed=False)]


def erase(contact: Contact) -> None:
    contact.phone, contact.erased_at = None, utc_now()
    contact.is_subscribed, contact.unsubscribed_at = False, utc_now()
    db.session.commit()


def test_contacts_are_put_on_a_list_and_those_on_it_stay(owner, people):
    wanted = make_list(owner, members=people[:1])
    number = done(owner.id, "list_add", ticked(*people), list_id=wanted.id)
    assert result(owner.id, number) == (2, 1, 0, 0)
    assert members(wanted.id) == {one.id for one in people}
    assert counted(wanted.id) == (3, 2)
    written = db.session.scalars(select(MembershipEvent).where(MembershipEvent.operation_id == number)).all()
    assert {(e.contact_id, e.list_id, e.action) for e in written} == {
        (one.id, wanted.id, "added") for one in people[1:]
    }


def test_contacts_are_taken_off_a_list_and_those_not_on_it_stay_off(owner, people):
    wanted = make_list(owner, members=people[:2])
    number = done(owner.id, "list_remove", ticked(*people), list_id=wanted.id)
    assert result(owner.id, number) == (2, 1, 0, 0)
    assert members(wanted.id) == set()
    assert counted(wanted.id) == (0, 0)
    assert events_of(number) == 2


def test_contacts_are_unsubscribed_and_suppressed_with_the_reason_as_proof(owner, people):
    wanted = make_list(owner, members=people)
    number = done(owner.id, "unsubscribe", ticked(*people), reason="The shop asked")
    assert result(owner.id, number) == (2, 1, 0, 0)
    assert subscribed(owner.id) == set()
    assert counted(wanted.id) == (3, 0)
    written = db.session.scalars(
        select(SubscriptionEvent).where(SubscriptionEvent.operation_id == number)
    ).all()
    staff_id = db.session.scalar(select(Operation.staff_id).where(Operation.id == number))
    assert {(e.is_subscribed, e.source, e.reason, e.staff_id) for e in written} == {
        (False, "staff", "The shop asked", staff_id)
    }
    # Also of the one who was unsubscribed already: it is one more word that they want no messages.
    assert {e.contact_id for e in written} == {one.id for one in people}
    at = {e.contact_id: e.occurred_at for e in written}
    for one in people[:2]:
        assert suppressed(owner.id, one.phone)
        assert one.unsubscribed_at == at[one.id]
    assert not suppressed(owner.id, people[2].phone)


def test_contacts_get_a_new_tag_and_lose_it(owner, people):
    number = done(owner.id, "tag", ticked(*people), tag_name="VIP")
    tag_id = tag_of(number)
    assert result(owner.id, number) == (3, 0, 0, 0)
    assert tagged(tag_id) == {one.id for one in people}
    again = done(owner.id, "tag", ticked(*people), tag_name="vip")
    assert tag_of(again) == tag_id
    assert result(owner.id, again) == (0, 3, 0, 0)
    off = done(owner.id, "untag", ticked(people[0]), tag_id=tag_id)
    assert result(owner.id, off) == (1, 0, 0, 0)
    assert tagged(tag_id) == {one.id for one in people[1:]}
    assert db.session.scalars(select(TagEvent.action).where(TagEvent.operation_id == off)).all() == [
        "removed"
    ]


def test_all_that_match_are_those_that_match_when_it_begins(owner, people):
    wanted = make_list(owner)
    number = start(owner.id, "list_add", Selection(audience=Audience(is_subscribed=True)), list_id=wanted.id)
    late = make_contact(owner)
    run(owner.id, number)
    assert members(wanted.id) == {people[0].id, people[1].id, late.id}


def test_contacts_of_others_are_nobody(owner):
    stranger = make_contact()
    wanted = make_list(owner)
    number = done(owner.id, "list_add", Selection(ids=(stranger.id, 2**60)), list_id=wanted.id)
    assert result(owner.id, number) == (0, 0, 0, 0)
    assert members(wanted.id) == set()


@pytest.mark.parametrize("kind", ["list_add", "list_remove", "unsubscribe", "tag", "untag"])
def test_an_erased_contact_is_left_alone_and_said_to_be_gone(owner, people, kind):
    wanted = make_list(owner)
    tag_id = tag_of(done(owner.id, "tag", ticked(people[1]), tag_name="VIP"))
    erase(people[0])
    arguments = {"list_id": wanted.id} if "list" in kind else {"tag_id": tag_id} if "tag" in kind else {}
    number = done(owner.id, kind, ticked(*people), **arguments)
    assert outcome_of(number, people[0]) == "gone"
    assert result(owner.id, number)[3] == 1
    assert people[0].id not in members(wanted.id) | tagged(tag_id)


def test_many_batches_are_one_operation(owner, people, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 2)
    wanted = make_list(owner)
    number = done(owner.id, "list_add", ticked(*people), list_id=wanted.id)
    assert result(owner.id, number) == (3, 0, 0, 0)
    assert members(wanted.id) == {one.id for one in people}


def test_a_job_that_runs_once_more_after_its_work_was_done_changes_nothing(owner, people):
    wanted = make_list(owner)
    number = done(owner.id, "list_add", ticked(*people), list_id=wanted.id)
    before = queries.get(owner.id, number)
    run(owner.id, number)
    assert queries.get(owner.id, number) == before
    assert events_of(number) == 3


def test_what_is_done_is_written_down_once_and_not_for_each_contact(owner, people):
    number = done(owner.id, "unsubscribe", ticked(*people))
    written = db.session.scalars(
        select(AuditEvent).where(AuditEvent.subject == f"operation:{number}").order_by(AuditEvent.id)
    ).all()
    assert [event.action for event in written] == ["operation.start", "operation.gather", "operation.finish"]
    assert written[0].after["kind"] == "unsubscribe"
    assert written[-1].after == {"changed": 2, "unchanged": 1}
    assert db.session.scalar(select(func.count()).where(AuditEvent.action == "contact.unsubscribe")) == 0


@pytest.mark.parametrize(
    "other",
    [{"kind": "tag", "arguments": {"tag_name": "VIP"}}, {"reason": "Else"}, {"whom": 0}, {"confirmed": 9}],
)
def test_a_key_that_started_something_else_is_refused_and_leads_to_it(owner, people, other):
    key, actor_id = uuid4(), make_staff().id

    def click(kind="unsubscribe", arguments=None, reason="Asked", whom=3, confirmed=None) -> int:
        return commands.start(
            owner.id,
            kind,
            selection=ticked(*people[:whom] or people[:1]),
            arguments=arguments or {},
            reason=reason,
            idempotency_key=key,
            actor_id=actor_id,
            confirmed=confirmed,
        )

    number = click()
    with pytest.raises(DomainError, match=f"started operation {number} already") as refusal:
        click(**other)
    assert refusal.value.link.values == {"owner_id": owner.id, "operation_id": number}
    assert db.session.scalar(select(func.count()).select_from(Tag)) == 0


def held_for(monkeypatch, tries: int) -> list[int]:
    """Let so many tries meet contacts that somebody holds; the rests that are taken."""
    rests, change = [], steps.change_next

    def busy(owner_id: int, operation_id: int) -> int | None:
        if len(rests) < tries:
            raise Busy
        return change(owner_id, operation_id)

    monkeypatch.setattr(steps, "change_next", busy)
    monkeypatch.setattr("dashboard.operations.tasks.time.sleep", rests.append)
    return rests


def test_one_that_meets_contacts_that_are_held_tries_again_for_a_while(owner, people, monkeypatch):
    rests = held_for(monkeypatch, tries=3)
    assert result(owner.id, done(owner.id, "unsubscribe", ticked(*people))) == (2, 1, 0, 0)
    assert rests == list(RESTS[:3])


def test_one_that_meets_contacts_that_stay_held_stops(owner, people, monkeypatch):
    rests = held_for(monkeypatch, tries=100)
    with pytest.raises(Busy):
        done(owner.id, "unsubscribe", ticked(*people))
    assert rests == list(RESTS)
    assert sum(RESTS) + (len(RESTS) + 1) * steps.PATIENCE_SECONDS <= 15 * 60


def test_the_same_key_starts_once(owner, people):
    key, actor_id = uuid4(), make_staff().id

    def click() -> int:
        return commands.start(
            owner.id,
            "unsubscribe",
            selection=ticked(*people),
            arguments={},
            reason="Asked",
            idempotency_key=key,
            actor_id=actor_id,
        )

    assert click() == click()
    assert db.session.scalar(select(func.count()).where(Operation.owner_id == owner.id)) == 1
    assert db.session.scalar(select(func.count()).where(Job.task_name == "operations.run")) == 1


@pytest.mark.parametrize(
    ("kind", "arguments", "words"),
    [
        ("unsubscribe", {}, "Say why"),
        ("list_add", {}, "Choose one of the owner's lists"),
        ("list_add", {"list_id": 2**60}, "Choose one of the owner's lists"),
        ("list_remove", {}, "Choose one of the owner's lists"),
        ("untag", {"tag_id": 2**60}, "Choose one of the owner's tags"),
        ("tag", {}, "Choose one of the owner's tags"),
        ("tag", {"tag_name": "x" * 61}, "1 to 60 characters"),
        ("undo", {}, "not a change"),
        ("import", {}, "not a change"),
        ("nonsense", {}, "not a change"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(owner, people, kind, arguments, words):
    with pytest.raises(DomainError, match=words):
        start(owner.id, kind, ticked(*people), reason=None, **arguments)
    assert db.session.scalar(select(func.count()).where(Operation.owner_id == owner.id)) == 0


def test_nobody_is_put_on_a_dynamic_list(owner, people):
    dynamic = ContactList(owner_id=owner.id, name="Subscribed", definition={"is_subscribed": True})
    db.session.add(dynamic)
    db.session.commit()
    with pytest.raises(DomainError, match="not dynamic"):
        start(owner.id, "list_add", ticked(*people), list_id=dynamic.id)


def test_the_list_of_another_owner_is_none(owner, people):
    with pytest.raises(DomainError, match="Choose one of the owner's lists"):
        start(owner.id, "list_add", ticked(*people), list_id=make_list().id)


def test_an_older_suppression_keeps_its_time(owner, people):
    since = utc_now().replace(year=2020)
    suppress(owner.id, people[0].phone, since)
    done(owner.id, "unsubscribe", ticked(people[0]))
    assert suppressed(owner.id, people[0].phone)


def test_one_that_stopped_goes_on_where_it_was(owner, people, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 1)
    wanted = make_list(owner)
    number = start(owner.id, "list_add", ticked(*people), list_id=wanted.id)
    with pytest.raises(DomainError, match="does not stand still"):
        commands.resume(owner.id, number, actor_id=make_staff().id)
    steps.gather(owner.id, number)
    assert steps.change_next(owner.id, number) == 1
    db.session.execute(Operation.__table__.update().where(Operation.id == number).values(job_id=None))
    db.session.commit()
    assert queries.get(owner.id, number).state == "stopped"
    commands.resume(owner.id, number, actor_id=make_staff().id)
    assert queries.get(owner.id, number).state == "waiting"
    run(owner.id, number)
    assert result(owner.id, number) == (3, 0, 0, 0)
    assert events_of(number) == 3
    with pytest.raises(DomainError, match="does not stand still"):
        commands.resume(owner.id, number, actor_id=make_staff().id)


def test_an_operation_of_another_owner_is_not_found(owner, people):
    number = done(owner.id, "unsubscribe", ticked(*people))
    for change in (commands.resume,):
        with pytest.raises(NoResultFound):
            change(make_owner().id, number, actor_id=make_staff().id)
    with pytest.raises(NoResultFound):
        queries.get(make_owner().id, number)


def test_a_tag_that_was_typed_is_made_with_the_operation_or_not_at_all(owner, people):
    with pytest.raises(DomainError):
        start(owner.id, "tag", ticked(*people), reason="x" * 501, tag_name="New")
    assert db.session.scalar(select(func.count()).where(Tag.owner_id == owner.id)) == 0
