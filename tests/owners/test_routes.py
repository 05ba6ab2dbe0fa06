from tests.factories import make_campaign, make_contact, make_list, make_owner, make_wallet


def test_an_owner_at_a_glance(client, sign_in):
    sign_in("support")
    owner = make_owner(name="Κήπος & Υιοί")
    make_contact(owner)
    make_contact(owner, is_subscribed=False)
    make_campaign(owner, name="Spring")
    make_list(owner, name="Regulars")
    make_wallet(owner, balance_credits=1234)
    page = client.get(f"/owners/{owner.id}").text
    for words in ("Κήπος &amp; Υιοί", "1 subscribed", "1 not", "Spring", "Regulars", "1,234", "0 members"):
        assert words in page, words


def test_owners_are_found_by_a_part_of_the_name(client, sign_in):
    sign_in("support")
    make_owner(name="Café Zoë")
    make_owner(name="Bakery")
    page = client.get("/owners?q=cafe+zoe").text
    assert "Café Zoë" in page
    assert "Bakery" not in page
    assert "No owner has such a name." in client.get("/owners?q=nobody").text
