import re

import pytest

from tests.factories import make_contact, make_list, make_owner


@pytest.fixture
def vip(session):
    """A list of two subscribed contacts and one that is not."""
    owner = make_owner()
    contacts = [
        make_contact(owner, phone="+306900000001"),
        make_contact(owner, phone="+306900000002"),
        make_contact(owner, phone="+306900000003", is_subscribed=False),
    ]
    return make_list(owner, members=contacts, name="VIP")


def members(client, vip, query=""):
    page = client.get(f"/owners/{vip.owner_id}/lists/{vip.id}{query}").text
    return [n for n in (1, 2, 3) if f"690\u00a0000\u00a0000{n}" in page]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", [1, 2, 3]),
        ("?is_subscribed=any", [1, 2, 3]),
        ("?is_subscribed=true", [1, 2]),
        ("?is_subscribed=false", [3]),
    ],
)
def test_the_filter_filters(client, sign_in, vip, query, shown):
    """The reviewed platform's did not."""
    sign_in("support")
    assert members(client, vip, query) == shown


def test_the_counts_of_each_state_stand_beside(client, sign_in, vip):
    sign_in("support")
    page = client.get(f"/owners/{vip.owner_id}/lists/{vip.id}").text
    for label, count in (("All members", 3), ("Subscribed", 2), ("Unsubscribed", 1)):
        assert f'{label} <span class="count">{count}</span>' in page


def test_adding_and_removing_a_member_keeps_the_filter(client, sign_in, vip):
    sign_in("support")
    owner_id, list_id = vip.owner_id, vip.id
    make_contact(phone="+306900000009", owner=None)
    url = f"/owners/{owner_id}/lists/{list_id}/members"
    refused = client.post(url, data={"phone": "6900000009"})
    assert refused.status_code == 404
    assert "This owner has no contact with the number +30 690 000 0009." in refused.text

    again = client.post(url, data={"phone": "6900000001"})
    assert again.status_code == 409
    assert "already on the list" in again.text

    third = vip_contact(client, owner_id, list_id)
    removed = client.post(f"{url}/{third}/removal?is_subscribed=false")
    assert removed.location.endswith(f"/owners/{owner_id}/lists/{list_id}?is_subscribed=false")
    assert "The contact was taken off the list." in client.get(removed.location).text

    twice = client.post(f"{url}/{third}/removal")
    assert "That contact is no longer on the list." in client.get(twice.location).text


def vip_contact(client, owner_id, list_id) -> str:
    page = client.get(f"/owners/{owner_id}/lists/{list_id}?is_subscribed=false").text
    return page.split(f"/owners/{owner_id}/contacts/")[1].split('"')[0]


def test_making_and_renaming_a_list(client, sign_in, vip):
    sign_in("support")
    owner_id = vip.owner_id
    refused = client.post(
        f"/owners/{owner_id}/lists/new", data={"name": "VIP", "description": "Typed before"}
    )
    assert refused.status_code == 409
    assert "already has a list of that name." in refused.text
    assert "Typed before" in refused.text
    made = client.post(f"/owners/{owner_id}/lists/new", data={"name": "Σύλλογος <b>"})
    assert "Nobody is on this list yet." in client.get(made.location).text
    renamed = client.post(made.location + "/edit", data={"name": "Club"})
    assert "<h1>Club</h1>" in client.get(renamed.location).text


def test_two_who_rename_do_not_undo_each_other(client, sign_in, vip):
    sign_in("support")
    url = f"/owners/{vip.owner_id}/lists/{vip.id}/edit"
    seen = re.search(r'name="seen"[^>]* value="([0-9a-f]+)"', client.get(url).text)[1]
    assert client.post(url, data={"name": "First", "seen": seen}).status_code == 303
    late = client.post(url, data={"name": "Second", "seen": seen})
    assert late.status_code == 409
    assert "Somebody changed this since you opened it." in late.text
