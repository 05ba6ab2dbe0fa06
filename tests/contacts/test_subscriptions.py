"""Subscribing again, taking back, and whoever comes at the same moment."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from dashboard.audit.models import AuditEvent
from dashboard.contacts.commands import Person, edit_contact
from dashboard.contacts.models import Contact, ContactStat, Source, SubscriptionEvent, Suppression
from dashboard.contacts.notes.models import ContactNote
from dashboard.contacts.queries import suppressed_since
from dashboard.contacts.subscriptions import commands
from dashboard.contacts.subscriptions.commands import (
    resubscribe_contact,
    stop_contact,
    undo_subscription,
)
from dashboard.core.db import db, utc_now
from dashboard.core.errors import DomainError
from dashboard.owners.models import SenderNumber
from tests.contacts import histories as history
from tests.contacts.racing import at_once, late
from tests.factories import make_contact, make_staff

NUMBER = "+306984303406"


def events(contact_id: int):
    stmt = select(SubscriptionEvent).where(SubscriptionEvent.contact_id == contact_id)
    return db.session.scalars(stmt.order_by(SubscriptionEvent.id)).all()


def told(contact_id: int):
    return [(event.is_subscribed, event.reason) for event in events(contact_id)]


def state(contact_id: int):
    """Whether the contact is subscribed, once all that tells it says the same."""
    db.session.expire_all()
    contact = db.session.scalars(select(Contact).where(Contact.id == contact_id)).one()
    latest = events(contact_id)
    assert contact.is_subscribed == latest[-1].is_subscribed, "the last event tells the state"
    assert latest == sorted(latest, key=lambda event: event.occurred_at), "times go as numbers do"
    assert contact.is_subscribed != bool(suppressed_since(contact.owner_id, contact.phone))
    kept = db.session.scalar(select(ContactStat.subscribed).where(ContactStat.owner_id == contact.owner_id))
    subscribed = select(func.count()).where(Contact.owner_id == contact.owner_id, Contact.is_subscribed)
    assert kept == db.session.scalar(subscribed)
    return contact.is_subscribed


def stopped(contact, person, **values):
    given = {"reason": "Asked by phone", "actor_id": person.id} | values
    return stop_contact(contact.owner_id, contact.id, **given)


def stop_texted(owner_id, contact_id):
    return stop_contact(
        owner_id, contact_id, reason="STOP", actor_id=None, source=Source.STOP_KEYWORD
    )  # fmt: skip


# Taking back


def test_an_unsubscription_is_undone_by_the_opposite_event_and_its_suppression_lifted(session):
    contact, person = make_contact(), make_staff("support")
    event_id = stopped(contact, person)
    assert undo_subscription(contact.owner_id, contact.id, event_id, actor_id=person.id)
    assert told(contact.id) == [(False, "Asked by phone"), (True, "Undone: Asked by phone")]
    assert state(contact.id)
    audit = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (audit.action, audit.staff_id, audit.after["undoes"]) == ("contact.subscribe", person.id, event_id)


def test_an_undone_subscription_leaves_the_opt_out_as_old_as_it_was(session):
    contact, person = make_contact(phone=NUMBER), make_staff("support")
    stop_texted(contact.owner_id, contact.id)
    since = suppressed_since(contact.owner_id, NUMBER)
    event_id = resubscribe_contact(
        contact.owner_id, contact.id, reason="Asked", actor_id=person.id, has_asked=True
    )
    undo_subscription(contact.owner_id, contact.id, event_id, actor_id=person.id)
    assert not state(contact.id)
    assert suppressed_since(contact.owner_id, NUMBER) == since
    assert db.session.scalar(select(Contact.unsubscribed_at)) == since


def test_an_undo_pressed_twice_is_one_undo(session):
    contact, person = make_contact(), make_staff("support")
    event_id = stopped(contact, person)
    answers = [
        undo_subscription(contact.owner_id, contact.id, event_id, actor_id=person.id) for _ in range(2)
    ]
    assert answers[1] is None
    assert len(events(contact.id)) == 2


def test_an_undo_leaves_an_older_opt_out_of_the_number_alone(session):
    person = make_staff("support")
    gone = make_contact(phone=NUMBER)
    stopped(gone, person)
    since = suppressed_since(gone.owner_id, NUMBER)
    edit_contact(gone.owner_id, gone.id, Person("+306900000009"), actor_id=person.id)
    other = make_contact(owner_id=gone.owner_id, phone="+306900000008")
    event_id = stopped(other, person)
    edit_contact(other.owner_id, other.id, Person(NUMBER), actor_id=person.id)
    with pytest.raises(DomainError, match="The number opted out before"):
        undo_subscription(other.owner_id, other.id, event_id, actor_id=person.id)
    assert not state(other.id)
    assert suppressed_since(gone.owner_id, NUMBER) == since


def test_what_staff_heard_of_somebody_unsubscribed_is_kept_and_no_undo_passes_over_it(session):
    contact, person, other = make_contact(), make_staff("support"), make_staff("support")
    first = stopped(contact, person)
    second = stopped(contact, other, reason="Rang: never again")
    assert told(contact.id) == [(False, "Asked by phone"), (False, "Rang: never again")]
    for event_id, who in ((first, person), (second, other)):
        with pytest.raises(DomainError):
            undo_subscription(contact.owner_id, contact.id, event_id, actor_id=who.id)
    assert not state(contact.id)


def test_a_form_sent_twice_is_one_opt_out(session):
    contact, person = make_contact(), make_staff("support")
    assert stopped(contact, person)
    assert stopped(contact, person) is None
    assert stopped(contact, make_staff("support"))
    assert len(events(contact.id)) == 2


def test_what_was_said_since_is_not_undone(session):
    contact, person = make_contact(), make_staff("support")
    event_id = stopped(contact, person)
    stop_texted(contact.owner_id, contact.id)
    with pytest.raises(DomainError, match="changed since"):
        undo_subscription(contact.owner_id, contact.id, event_id, actor_id=person.id)
    assert not state(contact.id)
    assert [event.source for event in events(contact.id)] == ["staff", "stop_keyword"]


@pytest.mark.parametrize("whose", ["another's", "an old one", "the contact's own"])
def test_only_what_one_did_oneself_just_now_can_be_undone(session, whose):
    contact, person = make_contact(), make_staff("support")
    at = utc_now() - (commands.UNDO_WITHIN + timedelta(minutes=1) if whose == "an old one" else timedelta())
    staff_id = {"another's": make_staff("support").id, "the contact's own": None}.get(whose, person.id)
    source = "stop_keyword" if whose == "the contact's own" else "staff"
    event = history.consent(contact, at, True, staff_id=staff_id, source=source)
    with pytest.raises(DomainError, match="within the hour"):
        undo_subscription(contact.owner_id, contact.id, event.id, actor_id=person.id)
    assert len(events(contact.id)) == 1


def test_another_contacts_event_is_not_found(session):
    contact, other, person = make_contact(), make_contact(), make_staff("support")
    event_id = stopped(contact, person)
    with pytest.raises(NoResultFound):
        undo_subscription(other.owner_id, other.id, event_id, actor_id=person.id)


# A suppressed number


def test_a_suppressed_number_is_not_subscribed_unless_the_person_asked(session):
    contact, person = make_contact(), make_staff("support")
    stopped(contact, person)
    with pytest.raises(DomainError, match="opted out") as refusal:
        resubscribe_contact(contact.owner_id, contact.id, reason="A mistake", actor_id=person.id)
    assert refusal.value.link.endpoint == "contact_subscriptions.resubscription"
    assert not state(contact.id)
    assert resubscribe_contact(
        contact.owner_id, contact.id, reason="Asked", actor_id=person.id, has_asked=True
    )
    assert state(contact.id)


def test_a_start_of_ones_own_needs_nobodys_word(session):
    contact = make_contact()
    stop_texted(contact.owner_id, contact.id)
    assert resubscribe_contact(
        contact.owner_id, contact.id, reason="START", actor_id=None, source=Source.START_KEYWORD
    )
    assert state(contact.id)


def test_each_stop_of_ones_own_is_kept(session):
    contact = make_contact()
    assert stop_texted(contact.owner_id, contact.id)
    first_out_at = db.session.scalar(select(Contact.unsubscribed_at))
    assert stop_texted(contact.owner_id, contact.id)
    assert len(events(contact.id)) == 2
    assert db.session.scalar(select(Contact.unsubscribed_at)) == first_out_at
    assert not state(contact.id)


# At the same moment


def test_a_stop_is_never_lost_to_an_undo(app, committed):
    person_id = make_staff("support").id
    undone = 0
    for n in range(12):
        contact = make_contact()
        ids = contact.owner_id, contact.id
        event_id = stop_contact(*ids, reason="Asked by phone", actor_id=person_id)
        undo = partial(undo_subscription, *ids, event_id, actor_id=person_id)
        stop_answer, undo_answer = at_once(
            app, late(n % 3 % 2, partial(stop_texted, *ids)), late(n % 3 // 2, undo)
        )
        undone += isinstance(undo_answer, int)
        assert isinstance(stop_answer, int)
        assert state(ids[1]) is False
    assert undone, "an undo got through at times"


def test_a_stop_against_staffs_subscribe_leaves_what_the_last_of_them_said(app, committed):
    person_id = make_staff("support").id
    for n in range(12):
        contact = make_contact()
        ids = contact.owner_id, contact.id
        stop_contact(*ids, reason="Asked by phone", actor_id=person_id)
        subscribe = partial(
            resubscribe_contact, *ids, reason="Asked again", actor_id=person_id, has_asked=True
        )
        answers = at_once(app, late(n % 3 % 2, partial(stop_texted, *ids)), late(n % 3 // 2, subscribe))
        assert all(isinstance(answer, int) for answer in answers), answers
        assert state(ids[1]) == (answers[1] > answers[0])


def test_ten_undos_at_once_are_one(app, committed):
    contact, person_id = make_contact(), make_staff("support").id
    ids = contact.owner_id, contact.id
    event_id = stop_contact(*ids, reason="Asked by phone", actor_id=person_id)
    undo = partial(undo_subscription, *ids, event_id, actor_id=person_id)
    answers = at_once(app, *[undo] * 10)
    assert sorted(answer is None for answer in answers) == [False] + [True] * 9
    assert state(ids[1]) is True
    assert len(events(ids[1])) == 2


# As people do it


def url(contact, rest):
    return f"/owners/{contact.owner_id}/contacts/{contact.id}/{rest}"


def test_the_page_after_an_unsubscription_offers_to_undo_it(client, sign_in):
    sign_in("support")
    contact = make_contact()
    answer = client.post(url(contact, "subscription"), data={"is_subscribed": "false", "reason": "Asked"})
    (event,) = events(contact.id)
    page = client.get(answer.location).text
    back = url(contact, f"subscription/{event.id}/undo")
    assert f'action="{back}"' in page
    assert "Undo</button>" in page

    answer = client.post(back)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Undone. The contact is subscribed." in page
    assert "Undo</button>" not in page
    assert state(contact.id)


def test_a_reason_for_what_was_so_already_is_kept_without_an_undo(client, sign_in):
    person = sign_in("support")
    contact = make_contact()
    stopped(contact, person)
    form = {"is_subscribed": "false", "reason": "Rang: never again"}
    page = client.get(client.post(url(contact, "subscription"), data=form).location).text
    assert "was unsubscribed already; the reason was kept." in page
    assert "Undo</button>" not in page


def test_the_block_that_htmx_gets_brings_the_undo_along(client, sign_in):
    sign_in("support")
    contact = make_contact()
    answer = client.post(
        url(contact, "subscription"),
        data={"is_subscribed": "false", "reason": "Asked"},
        headers={"HX-Request": "true"},
    )
    assert 'hx-swap-oob="beforeend:#toasts"' in answer.text
    assert f'action="{url(contact, "subscription")}/{events(contact.id)[0].id}/undo"' in answer.text


def test_an_undo_that_comes_too_late_is_told_kindly(client, sign_in):
    person = sign_in("support")
    contact = make_contact()
    event_id = stopped(contact, person)
    stop_texted(contact.owner_id, contact.id)
    answer = client.post(url(contact, f"subscription/{event_id}/undo"))
    page = client.get(answer.location).text
    assert "The subscription changed since, so it was left as it is." in page
    assert not state(contact.id)


def test_an_undo_once_more_says_what_is_so(client, sign_in):
    person = sign_in("support")
    contact = make_contact()
    event_id = stopped(contact, person)
    for _ in range(2):
        answer = client.post(url(contact, f"subscription/{event_id}/undo"))
    assert "The contact was subscribed already." in client.get(answer.location).text


def test_a_note_comes_along_in_the_same_step(client, sign_in):
    person = sign_in("support")
    contact = make_contact()
    form = {"is_subscribed": "false", "reason": "Asked", "note": "Was angry"}
    page = client.get(client.post(url(contact, "subscription"), data=form).location).text
    assert "Was angry" in page
    note = db.session.scalars(select(ContactNote)).one()
    assert (note.text, note.staff_id) == ("Was angry", person.id)
    actions = db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["contact.note", "contact.unsubscribe"]


def test_a_refused_change_keeps_no_note(session):
    contact, person = make_contact(), make_staff("support")
    stopped(contact, person)
    with pytest.raises(DomainError):
        resubscribe_contact(contact.owner_id, contact.id, reason="x", note="Kept?", actor_id=person.id)
    assert db.session.scalar(select(func.count()).select_from(ContactNote)) == 0


def test_the_step_before_subscribing_again_shows_why_the_number_is_suppressed(client, sign_in):
    person = sign_in("support")
    contact = make_contact(phone=NUMBER)
    db.session.add(SenderNumber(owner_id=contact.owner_id, number="+306900099999"))
    history.inbound(NUMBER, "+306900099999", "Stop!", utc_now())
    stop_texted(contact.owner_id, contact.id)
    stopped(contact, person)  # changes nothing
    assert "Subscribe again…" in client.get(url(contact, "").rstrip("/")).text
    page = client.get(url(contact, "resubscription")).text
    assert "Why it is suppressed" in page
    assert "by stop keyword" in page
    assert "Their text to" in page
    assert "Stop!" in page
    assert "The person asked to be messaged again" in page


def test_without_the_tick_nobody_is_subscribed_again(client, sign_in):
    person = sign_in("support")
    contact = make_contact()
    stopped(contact, person)
    answer = client.post(url(contact, "resubscription"), data={"reason": "Asked"})
    assert answer.status_code == 422
    assert "Tick this if the person asked for it." in answer.text
    assert 'value="Asked"' in answer.text
    answer = client.post(url(contact, "subscription"), data={"is_subscribed": "true", "reason": "Asked"})
    assert answer.status_code == 409
    assert "because it opted out" in answer.text
    assert url(contact, "resubscription") in answer.text
    assert not state(contact.id)
    form = {"reason": "Asked", "has_asked": "y"}
    page = client.get(client.post(url(contact, "resubscription"), data=form).location).text
    assert "The contact is subscribed." in page
    assert "Undo</button>" in page
    assert state(contact.id)


def test_a_number_that_opted_out_as_another_contacts_says_so(client, sign_in):
    person = sign_in("support")
    gone = make_contact(phone=NUMBER)
    stopped(gone, person)
    edit_contact(gone.owner_id, gone.id, Person("+306900000009"), actor_id=person.id)
    again = make_contact(owner_id=gone.owner_id, phone=NUMBER, is_subscribed=False)
    page = client.get(url(again, "resubscription")).text
    assert "it was another contact’s number then" in page
    assert db.session.scalar(select(func.count()).select_from(Suppression)) == 2
