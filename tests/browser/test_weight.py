"""How much travels: little, and what does not change only once."""

import re

import pytest
from playwright.sync_api import Page, Request, expect

from dashboard.core.db import utc_now
from tests.browser.sample import Sample, make_sample
from tests.factories import make_campaign, make_owner

KB = 1_000
YEAR = 365 * 24 * 60 * 60  # seconds


@pytest.fixture
def sample(committed) -> Sample:
    return make_sample()


def weight(requests: list[Request]) -> int:
    """Bytes on the wire, with headers."""
    sizes = [request.sizes() for request in requests]
    return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)


def finished(page: Page) -> list[Request]:
    """The requests that the page will have made."""
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))
    return requests


@pytest.mark.parametrize("path", ["/", "/owners/{owner_id}/campaigns/{campaign_id}", "/campaigns"])
def test_a_first_visit_is_below_200_kb(open_page, sign_in, page: Page, sample, path):
    sign_in("manager")
    # Who was there before comes with an empty cache.
    fresh = open_page(storage_state=page.context.storage_state())
    requests = finished(fresh)
    fresh.goto(path.format(**vars(sample)), wait_until="networkidle")
    kinds = {request.resource_type for request in requests}
    assert {"document", "stylesheet", "script"} <= kinds
    assert weight(requests) < 200 * KB


def test_a_second_page_brings_its_html_alone(page: Page, sign_in):
    sign_in("manager")
    page.goto("/campaigns", wait_until="networkidle")
    requests = finished(page)
    page.goto("/lists", wait_until="networkidle")
    assert 0 < weight(requests) < 20 * KB


def test_a_fragment_of_fifty_rows_is_below_20_kb(page: Page, sign_in):
    owner = make_owner(name="An owner whose name is rather long, as names of companies are")
    for n in range(60):
        make_campaign(owner, name=f"A campaign with a name of ordinary length {n}", started_at=utc_now())
    sign_in("manager")
    page.goto("/campaigns", wait_until="networkidle")
    requests = finished(page)
    page.get_by_label("State").select_option("Completed")
    expect(page).to_have_url(re.compile("status=completed"))
    expect(page.locator("#results tbody tr")).to_have_count(50)
    # The new address may make the browser ask for the icon of the page again.
    fragments = [request for request in requests if request.header_value("HX-Request")]
    assert len(fragments) == 1
    assert 1 * KB < weight(requests) < 20 * KB


def test_static_files_are_named_by_their_content_and_kept_for_a_year(page: Page, sign_in):
    answers = []
    page.on("response", lambda answer: answers.append(answer) if "/static/" in answer.url else None)
    sign_in("support")
    assert len(answers) >= 5
    for answer in answers:
        assert re.search(r"\.[0-9a-f]{12}\.[a-z]+$", answer.url)
        cached = answer.header_value("Cache-Control")
        assert "immutable" in cached
        assert int(re.search(r"max-age=(\d+)", cached)[1]) >= YEAR
        assert answer.header_value("Content-Encoding") in ("br", "gzip")
