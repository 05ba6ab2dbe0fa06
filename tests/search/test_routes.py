import pytest

from tests.factories import make_campaign, make_contact, make_list, make_owner


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
    assert "Type at least three characters." in client.get("/search?q=zz").text
    assert "Type at least three characters." in client.get("/search").text
