import pytest

from tests.factories import make_campaign, make_contact, make_list, make_message, make_owner


@pytest.mark.parametrize("typed", ["69 8430 3406", "0030 698 4303406", "+306984303406", "843034"])
def test_the_only_hit_is_opened_at_once(client, sign_in, typed):
    sign_in("support")
    contact = make_contact(phone="+306984303406")
    make_contact(phone="+306911111111")
    answer = client.get("/search", query_string={"q": typed})
    assert answer.location == f"/owners/{contact.owner_id}/contacts/{contact.id}"


def test_a_number_of_two_owners_gives_a_choice_with_the_state_of_each(client, sign_in):
    sign_in("support")
    make_contact(make_owner(name="First shop"), phone="+306984303406")
    make_contact(make_owner(name="Second shop"), phone="+306984303406", is_subscribed=False)
    page = client.get("/search", query_string={"q": "69 8430 3406"}).text
    assert page.index("First shop") < page.index("Second shop")
    assert ">Subscribed<" in page
    assert ">Unsubscribed<" in page


def test_one_box_finds_every_kind(client, sign_in):
    sign_in("support")
    owner = make_owner(name="Ανθοπωλείο Ρόδον")
    make_contact(owner, first_name="Ρόδον", email="rodon@example.gr")
    make_campaign(owner, name="Ρόδον τον Μάιο")
    make_list(owner, name="Φίλοι του Ρόδον")
    page = client.get("/search", query_string={"q": "ροδον"}).text
    for kind in ("Contacts", "Campaigns", "Lists", "Owners"):
        assert f'-title">{kind}</h2>' in page
    answer = client.get("/search", query_string={"q": "rodon@"})
    assert "/contacts/" in answer.location


def test_nothing_found_and_too_little_typed_are_said(client, sign_in):
    sign_in("support")
    assert "Nothing fits “zzz”." in client.get("/search?q=zzz").text
    assert "Type at least two letters, or three digits." in client.get("/search?q=z").text
    assert "Type at least two letters, or three digits." in client.get("/search").text


def as_one_types(client, typed: str) -> str:
    return client.get("/search", query_string={"q": typed}, headers={"HX-Request": "true"}).text


def test_below_the_box_each_hit_is_an_option_that_leads_to_its_record(client, sign_in):
    sign_in("support")
    owner = make_owner(name="Café Aurora")
    contact = make_contact(
        owner, phone="+306984303406", first_name="Ada", last_name="Aurora", is_subscribed=False
    )
    make_list(owner, name="Friends of Aurora")
    hits = as_one_types(client, "aurora")
    assert "<html" not in hits
    assert f'href="/owners/{owner.id}/contacts/{contact.id}"' in hits
    assert "+30\u00a0698\u00a0430\u00a03406" in hits
    for words in ("Ada Aurora", "Café Aurora", ">Unsubscribed<", "Friends of Aurora"):
        assert words in hits
    assert 'data-said="1 contact, 1 list, 1 owner. Use the arrow keys."' in hits
    assert hits.count('role="option"') == 3


def test_below_the_box_a_single_hit_leads_nowhere_by_itself(client, sign_in):
    sign_in("support")
    make_contact(phone="+306984303406")
    answer = client.get("/search?q=6984303406", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "HX-Redirect" not in answer.headers


def test_all_of_a_kind_are_one_link_away(client, sign_in):
    sign_in("support")
    owner = make_owner()
    for _ in range(7):
        make_contact(owner, first_name="Maria")
    hits = as_one_types(client, "maria")
    assert hits.count('role="option"') == 6
    assert '/contacts?q=maria">All 7 contacts</a>' in hits


def test_below_the_box_nothing_found_and_too_little_typed_are_said(client, sign_in):
    sign_in("support")
    assert "Nothing fits." in as_one_types(client, "zzz")
    assert "Type at least two letters, or three digits." in as_one_types(client, "z")
    assert 'role="option"' not in as_one_types(client, "zzz")


def test_a_message_leads_to_the_contact_that_it_went_to(client, sign_in):
    sign_in("support")
    message = make_message(make_campaign(name="Spring"), provider="gateway", provider_message_id="ab-12-cd")
    address = f"/owners/{message.owner_id}/contacts/{message.contact_id}"
    assert client.get("/search?q=ab-12-cd").location == address
    assert client.get(f"/search?q=%23{message.id}").location == address
    assert address in as_one_types(client, "ab-12-cd")
