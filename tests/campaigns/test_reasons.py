"""The messages of a campaign that failed: why, and what to do."""

import re
from html import unescape

import pytest

from tests.campaigns.signals.many import send
from tests.campaigns.why.sending import send_to
from tests.factories import make_owner


@pytest.fixture
def failed(client, sign_in):
    """Reads the page of a campaign's messages with a query."""
    sign_in("support")
    sent = [("30", "27", 3), ("30", "a<b", 2), ("30", "delivered", 5)]
    campaign = send_to(make_owner(), sent)
    url = f"/owners/{campaign.owner_id}/campaigns/{campaign.id}/messages"
    return lambda query="": client.get(f"{url}{query}").text


def words_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.split("<main")[1])).split())


def test_the_codes_stand_above_the_failures_most_first(failed):
    codes = failed("?status=failed").split('aria-label="Which failures"')[1].split("</nav>")[0]
    assert words_of(f"<main {codes}").endswith(
        "Every reason The handset was off or out of reach 27 3 Unknown code a<b 2"
    )
    assert "error_code=a%3Cb" in codes
    assert 'aria-label="Which failures"' not in failed("?status=delivered")


def test_a_chosen_code_has_its_words_and_advice(failed):
    page = words_of(failed("?status=failed&error_code=27"))
    advice = "Try again later: the handset was off or out of reach."
    assert f"The handset was off or out of reach 27 {advice}" in page


def test_an_unknown_code_is_shown_raw_with_whom_to_ask(failed):
    page = words_of(failed("?status=failed&error_code=a%3Cb"))
    assert "Unknown code a<b Ask the provider what this code means." in page
    # Also one that no message has.
    assert "Unknown code xyz Ask the provider" in words_of(failed("?status=failed&error_code=xyz"))


def test_the_next_page_of_those_without_a_code_is_of_those_too(client, sign_in):
    sign_in("support")
    campaign = send(make_owner(), 60, 60)
    url = f"/owners/{campaign.owner_id}/campaigns/{campaign.id}/messages?status=failed&error_code="
    page = client.get(url).text
    assert "The provider gave no reason" in page
    following = unescape(re.search(r'rel="next" href="([^"]+)"', page)[1])
    assert "error_code=&" in f"{following}&"
    assert "The provider gave no reason" in client.get(following).text
