import re
from datetime import timedelta

import pytest

from dashboard.campaigns.messages import queries as messages
from dashboard.core.db import utc_now
from tests.factories import NOON, make_campaign, make_contact, make_message, make_owner


def test_a_campaigns_page_gives_rates_with_denominator_and_interval(client, sign_in):
    sign_in("manager")
    campaign = make_campaign(name="Black <b>Friday</b>")
    for n in range(40):
        make_message(campaign, status="failed" if n < 2 else "delivered")
    page = client.get(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}").text
    assert "Black &lt;b&gt;Friday&lt;/b&gt;" in page
    for words in ("38 of 40 accepted", "2 of 40 accepted", "1.4 to 16.5 %", "95.0 %", "Europe/Athens"):
        assert words in page, words


def test_every_figure_leads_to_its_messages(client, sign_in):
    sign_in("support")
    owner = make_owner()
    campaign = make_campaign(owner)
    make_message(campaign, make_contact(owner, first_name="Failed-one"), status="failed", error_code="27")
    make_message(campaign, make_contact(owner, first_name="Fine-one"))
    url = f"/owners/{owner.id}/campaigns/{campaign.id}/messages"
    page = client.get(f"{url}?status=failed").text
    assert "Failed-one" in page
    assert "Fine-one" not in page
    assert "The handset was off or out of reach" in page
    assert "Fine-one" in client.get(f"{url}?status=accepted").text
    assert "No message is in this state." in client.get(f"{url}?status=queued").text
    nonsense = client.get(f"{url}?status=nonsense").text
    assert "Fine-one" in nonsense
    assert "There is no such figure: these are all messages." in nonsense


def test_a_campaign_that_is_sending_updates_itself_until_paused(client, sign_in):
    sign_in("manager")
    campaign = make_campaign(status="sending")
    make_message(campaign, status="queued")
    url = f"/owners/{campaign.owner_id}/campaigns/{campaign.id}"
    assert 'hx-trigger="every 3s, visibilitychange from:document"' in client.get(url).text
    paused = client.get(f"{url}?live=off").text
    assert "every 3s" not in paused
    assert "Go on updating" in paused


def test_a_campaign_that_is_done_does_not_ask_again_and_says_so(client, sign_in):
    sign_in("manager")
    campaign = make_campaign()
    for _ in range(40):
        make_message(campaign)
    page = client.get(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}").text
    assert "every 3s" not in page
    assert "Pause updating" not in page
    assert 'data-news="Sending is done: 40 of 40 accepted, 100.0 % delivered."' in page


def test_who_unsubscribed_is_counted_and_listed(client, sign_in):
    sign_in("support")
    owner = make_owner()
    campaign = make_campaign(owner)
    for n in range(12):
        left_at = NOON + timedelta(hours=n)
        contact = make_contact(owner, first_name=f"Leaver-{n}-", is_subscribed=False, unsubscribed_at=left_at)
        make_message(campaign, contact)
    address = f"/owners/{owner.id}/campaigns/{campaign.id}"
    page = client.get(address).text
    assert f'<a href="{address}/unsubscribes">Show all 12</a>' in page
    assert "Leaver-9-" in page
    assert "Leaver-10-" not in page
    everybody = client.get(f"{address}/unsubscribes").text
    assert all(f"Leaver-{n}-" in everybody for n in range(12))
    assert "Nothing was sent yet." in client.get(f"{address_of(make_campaign(owner))}/unsubscribes").text


def address_of(campaign) -> str:
    return f"/owners/{campaign.owner_id}/campaigns/{campaign.id}"


def test_a_campaigns_page_says_how_long_messages_took_and_where_they_went(client, sign_in):
    sign_in("support")
    campaign = make_campaign(started_at=NOON)
    for n in range(40):
        make_message(campaign, delivered_at=NOON + timedelta(seconds=9 if n < 30 else 100))
    page = client.get(address_of(campaign)).text
    assert "Half of the accepted were delivered within 10 s, nine in ten within 2 min." in page
    assert "40 messages accepted" in page
    assert "+30 Greece" in page


def test_a_reason_stands_with_its_code_and_what_to_do(client, sign_in):
    sign_in("support")
    campaign = make_campaign()
    for code in ("27", "a-code-that-nobody-knows"):
        make_message(campaign, status="failed", error_code=code)
    page = client.get(address_of(campaign)).text
    for words in (
        "<code>27</code>",
        "off or out of reach",
        "Try again later",
        "<code>a-code-that-nobody-knows</code>",
    ):
        assert words in page, words


def test_htmx_gets_the_results_alone(client, sign_in):
    sign_in("support")
    make_campaign(name="Found")
    make_campaign(name="Hidden")
    answer = client.get("/campaigns?q=found", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert "<html" not in answer.text
    assert answer.text.strip().startswith('<div class="results" id="results">')
    assert "Found" in answer.text
    assert "Hidden" not in answer.text


def test_a_code_is_taken_as_the_provider_gave_it(client, sign_in):
    sign_in("support")
    owner = make_owner()
    campaign = make_campaign(owner)
    named = {" 27": "Spaced-one", "27": "Plain-one", "\x85": "Odd-one", "": "Without-one"}
    for code, name in named.items():
        contact = make_contact(owner, first_name=name)
        make_message(campaign, contact, status="failed", error_code=code or None)
    url = f"/owners/{owner.id}/campaigns/{campaign.id}/messages"
    for code, name in named.items():
        page = client.get(url, query_string={"status": "failed", "error_code": code}).text
        assert [one for one in named.values() if one in page] == [name]


def test_however_many_codes_there_are_every_failure_is_told(client, sign_in, monkeypatch):
    sign_in("support")
    campaign = make_campaign()
    for n in range(5):
        make_message(campaign, status="failed", error_code=f"X{n}")
    monkeypatch.setattr(messages.failure_reasons, "__kwdefaults__", {"most": 3})
    page = client.get(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}").text
    others = page[page.index("All other codes") :].partition("</tr>")[0]
    assert ">2</a>" in others


def test_a_paused_campaign_is_not_said_to_be_done(client, sign_in):
    sign_in("support")
    campaign = make_campaign(status="paused")
    page = client.get(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}").text
    assert "Sending is paused" in page
    assert "Sending is done" not in page


def test_an_old_campaign_that_is_below_normal_leads_to_those_it_was_judged_among(client, sign_in):
    sign_in("support")
    owner = make_owner()
    old = utc_now() - timedelta(days=200)
    before = make_campaign(owner, started_at=old - timedelta(days=5))
    campaign = make_campaign(owner, started_at=old, name="Long ago")
    for _ in range(120):
        make_message(before)
    for n in range(40):
        make_message(campaign, status="failed" if n < 20 else "delivered")
    page = client.get(f"/owners/{owner.id}/campaigns/{campaign.id}").text
    link = re.search(r'href="([^"]*signal=below-normal[^"]*)"', page)[1].replace("&amp;", "&")
    assert "Long ago" in client.get(link).text


@pytest.mark.parametrize("mark", ["W1sidiIsIDkyMjMzNzIwMzY4NTQ3NzU4MDddXQ"])
def test_a_mark_beyond_what_a_key_can_be_starts_at_the_first_page(client, sign_in, mark):
    sign_in("support")
    owner = make_owner()
    for started, failed in ((10, 0), (5, 60)):
        campaign = make_campaign(owner, started_at=utc_now() - timedelta(days=started), name=f"Day {started}")
        for n in range(120):
            make_message(campaign, status="failed" if n < failed else "delivered")
    assert "Day 5" in client.get(f"/campaigns?signal=below-normal&after={mark}").text
