"""The pages that say why a delivery rate fell."""

import re
from html import unescape

import pytest

from dashboard.campaigns.why.weeks import this_week
from tests.campaigns.signals.many import send
from tests.campaigns.why.sending import send_to
from tests.factories import make_campaign, make_list, make_owner

BEFORE = [("30", "delivered", 950), ("30", "27", 50), ("49", "delivered", 95), ("49", "27", 5)]
FELL = [
    ("30", "delivered", 950),
    ("30", "27", 50),
    ("49", "delivered", 45),
    ("49", "a<b", 45),
    ("49", "sent", 10),
]


def words_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.split("<main")[1])).replace("\xa0", " ").split())


def why(client, campaign) -> str:
    return client.get(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}/why").text


@pytest.fixture
def fell(sign_in):
    sign_in("support")
    owner = make_owner(name="Bakery", sender_name="Shop")
    send_to(owner, BEFORE, days_ago=30)
    return send_to(owner, FELL, list_id=make_list(owner, name="VIP").id)


def test_a_campaigns_page_says_what_its_rate_lost(client, fell):
    page = words_of(why(client, fell))
    assert "Why it fell" in page
    assert "1,045 of 1,100 accepted" in page
    assert "995 of 1,100 accepted" in page
    assert "Down 4.5 points." in page
    assert "messages to +49 Germany were delivered less often (−4.5 points)" in page
    assert "more failed with the unknown code a<b (−4.1 points)" in page
    assert "0.9 % (10) are still pending: neither delivered nor failed" in page
    assert "All messages were sent as Shop, now and before" in page
    assert "By list A campaign has one list" in page
    assert "The difference 90.5 % 95.0 % 0.00 −4.55 −4.55" in page
    assert "Ask the provider what this code means." in page


def test_each_code_leads_to_its_messages(client, fell):
    page = why(client, fell)
    assert "status=failed&amp;error_code=27" in page
    assert "error_code=a%3Cb" in page


def test_a_campaign_that_is_as_ever_may_be_chance(client, sign_in):
    sign_in("support")
    owner = make_owner()
    send(owner, 30, 1_000, days_ago=30)
    page = words_of(why(client, send(owner, 35, 1_000)))
    assert "so the difference may be chance" in page


def test_too_few_to_say(client, sign_in):
    sign_in("support")
    owner = make_owner()
    campaign = send(owner, 30, 1_000)
    page = words_of(why(client, campaign))
    assert "Too few to say. Each side needs 100 accepted messages or more." in page
    assert "By country" not in page


def test_a_campaign_that_has_not_started_has_nothing_to_compare(client, sign_in):
    sign_in("support")
    assert "has not started" in why(client, make_campaign(status="draft", started_at=None))


def test_another_owners_campaign_is_not_found(client, sign_in):
    sign_in("admin")
    campaign = make_campaign()
    assert client.get(f"/owners/{make_owner().id}/campaigns/{campaign.id}/why").status_code == 404


def test_a_week_is_chosen_and_has_neighbours(client, fell):
    current = this_week("Europe/Athens")
    page = client.get("/campaigns/why?week=2026-W10").text
    assert "week 10, 2 Mar 2026 to 8 Mar 2026" in page
    assert 'rel="prev" href="/campaigns/why?week=2026-W09"' in page
    assert 'rel="next" href="/campaigns/why?week=2026-W11"' in page
    assert 'value="2026-W10"' in page
    assert 'rel="next"' not in client.get(f"/campaigns/why?week={current}").text
    # The last whole one, if none is asked for.
    assert f'value="{current.previous}"' in client.get("/campaigns/why").text


def test_a_wrong_week_is_said_at_its_field(client, fell):
    page = client.get("/campaigns/why?week=next+week").text
    assert "Enter a week such as 2026-W46." in page
    assert 'value="next week"' in page
    assert (
        'type="text"'
        in page.split('name="week"')[0].rsplit("<input", 1)[1] + page.split('name="week"')[1].split(">")[0]
    )


def test_the_week_of_all_owners_leads_to_that_of_each(client, fell):
    other = make_owner(name="Books")
    for days_ago in (30, 1):
        send(other, 10, 1_000, days_ago=days_ago)
    week = this_week("Europe/Athens")
    starts = [week] if fell.started_at >= week.start("Europe/Athens") else [week.previous]
    address = f"/campaigns/why?week={starts[0]}"
    page = client.get(address).text
    assert "By owner" in page
    assert f"owner={fell.owner_id}" in page
    mine = words_of(client.get(f"{address}&owner={fell.owner_id}").text)
    assert "By owner" not in mine
    assert "995 of 1,100 accepted" in mine
    assert "1 campaign beside 1 that started" in mine


def test_htmx_gets_the_results_alone(client, fell):
    answer = client.get("/campaigns/why", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert answer.text.strip().startswith('<div class="results" id="results">')
