"""Notes about contacts."""

import re
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from dashboard.audit.models import AuditEvent
from dashboard.contacts.notes.commands import add_note
from dashboard.contacts.notes.models import ContactNote
from dashboard.core.db import db, utc_now
from dashboard.core.errors import DomainError
from tests.contacts.histories import note
from tests.contacts.racing import at_once
from tests.factories import NOON, make_contact, make_owner, make_staff


def post(client, contact, words, **headers):
    url = f"/owners/{contact.owner_id}/contacts/{contact.id}/notes"
    return client.post(url, data={"text": words}, headers=headers)


@pytest.mark.parametrize("role", ["support", "manager", "admin"])
def test_all_staff_write_notes_which_stand_in_the_timeline(client, sign_in, role):
    person = sign_in(role)
    person_id, name = person.id, person.name
    contact = make_contact()
    answer = post(client, contact, " <b>Called</b>\r\ntwice ")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "The note was added." in page
    assert "&lt;b&gt;Called&lt;/b&gt;\ntwice" in page
    assert name in page
    audit = db.session.execute(select(AuditEvent.action, AuditEvent.subject, AuditEvent.staff_id)).one()
    assert tuple(audit) == ("contact.note", f"contact:{contact.id}", person_id)


def test_htmx_gets_the_block_with_the_note_in_it(client, sign_in):
    sign_in("support")
    answer = post(client, make_contact(), "Called", **{"HX-Request": "true"})
    assert answer.status_code == 200
    assert 'id="contact"' in answer.text
    assert "<html" not in answer.text
    assert "Called" in answer.text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("  ", "Write something."),
        ("\u200b\u200b", "Write something."),
        ("x" * 2_001, "Use at most 2000 characters."),
    ],
)
def test_a_note_of_nothing_or_too_much_is_refused_kindly(client, sign_in, words, sentence):
    sign_in("support")
    answer = post(client, make_contact(), words)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not db.session.scalars(select(ContactNote)).all()


def test_the_same_note_sent_twice_is_one(client, sign_in):
    sign_in("support")
    contact, other = make_contact(), make_contact()
    for who, words in (
        (contact, "Called"),
        (contact, "Called "),
        (contact, "Called again"),
        (other, "Called"),
    ):
        assert post(client, who, words).status_code == 303
    written = db.session.execute(select(ContactNote.contact_id, ContactNote.text).order_by(ContactNote.id))
    assert [tuple(row) for row in written] == [
        (contact.id, "Called"),
        (contact.id, "Called again"),
        (other.id, "Called"),
    ]


def test_the_same_words_of_another_person_or_day_are_another_note(session):
    contact, one, other = make_contact(), make_staff(), make_staff()
    note(contact, utc_now() - timedelta(minutes=2), "Called", one.id)
    for person in (one, other):
        add_note(contact.owner_id, contact.id, "Called", actor_id=person.id)
    assert len(db.session.scalars(select(ContactNote)).all()) == 3


def test_the_same_note_sent_twice_at_once_is_one(app, committed):
    contact, person = make_contact(), make_staff()
    add = partial(add_note, contact.owner_id, contact.id, "Called", actor_id=person.id)
    assert len(set(at_once(app, *[add] * 5))) == 1
    assert len(db.session.scalars(select(ContactNote)).all()) == 1


def test_a_note_under_a_filter_leaves_it_as_it_is(client, sign_in):
    sign_in("support")
    contact = make_contact(created_at=NOON - timedelta(days=3))
    url = f"/owners/{contact.owner_id}/contacts/{contact.id}"
    asked = "kind=consent&day=2026-11-19"
    page = client.get(f"{url}?{asked}").text
    action = re.search(r'action="([^"]*/notes[^"]*)"', page)[1].replace("&amp;", "&")
    answer = client.post(action, data={"text": "Called"})
    assert answer.location == f"{url}?{asked}"
    answer = client.post(action, data={"text": "Called again"}, headers={"HX-Request": "true"}).text
    assert re.search(r'kind=consent[^>]*aria-current="page"', answer)
    assert "At the end of 19 Nov 2026" in answer


def test_what_is_typed_elsewhere_outlives_the_answer(client, sign_in):
    sign_in("support")
    contact = make_contact()
    kept = r'name="(\w+)"[^>]* hx-preserve|hx-preserve[^>]* name="(\w+)"'
    answer = post(client, contact, "Called", **{"HX-Request": "true"}).text
    assert {a or b for a, b in re.findall(kept, answer)} == {"reason", "note", "tag"}


def test_a_contact_that_is_not_there_gets_no_note(session):
    contact, person = make_contact(), make_staff()
    with pytest.raises(DomainError, match="That contact is no longer there"):
        add_note(make_owner().id, contact.id, "x", actor_id=person.id)


@pytest.mark.parametrize("change", ["UPDATE contact_note SET text = 'y'", "DELETE FROM contact_note"])
def test_a_note_stays_as_it_is(session, change):
    contact, person = make_contact(), make_staff()
    add_note(contact.owner_id, contact.id, "x", actor_id=person.id)
    with pytest.raises(IntegrityError, match="its history"), db.session.begin_nested():
        db.session.execute(text(change))
