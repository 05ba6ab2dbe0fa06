"""Below normal is said in words: in the list, on the campaign's page and on the first page."""

import pytest

from tests.campaigns.signals.many import send
from tests.factories import make_campaign, make_message, make_owner


@pytest.fixture
def bad(session):
    """A campaign below normal, beside others that are not."""
    owner = make_owner(name="Bakery")
    send(owner, 31, 1_000, days_ago=30, name="Before")
    send(owner, 33, 1_000, days_ago=2, name="As ever")
    return send(owner, 123, 1_000, days_ago=1, name="Buns")


@pytest.mark.parametrize("role", ["support", "manager", "admin"])
def test_its_page_says_why(client, sign_in, bad, role):
    sign_in(role)
    page = " ".join(client.get(f"/owners/{bad.owner_id}/campaigns/{bad.id}").text.split())
    for words in (
        'state-wraps">Below normal</span>',
        "12.3 % failed; this shop's campaigns of the 90 days before: 3.2 % (64 of 2,000).",
        "Even the low end of the interval, 10.4 %, is above that.",
        f'href="/campaigns?owner={bad.owner_id}&amp;signal=below-normal"',
    ):
        assert words in page, words


@pytest.mark.parametrize("role", ["support", "manager", "admin"])
def test_the_filter_shows_those_alone_and_says_what_they_are(client, sign_in, bad, role):
    sign_in(role)
    page = client.get("/campaigns?signal=below-normal").text
    assert "Buns" in page
    assert "normal 3.2 %" in page
    assert "worst first" in page
    assert "As ever" not in page
    everything = client.get("/campaigns").text
    assert everything.count(">Below normal</span>") == 1
    assert "As ever" in everything
    assert "No campaign is below normal." in client.get("/campaigns?signal=below-normal&q=ever").text
    assert "Choose one of those offered." in client.get("/campaigns?signal=nonsense").text


def test_the_first_page_shows_what_is_below_normal_now(client, sign_in, bad):
    sign_in("manager")
    page = client.get("/").text
    assert "All that are below normal: 1" in page
    assert "normal 3.2 %" in page


def test_what_is_not_below_normal_says_what_normal_is(client, sign_in):
    sign_in("support")
    owner = make_owner()
    first = send(owner, 31, 1_000, days_ago=30)
    second = send(owner, 33, 1_000, days_ago=2)
    url = f"/owners/{owner.id}/campaigns"
    assert "No baseline: too little was accepted" in client.get(f"{url}/{first.id}").text
    page = " ".join(client.get(f"{url}/{second.id}").text.split())
    assert "Not below normal: 3.3 % failed; this shop's campaigns of the 90 days before: 3.1 %." in page
    draft = make_campaign(owner, status="draft", started_at=None)
    assert "normal" not in client.get(f"{url}/{draft.id}").text.split("<main")[1]


def test_what_may_be_chance_is_said_to_be(client, sign_in):
    sign_in("support")
    owner = make_owner()
    send(owner, 300, 10_000, days_ago=80)
    campaign = send(owner, 46, 1_000, days_ago=40)
    for n in range(12):
        send(owner, 30, 1_000, days_ago=1 + n)
    page = client.get(f"/owners/{owner.id}/campaigns/{campaign.id}").text
    assert "That may be chance" in page
    assert "Below normal" not in page


def test_a_share_of_too_few_is_not_said_but_its_counts_are(client, sign_in):
    sign_in("manager")
    owner = make_owner()
    send(owner, 31, 1_000, days_ago=30)
    campaign = make_campaign(owner)
    for status in ("failed", "failed", "delivered", "sent"):
        make_message(campaign, status=status)
    for url in (f"/campaigns?owner={owner.id}", f"/owners/{owner.id}"):
        page = client.get(url).text
        assert "too few to say" in page
        assert "2 of 4" in page
        assert "50.0 %" not in page
    page = client.get(f"/owners/{owner.id}/campaigns/{campaign.id}").text
    assert "too few to say" in page
    assert "2 of 4 accepted" in page
    assert "95 % sure: 15.0 to 85.0 %" in page
    assert "50.0 %" not in page
