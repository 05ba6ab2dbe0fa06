"""An undo reverts what an operation did, and nothing that happened since."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from dashboard.contacts.models import Contact, Source, SubscriptionEvent, Suppression
from dashboard.contacts.subscriptions.commands import resubscribe_contact, stop_contact
from dashboard.contacts.suppression import phone_hash, suppress
from dashboard.core.db import db, utc_now
from dashboard.core.errors import DomainError
from dashboard.lists.commands import add_member, remove_member
from dashboard.operations import commands
from dashboard.operations.models import Operation
from dashboard.operations.steps import commands as steps
from dashboard.tags.commands import tag_contact, untag_contact
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
    undone,
)

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def owner():
    return make_owner()


@pytest.fixture
def people(owner) -> list[Contact]:
    return [make_contact(owner) for _ in range(4)]


def ids(people) -> set[int]:
    return {one.id for one in people}


def test_who_was_put_on_a_list_is_taken_off_again_and_who_was_on_it_stays(owner, people):
    wanted = make_list(owner, members=people[:1])
    number = done(owner.id, "list_add", ticked(*people), list_id=wanted.id)
    undo = undone(owner.id, number)
    assert result(owner.id, undo) == (3, 0, 0, 0)
    assert members(wanted.id) == ids(people[:1])
    assert counted(wanted.id) == (1, 1)
    assert events_of(undo) == 3


def test_who_was_taken_off_a_list_is_put_on_it_again(owner, people):
    wanted = make_list(owner, members=people[:2])
    number = done(owner.id, "list_remove", ticked(*people), list_id=wanted.id)
    assert result(owner.id, undone(owner.id, number)) == (2, 0, 0, 0)
    assert members(wanted.id) == ids(people[:2])


def test_who_was_tagged_loses_the_tag_again_and_the_other_way_round(owner, people):
    tag_id = tag_of(done(owner.id, "tag", ticked(*people[:1]), tag_name="VIP"))
    number = done(owner.id, "tag", ticked(*people), tag_id=tag_id)
    assert result(owner.id, undone(owner.id, number)) == (3, 0, 0, 0)
    assert tagged(tag_id) == ids(people[:1])
    off = done(owner.id, "untag", ticked(*people), tag_id=tag_id)
    assert result(owner.id, undone(owner.id, off)) == (1, 0, 0, 0)
    assert tagged(tag_id) == ids(people[:1])


def test_who_was_unsubscribed_is_subscribed_again_and_says_why(owner, people):
    gone = make_contact(owner, is_subscribed=False)
    number = done(owner.id, "unsubscribe", ticked(*people, gone))
    undo = undone(owner.id, number)
    assert result(owner.id, undo) == (4, 0, 0, 0)
    assert subscribed(owner.id) == ids(people)
    assert not any(suppressed(owner.id, one.phone) for one in people)
    written = db.session.scalars(
        select(SubscriptionEvent).where(SubscriptionEvent.operation_id == undo)
    ).all()
    assert {(e.is_subscribed, e.source, e.reason) for e in written} == {
        (True, "staff", f"Undo of operation {number}")
    }


def test_exactly_the_suppressions_that_came_with_it_are_lifted(owner, people):
    older, stranger = people[0], "+306900000000"
    since = utc_now().replace(year=2020)
    suppress(owner.id, older.phone, since)
    suppress(owner.id, stranger, since)
    number = done(owner.id, "unsubscribe", ticked(*people))
    undone(owner.id, number)
    assert subscribed(owner.id) == ids(people[1:])
    left = set(db.session.scalars(select(Suppression.since).where(Suppression.owner_id == owner.id)))
    assert left == {since}
    assert suppressed(owner.id, older.phone)
    assert suppressed(owner.id, stranger)
    assert not suppressed(owner.id, people[1].phone)


def test_who_was_put_on_the_list_anew_since_is_left_on_it_and_named(owner, people):
    wanted = make_list(owner)
    actor_id = make_staff().id
    number = done(owner.id, "list_add", ticked(*people), list_id=wanted.id)
    remove_member(owner.id, wanted.id, people[0].id, actor_id=actor_id)
    add_member(owner.id, wanted.id, people[0].phone, actor_id=actor_id)
    remove_member(owner.id, wanted.id, people[1].id, actor_id=actor_id)
    undo = undone(owner.id, number)
    assert result(owner.id, undo) == (2, 0, 2, 0)
    assert [outcome_of(undo, one) for one in people[:2]] == ["changed_since"] * 2
    assert members(wanted.id) == ids(people[:1])


def test_a_change_of_another_list_is_no_change_since(owner, people):
    wanted, other = make_list(owner), make_list(owner)
    number = done(owner.id, "list_add", ticked(*people), list_id=wanted.id)
    done(owner.id, "list_add", ticked(*people), list_id=other.id)
    done(owner.id, "tag", ticked(*people), tag_name="VIP")
    assert result(owner.id, undone(owner.id, number)) == (4, 0, 0, 0)
    assert members(other.id) == ids(people)


def test_who_was_tagged_anew_since_keeps_the_tag(owner, people):
    actor_id = make_staff().id
    number = done(owner.id, "tag", ticked(*people), tag_name="VIP")
    untag_contact(owner.id, people[0].id, tag_of(number), actor_id=actor_id)
    tag_contact(owner.id, people[0].id, "vip", actor_id=actor_id)
    assert result(owner.id, undone(owner.id, number)) == (3, 0, 1, 0)
    assert tagged(tag_of(number)) == ids(people[:1])


def test_who_stopped_since_stays_unsubscribed(owner, people):
    """Their own word holds, whether it changed anything then or not."""
    number = done(owner.id, "unsubscribe", ticked(*people))
    stop_contact(owner.id, people[0].id, reason="STOP", actor_id=None, source=Source.STOP_KEYWORD)
    resubscribe_contact(owner.id, people[1].id, reason="Asked", actor_id=make_staff().id, has_asked=True)
    undo = undone(owner.id, number)
    assert result(owner.id, undo) == (2, 0, 2, 0)
    assert outcome_of(undo, people[0]) == "changed_since"
    assert subscribed(owner.id) == ids(people[1:])
    assert suppressed(owner.id, people[0].phone)


def test_who_was_opted_out_again_meanwhile_stays_unsubscribed(owner, people):
    """The second opt-out changed nobody, and is nevertheless what somebody wants."""
    first = done(owner.id, "unsubscribe", ticked(*people[:3]))
    since = people[0].unsubscribed_at
    second = done(owner.id, "unsubscribe", ticked(*people), reason="Never message again")
    assert result(owner.id, second) == (1, 3, 0, 0)
    assert result(owner.id, undone(owner.id, first)) == (0, 0, 3, 0)
    assert subscribed(owner.id) == set()
    assert people[0].unsubscribed_at == since
    kept = select(Suppression.since).where(Suppression.phone_hash == phone_hash(owner.id, people[0].phone))
    assert db.session.scalar(kept) == since
    assert result(owner.id, undone(owner.id, second)) == (1, 0, 0, 0)
    assert subscribed(owner.id) == ids(people[3:])


def test_whose_number_of_now_is_suppressed_stays_unsubscribed(owner, people):
    number = done(owner.id, "unsubscribe", ticked(*people))
    suppress(owner.id, "+306900000001", utc_now().replace(year=2020))
    people[0].phone = "+306900000001"
    db.session.commit()
    undo = undone(owner.id, number)
    assert outcome_of(undo, people[0]) == "changed_since"
    assert subscribed(owner.id) == ids(people[1:])
    assert suppressed(owner.id, "+306900000001")


@pytest.mark.parametrize("kind", ["list_add", "list_remove", "tag", "untag"])
def test_what_a_later_operation_found_so_already_is_left(owner, people, kind):
    """Had the first not been, the second would have done it."""
    tag_id = tag_of(done(owner.id, "tag", ticked(*people[: 4 if kind == "untag" else 0]), tag_name="VIP"))
    wanted = make_list(owner, members=people if kind == "list_remove" else [])
    arguments = {"list_id": wanted.id} if "list" in kind else {"tag_id": tag_id}
    first = done(owner.id, kind, ticked(*people[:3]), **arguments)
    second = done(owner.id, kind, ticked(*people[1:]), **arguments)
    assert result(owner.id, second)[:2] == (1, 2)
    undo = undone(owner.id, first)
    assert result(owner.id, undo) == (1, 0, 2, 0)
    assert outcome_of(undo, people[0]) == "changed"


def test_what_a_later_operation_found_so_of_another_list_is_no_matter(owner, people):
    wanted, other = make_list(owner), make_list(owner, members=people)
    first = done(owner.id, "list_add", ticked(*people), list_id=wanted.id)
    assert result(owner.id, done(owner.id, "list_add", ticked(*people), list_id=other.id)) == (0, 4, 0, 0)
    assert result(owner.id, undone(owner.id, first)) == (4, 0, 0, 0)


def test_who_was_erased_since_is_left_alone(owner, people):
    number = done(owner.id, "unsubscribe", ticked(*people))
    people[0].phone, people[0].erased_at = None, utc_now()
    db.session.commit()
    undo = undone(owner.id, number)
    assert result(owner.id, undo) == (3, 0, 0, 1)
    assert subscribed(owner.id) == ids(people[1:])


def test_a_later_operation_on_the_same_contacts_is_a_change_since(owner, people):
    wanted = make_list(owner)
    first = done(owner.id, "list_add", ticked(*people), list_id=wanted.id)
    second = done(owner.id, "list_remove", ticked(*people[:2]), list_id=wanted.id)
    assert result(owner.id, undone(owner.id, first)) == (2, 0, 2, 0)
    assert result(owner.id, undone(owner.id, second)) == (2, 0, 0, 0)
    assert members(wanted.id) == ids(people[:2])


def test_it_is_undone_once(owner, people):
    number = done(owner.id, "unsubscribe", ticked(*people))
    key, actor_id = uuid4(), make_staff().id
    undo = commands.undo(owner.id, number, idempotency_key=key, actor_id=actor_id)
    assert commands.undo(owner.id, number, idempotency_key=key, actor_id=actor_id) == undo
    with pytest.raises(DomainError, match="undone already") as refusal:
        commands.undo(owner.id, number, idempotency_key=uuid4(), actor_id=actor_id)
    assert refusal.value.link.values["operation_id"] == undo
    assert db.session.scalar(select(func.count()).where(Operation.undoes == number)) == 1


def test_what_cannot_be_undone_says_why(owner, people):
    actor_id = make_staff().id

    def undo(number: int) -> int:
        return commands.undo(owner.id, number, idempotency_key=uuid4(), actor_id=actor_id)

    number = start(owner.id, "unsubscribe", ticked(*people))
    with pytest.raises(DomainError, match="not finished"):
        undo(number)
    steps.gather(owner.id, number)
    while steps.change_next(owner.id, number) is not None:
        pass
    with pytest.raises(DomainError, match="An undo is not undone"):
        undo(undone(owner.id, number))
    with pytest.raises(DomainError, match="changed nobody"):
        undo(done(owner.id, "list_remove", ticked(*people), list_id=make_list(owner).id))
    db.session.execute(Operation.__table__.update().where(Operation.id == number).values(kind="import"))
    with pytest.raises(DomainError, match="cannot be undone here"):
        undo(number)
