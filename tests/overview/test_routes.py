from dashboard.core.db import utc_now
from tests.factories import make_campaign, make_message, make_wallet


def test_the_first_page_of_an_empty_house_says_so(client, sign_in):
    sign_in("manager")
    page = client.get("/").text
    for words in (
        "No message was sent in these 30 days.", "No campaign is being sent.", "No wallet is low.",
        "No campaign of the last 30 days had a failure.",
    ):  # fmt: skip
        assert words in page


def test_what_needs_a_look_is_on_the_first_page(client, sign_in):
    sign_in("manager")
    now = utc_now()
    campaign = make_campaign(name="Under way", status="sending", started_at=now)
    make_message(campaign, status="failed", sent_at=now, failed_at=now)
    make_message(campaign, status="delivered", sent_at=now, delivered_at=now)
    make_message(campaign, status="queued")
    make_wallet(balance_credits=3)
    page = client.get("/").text
    assert "2 of 3" in page
    assert "1 of 2 accepted" in page
    assert page.count("Under way") == 2
    assert ">3</strong>" in page
    assert "Europe/Athens" in page
