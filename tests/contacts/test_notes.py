"""Notes about contacts."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from dashboard.audit.models import AuditEvent
from dashboard.contacts.notes.commands import add_note
from dashboard.contacts.notes.models import ContactNote
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from tests.factories import make_contact, make_owner, make_staff


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
    ("words", "sentence"), [("  ", "Write something."), ("x" * 2_001, "Use at most 2000 characters.")]
)
def test_a_note_of_nothing_or_too_much_is_refused_kindly(client, sign_in, words, sentence):
    sign_in("support")
    answer = post(client, make_contact(), words)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not db.session.scalars(select(ContactNote)).all()


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
