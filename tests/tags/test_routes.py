"""Tags on their pages, and on the page of a contact."""

import re

import pytest

from dashboard.core.keyset import PAGE_SIZE
from dashboard.tags import queries
from dashboard.tags.commands import ensure_tag, tag_contact
from tests.factories import make_contact, make_owner

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def contact():
    return make_contact(first_name="Ada")


def address_of(contact) -> str:
    return f"/owners/{contact.owner_id}/contacts/{contact.id}"


def test_a_contact_is_tagged_on_its_page_and_the_timeline_tells_it(client, sign_in, contact):
    sign_in("support")
    answer = client.post(f"{address_of(contact)}/tags", data={"tag": " VIP "}, follow_redirects=True)
    assert "The contact has the tag “VIP”." in answer.text
    tag_id = queries.find(contact.owner_id, "VIP").id
    assert f'href="/owners/{contact.owner_id}/tags/{tag_id}" dir="auto">VIP</a>' in answer.text
    assert "Tagged" in answer.text
    assert "contact.tag" not in answer.text
    answer = client.post(f"{address_of(contact)}/tags/{tag_id}/removal", follow_redirects=True)
    assert "The tag “VIP” was taken off." in answer.text
    assert "No tags." in answer.text
    assert "Took off the tag" in answer.text


def test_with_htmx_the_contact_is_shown_anew(client, sign_in, contact):
    sign_in("support")
    answer = client.post(f"{address_of(contact)}/tags", data={"tag": "VIP"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert '<div id="contact">' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [("", 422, "Type a tag."), ("x" * 61, 422, "Use at most 60 characters."), ("vip", 409, "already has")],
)
def test_what_is_wrong_is_said_at_the_field(client, sign_in, contact, typed, status, words):
    person = sign_in("support")
    tag_contact(contact.owner_id, contact.id, "VIP", actor_id=person.id)
    answer = client.post(f"{address_of(contact)}/tags", data={"tag": typed})
    assert answer.status_code == status
    assert words in answer.text


def test_a_tag_that_is_gone_already_is_told(client, sign_in, contact):
    person = sign_in("support")
    tag_id = ensure_tag(contact.owner_id, "VIP", actor_id=person.id)
    answer = client.post(f"{address_of(contact)}/tags/{tag_id}/removal", follow_redirects=True)
    assert "The contact no longer has the tag “VIP”." in answer.text


def test_an_owners_tags_are_counted_up_to_a_bound(client, sign_in, monkeypatch):
    monkeypatch.setattr(queries, "MOST_COUNTED", 2)
    person, owner = sign_in("support"), make_owner()
    for name, many in (("Many", 4), ("few", 2), ("None", 0)):
        ensure_tag(owner.id, name, actor_id=person.id)
        for _ in range(many):
            tag_contact(owner.id, make_contact(owner).id, name, actor_id=person.id)
    told = re.sub(r"<[^>]+>", " ", client.get(f"/owners/{owner.id}/tags").text)
    found = re.findall(r"(few|Many|None)\s+([0-9+]+)", told)
    assert found == [("few", "2"), ("Many", "2+"), ("None", "0")]


def test_a_tags_contacts_are_paged_and_can_be_changed_together(client, sign_in):
    person, owner = sign_in("support"), make_owner()
    for n in range(PAGE_SIZE + 5):
        who = make_contact(owner, first_name=f"Person {n:03}")
        tag_contact(owner.id, who.id, "VIP", actor_id=person.id)
    tag_id = queries.find(owner.id, "VIP").id
    page = client.get(f"/owners/{owner.id}/tags/{tag_id}")
    assert "Person 000" in page.text
    assert "Person 050" not in page.text
    following = re.search(r'rel="next" href="([^"]+)"', page.text)[1].replace("&amp;", "&")
    assert "Person 054" in client.get(following).text
    all_of_them = re.search(r'href="([^"]+kind=untag[^"]+)"', page.text)[1].replace("&amp;", "&")
    preview = client.get(all_of_them)
    assert "Take the tag off 55 contacts" in preview.text
    assert "tagged VIP" in preview.text


def test_the_tag_of_another_owner_is_not_found(client, sign_in):
    person = sign_in("support")
    tag_id = ensure_tag(make_owner().id, "VIP", actor_id=person.id)
    assert client.get(f"/owners/{make_owner().id}/tags/{tag_id}").status_code == 404
    assert client.get("/owners/987654321/tags").status_code == 404


def test_many_tags_are_offered_to_choose_from(client, sign_in, contact):
    person = sign_in("support")
    for name in ("Όλοι", "VIP", "allergic"):
        ensure_tag(contact.owner_id, name, actor_id=person.id)
    offered = re.findall(r'<option value="([^"]+)"></option>', client.get(address_of(contact)).text)
    assert offered == ["allergic", "VIP", "Όλοι"]
