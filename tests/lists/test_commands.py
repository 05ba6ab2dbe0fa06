"""Lists: a member once, never across owners, and counts that are exact in a race."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError, NoResultFound

from dashboard.audit.models import AuditEvent
from dashboard.contacts.models import Contact
from dashboard.contacts.subscriptions.commands import resubscribe_contact, stop_contact
from dashboard.core.db import db
from dashboard.core.errors import DomainError, Missing
from dashboard.lists.commands import add_member, create_list, edit_list, remove_member
from dashboard.lists.models import ListMembership, ListStat, MembershipEvent
from tests.factories import make_contact, make_list, make_owner, make_staff


def counted(list_id: int) -> tuple[int, int]:
    """Members and subscribed ones, by counting."""
    return tuple(
        db.session.execute(
            select(func.count(), func.count().filter(Contact.is_subscribed))
            .select_from(ListMembership)
            .join(Contact, Contact.id == ListMembership.contact_id)
            .where(ListMembership.list_id == list_id)
        ).one()
    )


def kept(list_id: int) -> tuple[int, int]:
    """Members and subscribed ones, as the triggers keep them."""
    return tuple(
        db.session.execute(
            select(ListStat.members, ListStat.subscribed).where(ListStat.list_id == list_id)
        ).one()
    )


def test_a_member_is_added_by_number_and_its_event_kept(session):
    contact, person = make_contact(phone="+306984303406"), make_staff("support")
    made = create_list(contact.owner_id, "VIP", None, actor_id=person.id)
    assert add_member(contact.owner_id, made, "69 8430 3406", actor_id=person.id).id == contact.id
    assert kept(made) == (1, 1)
    event = db.session.scalars(select(MembershipEvent)).one()
    assert (event.action, event.contact_id, event.staff_id) == ("added", contact.id, person.id)


def test_a_second_time_is_refused_kindly(session):
    contact, person = make_contact(), make_staff("support")
    made = make_list(members=[contact])
    with pytest.raises(DomainError, match="already on the list"):
        add_member(contact.owner_id, made.id, contact.phone, actor_id=person.id)


def test_an_unknown_number_is_refused_kindly(session):
    made, person = make_list(), make_staff("support")
    with pytest.raises(Missing, match=r"no contact with the number \+30 698 430 3406"):
        add_member(made.owner_id, made.id, "6984303406", actor_id=person.id)
    with pytest.raises(DomainError, match="Enter a phone number"):
        add_member(made.owner_id, made.id, "nonsense", actor_id=person.id)


def test_the_database_refuses_a_member_of_another_owner(session):
    contact, other = make_contact(), make_list()
    for owner_id in (contact.owner_id, other.owner_id):
        across = insert(ListMembership).values(owner_id=owner_id, list_id=other.id, contact_id=contact.id)
        savepoint = db.session.begin_nested()
        with pytest.raises(IntegrityError):
            db.session.execute(across)
        savepoint.rollback()


def test_removing_twice_is_told_kindly(session):
    contact, person = make_contact(is_subscribed=False), make_staff("support")
    made = make_list(members=[contact])
    owner_id, list_id, contact_id, person_id = contact.owner_id, made.id, contact.id, person.id
    remove_member(owner_id, list_id, contact_id, actor_id=person_id)
    assert kept(list_id) == (0, 0)
    assert db.session.scalars(select(MembershipEvent.action)).all() == ["removed"]
    assert db.session.scalars(select(AuditEvent.action)).all() == ["list.remove"]
    with pytest.raises(Missing, match="no longer on the list"):
        remove_member(owner_id, list_id, contact_id, actor_id=person_id)


def test_a_duplicate_name_is_refused_at_the_field(session):
    owner, person = make_owner(), make_staff("support")
    create_list(owner.id, "VIP", None, actor_id=person.id)
    other = create_list(owner.id, "Other", None, actor_id=person.id)
    with pytest.raises(DomainError, match="already has a list of that name") as refusal:
        edit_list(owner.id, other, "VIP", None, actor_id=person.id)
    assert refusal.value.field == "name"
    create_list(make_owner().id, "VIP", None, actor_id=person.id)


def test_a_list_that_is_not_there_cannot_be_renamed(session):
    with pytest.raises(NoResultFound):
        edit_list(make_owner().id, 999, "VIP", None, actor_id=make_staff().id)


def test_counts_are_exact_while_stops_and_members_come_and_go_at_once(app, committed):
    owner, person_id = make_owner(), make_staff("support").id
    contacts = [(c.id, c.phone) for c in (make_contact(owner) for _ in range(6))]
    owner_id, lists = owner.id, [make_list(owner).id for _ in range(3)]
    done = []

    def churn(n: int) -> None:
        contact_id, phone = contacts[n % len(contacts)]
        list_id = lists[n % len(lists)]
        steps = [
            lambda: add_member(owner_id, list_id, phone, actor_id=person_id),
            lambda: stop_contact(owner_id, contact_id, reason="Out", actor_id=None),
            lambda: resubscribe_contact(owner_id, contact_id, reason="In", actor_id=None, has_asked=True),
            lambda: remove_member(owner_id, list_id, contact_id, actor_id=person_id),
        ]
        with app.app_context():
            try:
                steps[(n * 7 + n // 5) % 4]()
                done.append(n)
            except DomainError:
                pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(churn, range(400)))

    assert len(done) > 100
    db.session.rollback()
    for list_id in lists:
        assert kept(list_id) == counted(list_id)
