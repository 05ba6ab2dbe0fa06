import re

from sqlalchemy import select

from dashboard.contacts.models import Contact
from dashboard.core.db import db
from tests.factories import make_contact, make_owner


def change(client, contact, is_subscribed, reason):
    url = f"/owners/{contact.owner_id}/contacts/{contact.id}/subscription"
    return client.post(url, data={"is_subscribed": is_subscribed, "reason": reason})


def state(contact) -> bool:
    return db.session.scalar(select(Contact.is_subscribed).where(Contact.id == contact.id))


def test_support_unsubscribes_a_contact_with_a_reason(client, sign_in):
    person = sign_in("support")
    name = person.name
    contact = make_contact()
    answer = change(client, contact, "false", "Asked on the phone")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "The contact is unsubscribed." in page
    assert "Asked on the phone" in page
    assert name in page
    assert "The number is suppressed" in page
    assert not state(contact)


def test_without_a_reason_nothing_changes(client, sign_in):
    sign_in("support")
    contact = make_contact()
    answer = change(client, contact, "false", "   ")
    assert answer.status_code == 422
    assert "Say why." in answer.text
    assert state(contact)


def test_what_is_so_already_is_said_kindly(client, sign_in):
    sign_in("support")
    contact = make_contact()
    page = client.get(change(client, contact, "true", "Again").location).text
    assert "The contact was subscribed already." in page


def test_a_duplicate_number_links_to_the_contact_and_keeps_what_was_typed(client, sign_in):
    sign_in("support")
    contact = make_contact(phone="+306984303406")
    answer = client.post(
        f"/owners/{contact.owner_id}/contacts/new",
        data={"phone": "69 8430 3406", "first_name": "<b>Ada</b>", "consent": "Till"},
    )
    assert answer.status_code == 409
    assert "already has a contact with that number." in answer.text
    assert f'href="/owners/{contact.owner_id}/contacts/{contact.id}"' in answer.text
    assert 'value="69 8430 3406"' in answer.text
    assert 'value="&lt;b&gt;Ada&lt;/b&gt;"' in answer.text


def test_bad_fields_each_get_a_sentence(client, sign_in):
    sign_in("support")
    owner_id = make_owner().id
    form = {
        "phone": "12",
        "email": "nobody",
        "birthday": "2999-01-01",
        "gender": "x",
        "first_name": "x" * 121,
    }
    answer = client.post(f"/owners/{owner_id}/contacts/new", data=form)
    assert answer.status_code == 422
    assert len(re.findall('class="field-errors"', answer.text)) == 5
    answer = client.post(f"/owners/{owner_id}/contacts/new", data={"phone": "12", "consent": "Till"})
    assert "Enter a phone number, national or international" in answer.text


def test_an_edit_shows_the_number_internationally_and_saves(client, sign_in):
    sign_in("support")
    contact = make_contact(phone="+306984303406", first_name="Ada")
    url = f"/owners/{contact.owner_id}/contacts/{contact.id}/edit"
    assert 'value="+30 698 430 3406"' in client.get(url).text
    answer = client.post(url, data={"phone": "6984303406", "first_name": "Grace", "gender": "female"})
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Grace" in page
    assert "The contact +30 698 430 3406 was saved." in page


def test_a_new_contact_is_named_by_its_number_as_it_is_kept(client, sign_in):
    sign_in("support")
    owner_id = make_owner().id
    form = {"phone": "69 8430-3406", "consent": "Till"}
    answer = client.post(f"/owners/{owner_id}/contacts/new", data=form)
    assert "The contact +30 698 430 3406 was added." in client.get(answer.location).text


def test_an_edit_to_anothers_number_links_to_that_contact_and_keeps_what_was_typed(client, sign_in):
    sign_in("support")
    holder = make_contact(phone="+306984303406")
    contact = make_contact(owner_id=holder.owner_id)
    url = f"/owners/{contact.owner_id}/contacts/{contact.id}/edit"
    answer = client.post(url, data={"phone": "0030 698 430 3406", "first_name": "Ada"})
    assert answer.status_code == 409
    assert "already has a contact with that number." in answer.text
    assert f'href="/owners/{holder.owner_id}/contacts/{holder.id}"' in answer.text
    assert 'value="0030 698 430 3406"' in answer.text
    assert 'value="Ada"' in answer.text


def test_a_nul_byte_is_dropped_not_a_fault(client, sign_in):
    sign_in("support")
    owner_id = make_owner().id
    answer = client.post(
        f"/owners/{owner_id}/contacts/new",
        data={"phone": "6984303406", "first_name": "A\x00da", "consent": "Till"},
    )
    assert answer.status_code == 303
    assert db.session.scalar(select(Contact.first_name)) == "Ada"


def test_a_short_search_says_so(client, sign_in):
    sign_in("support")
    assert "Type at least two letters, or three digits." in client.get("/contacts?q=a").text


def test_an_unknown_owner_is_a_404(client, sign_in):
    sign_in("support")
    assert client.get("/owners/999/contacts/new").status_code == 404
    assert (
        client.post("/owners/999/contacts/new", data={"phone": "6984303406", "consent": "x"}).status_code
        == 404
    )


def test_two_who_edit_do_not_undo_each_other(client, sign_in):
    sign_in("support")
    contact = make_contact(phone="+306984303406")
    url = f"/owners/{contact.owner_id}/contacts/{contact.id}/edit"
    seen = re.search(r'name="seen"[^>]* value="([0-9a-f]+)"', client.get(url).text)[1]
    form = {"phone": "+306984303406", "seen": seen}
    assert client.post(url, data=form | {"email": "first@example.com"}).status_code == 303
    late = client.post(url, data=form | {"first_name": "Late"})
    assert late.status_code == 409
    assert "Somebody changed this since you opened it." in late.text
    assert 'value="Late"' in late.text
    assert db.session.scalar(select(Contact.email)) == "first@example.com"
