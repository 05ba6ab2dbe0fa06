"""Consent: provable, of one owner alone, and safe in a race."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from dashboard.audit.models import AuditEvent
from dashboard.contacts.commands import Person, create_contact, edit_contact
from dashboard.contacts.models import Contact, ContactStat, Source, SubscriptionEvent, Suppression
from dashboard.contacts.queries import suppressed_since
from dashboard.contacts.subscriptions.commands import resubscribe_contact, stop_contact
from dashboard.contacts.suppression import phone_hash
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from tests.factories import make_contact, make_owner, make_staff

NUMBER = "+306984303406"


def state(contact_id: int) -> bool:
    return db.session.scalar(select(Contact.is_subscribed).where(Contact.id == contact_id))


def events(contact_id: int):
    stmt = select(SubscriptionEvent).where(SubscriptionEvent.contact_id == contact_id)
    return db.session.scalars(stmt.order_by(SubscriptionEvent.id)).all()


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_stop_concerns_one_owner_alone(session):
    """The reviewed platform unsubscribed other owners' contacts of the same number."""
    mine, theirs = make_contact(phone=NUMBER), make_contact(phone=NUMBER)
    assert stop_contact(mine.owner_id, mine.id, reason="STOP", actor_id=None, source=Source.STOP_KEYWORD)
    assert (state(mine.id), state(theirs.id)) == (False, True)
    assert suppressed_since(mine.owner_id, NUMBER)
    assert not suppressed_since(theirs.owner_id, NUMBER)


def test_a_stop_leaves_its_proof(session):
    contact, person = make_contact(), make_staff("support")
    stop_contact(contact.owner_id, contact.id, reason="Asked by phone", actor_id=person.id)
    (event,) = events(contact.id)
    assert (event.is_subscribed, event.source, event.reason, event.staff_id) == (
        False, "staff", "Asked by phone", person.id,
    )  # fmt: skip
    audit = db.session.scalars(select(AuditEvent)).one()
    assert (audit.action, audit.subject) == ("contact.unsubscribe", f"contact:{contact.id}")


def test_a_second_stop_keeps_its_reason_and_the_time_of_the_first(session):
    contact = make_contact()
    assert stop_contact(contact.owner_id, contact.id, reason="First", actor_id=None)
    out_at = db.session.scalar(select(Contact.unsubscribed_at))
    assert stop_contact(contact.owner_id, contact.id, reason="Second", actor_id=None)
    assert not stop_contact(contact.owner_id, contact.id, reason="Second", actor_id=None)
    assert [event.reason for event in events(contact.id)] == ["First", "Second"]
    assert db.session.scalar(select(Contact.unsubscribed_at)) == out_at


def test_subscribing_again_is_an_opposite_event_and_lifts_the_suppression(session):
    contact = make_contact()
    stop_contact(contact.owner_id, contact.id, reason="Out", actor_id=None)
    assert resubscribe_contact(contact.owner_id, contact.id, reason="In", actor_id=None, has_asked=True)
    assert [event.is_subscribed for event in events(contact.id)] == [False, True]
    assert state(contact.id)
    assert count(Suppression) == 0


def test_the_number_itself_is_not_kept_in_a_suppression(session):
    contact = make_contact(phone=NUMBER)
    stop_contact(contact.owner_id, contact.id, reason="Out", actor_id=None)
    kept = db.session.scalars(select(Suppression.phone_hash)).one()
    assert len(kept) == 32
    assert b"6984303406" not in kept


def test_another_owners_contact_is_not_found(session):
    contact, other = make_contact(), make_owner()
    with pytest.raises(NoResultFound):
        stop_contact(other.id, contact.id, reason="Out", actor_id=None)
    assert state(contact.id)


def test_stops_and_staff_at_once_leave_a_state_that_the_last_event_tells(app, committed):
    contact = make_contact()
    owner_id, contact_id = contact.owner_id, contact.id

    def change(n: int) -> bool:
        with app.app_context():
            if n % 2:
                return bool(stop_contact(owner_id, contact_id, reason=f"Out {n}", actor_id=None))
            return bool(
                resubscribe_contact(owner_id, contact_id, reason=f"In {n}", actor_id=None, has_asked=True)
            )

    with ThreadPoolExecutor(8) as pool:
        changed = list(pool.map(change, range(40)))

    db.session.rollback()
    history = events(contact_id)
    assert sum(changed) == len(history) > 0
    states = [event.is_subscribed for event in history]
    opt_ins = [n for n, is_in in enumerate(states) if is_in]
    assert not any(n == 0 or states[n - 1] for n in opt_ins), "each opt-in turns the state"
    assert state(contact_id) == states[-1]
    assert bool(suppressed_since(owner_id, db.session.scalar(select(Contact.phone)))) != states[-1]
    assert db.session.scalar(select(ContactStat.subscribed)) == int(states[-1])


def test_a_new_contact_is_subscribed_with_an_event(session):
    owner, person = make_owner(), make_staff("support")
    contact_id = create_contact(
        owner.id, Person("69 8430 3406", first_name="Ada"), consent="Signed at the till", actor_id=person.id
    )
    assert db.session.scalar(select(Contact.phone)) == NUMBER
    assert [(e.is_subscribed, e.reason) for e in events(contact_id)] == [(True, "Signed at the till")]


def test_a_number_that_opted_out_is_added_unsubscribed(session):
    owner, person = make_owner(), make_staff("support")
    contact = make_contact(owner, phone=NUMBER)
    stop_contact(owner.id, contact.id, reason="Out", actor_id=None)
    edit_contact(owner.id, contact.id, Person("+306900000009"), actor_id=person.id)
    again = create_contact(owner.id, Person(NUMBER), consent="Again", actor_id=person.id)
    assert not state(again)
    of_the_number = Suppression.phone_hash == phone_hash(owner.id, NUMBER)
    since = db.session.scalar(select(Suppression.since).where(of_the_number))
    assert db.session.scalar(select(Contact.unsubscribed_at).where(Contact.id == again)) == since
    assert "Had opted out before" in events(again)[0].reason


def test_a_duplicate_number_leads_to_the_contact_that_has_it(session):
    contact, person = make_contact(phone=NUMBER), make_staff("support")
    with pytest.raises(DomainError, match="already has a contact with that number") as refusal:
        create_contact(contact.owner_id, Person("0030 6984303406"), consent="Phone", actor_id=person.id)
    assert refusal.value.field == "phone"
    assert refusal.value.link.values == {"owner_id": contact.owner_id, "contact_id": contact.id}
    assert count(Contact) == 1


def test_two_creations_at_once_make_one_contact(app, committed):
    owner_id, person_id = make_owner().id, make_staff("support").id

    def create(_):
        with app.app_context():
            try:
                return create_contact(owner_id, Person(NUMBER), consent="Phone", actor_id=person_id)
            except DomainError as error:
                return error.link

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(create, range(8)))
    made = [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert len(made) == 1
    assert all(link.values["contact_id"] == made[0] for link in outcomes if not isinstance(link, int))


def test_an_edit_keeps_the_subscription_and_records_what_changed(session):
    contact, person = make_contact(phone=NUMBER, is_subscribed=False), make_staff("support")
    edit_contact(contact.owner_id, contact.id, Person(NUMBER, first_name="Ada"), actor_id=person.id)
    audit = db.session.scalars(select(AuditEvent)).one()
    assert (audit.before, audit.after) == ({"first_name": None}, {"first_name": "Ada"})
    assert not state(contact.id)


def test_an_edit_that_changes_nothing_writes_nothing(session):
    contact, person = make_contact(phone=NUMBER), make_staff("support")
    edit_contact(contact.owner_id, contact.id, Person(NUMBER), actor_id=person.id)
    assert count(AuditEvent) == 0


def test_an_edit_to_a_number_that_is_there_leads_to_its_contact(session):
    owner, person = make_owner(), make_staff("support")
    holder, contact = make_contact(owner, phone=NUMBER), make_contact(owner)
    with pytest.raises(DomainError, match="already has a contact with that number") as refusal:
        edit_contact(owner.id, contact.id, Person(NUMBER), actor_id=person.id)
    assert refusal.value.link.values["contact_id"] == holder.id


def test_an_edit_takes_the_opt_out_along_to_the_new_number(session):
    contact, person = make_contact(phone=NUMBER), make_staff("support")
    stop_contact(contact.owner_id, contact.id, reason="Out", actor_id=None)
    edit_contact(contact.owner_id, contact.id, Person("+306900000009"), actor_id=person.id)
    assert suppressed_since(contact.owner_id, NUMBER)
    assert suppressed_since(contact.owner_id, "+306900000009")


def test_an_edit_of_another_owners_contact_is_refused(session):
    contact, other = make_contact(phone=NUMBER), make_owner()
    with pytest.raises(NoResultFound):
        edit_contact(other.id, contact.id, Person("+306900000009"), actor_id=make_staff().id)
    assert db.session.scalar(select(Contact.phone)) == NUMBER


@pytest.mark.parametrize("typed", ["+30 (0)698 430 3406", "430 3406", "+30 1"])
def test_a_number_that_belongs_to_nobody_makes_no_contact(session, typed):
    owner, person = make_owner(country="US" if typed == "430 3406" else "GR"), make_staff("support")
    with pytest.raises(DomainError, match="Enter a phone number"):
        create_contact(owner.id, Person(typed), consent="Phone", actor_id=person.id)


def test_a_contact_cannot_move_to_a_number_that_opted_out(session):
    owner, person = make_owner(), make_staff("support")
    gone = make_contact(owner, phone=NUMBER)
    stop_contact(owner.id, gone.id, reason="Out", actor_id=None)
    edit_contact(owner.id, gone.id, Person("+306900000009"), actor_id=person.id)
    contact = make_contact(owner)
    with pytest.raises(DomainError, match="opted out at this owner"):
        edit_contact(owner.id, contact.id, Person(NUMBER), actor_id=person.id)
