from tests.factories import make_campaign, make_contact, make_message, make_owner


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
    assert "Fine-one" in client.get(f"{url}?status=nonsense").text


def test_a_campaign_that_is_sending_updates_itself_until_paused(client, sign_in):
    sign_in("manager")
    campaign = make_campaign(status="sending")
    make_message(campaign, status="queued")
    url = f"/owners/{campaign.owner_id}/campaigns/{campaign.id}"
    assert 'hx-trigger="every 3s"' in client.get(url).text
    paused = client.get(f"{url}?live=off").text
    assert "every 3s" not in paused
    assert "Go on updating" in paused


def test_htmx_gets_the_results_alone(client, sign_in):
    sign_in("support")
    make_campaign(name="Found")
    make_campaign(name="Hidden")
    answer = client.get("/campaigns?q=found", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert "<html" not in answer.text
    assert answer.text.strip().startswith('<div class="results" id="results">')
    assert "Found" in answer.text
    assert "Hidden" not in answer.text
