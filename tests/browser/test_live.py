"""Charts, and figures that change while one looks at them."""

from contextlib import suppress
from datetime import timedelta

import pytest
from playwright.sync_api import Error, Page, expect

from dashboard.core.db import db, utc_now
from tests.factories import make_campaign, make_message


@pytest.fixture
def sending(page: Page, sign_in) -> Page:
    """The page of a campaign under way, of whose two messages one was delivered. Its clock is the test's."""
    campaign = make_campaign(status="sending", started_at=utc_now())
    make_message(campaign, status="queued")
    make_message(campaign, sent_at=utc_now(), delivered_at=utc_now())
    sign_in("manager")
    page.clock.install()
    page.goto(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}")
    expect(delivered(page)).to_contain_text("1 of 1 accepted")
    page.campaign = campaign
    return page


def delivered(page: Page):
    return page.locator(".figure").filter(has_text="Delivered")


def questions_of(page: Page) -> list[str]:
    """What the page asks for from now on, but for files such as its icon."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/static/" not in request.url else None)
    return asked


def deliver_one_more(page: Page) -> None:
    make_message(page.campaign, sent_at=utc_now(), delivered_at=utc_now())


def test_the_figures_of_a_campaign_under_way_change_within_five_seconds(sending: Page):
    sending.get_by_text("The same as a table").click()
    deliver_one_more(sending)
    sending.clock.run_for(5_000)
    expect(delivered(sending)).to_contain_text("2 of 2 accepted")
    # What the person opened stays open.
    expect(sending.get_by_role("region", name="Running totals")).to_contain_text("2")
    expect(sending.get_by_role("region", name="Running totals")).to_be_visible()
    deliver_one_more(sending)
    sending.clock.run_for(5_000)
    expect(delivered(sending)).to_contain_text("3 of 3 accepted")


def test_the_curve_grows_with_the_figures(sending: Page):
    before = picture(sending)
    for _ in range(5):
        deliver_one_more(sending)
    sending.clock.run_for(5_000)
    expect(delivered(sending)).to_contain_text("6 of 6 accepted")
    expect(sending.locator("#curve canvas")).to_have_count(1)
    assert picture(sending) != before


def test_an_answer_that_comes_after_the_pause_changes_nothing(sending: Page):
    held = []
    own = sending.url
    sending.route(own, lambda route: held.append(route))
    sending.clock.run_for(3_000)
    sending.wait_for_timeout(300)
    assert len(held) == 1
    sending.get_by_role("link", name="Pause updating").click()
    expect(sending.get_by_role("link", name="Go on updating")).to_be_visible()
    deliver_one_more(sending)
    with suppress(Error):  # which says that the browser has given the question up
        held[0].continue_()
    sending.wait_for_timeout(500)
    sending.unroute(own)
    asked = questions_of(sending)
    sending.clock.run_for(10_000)
    expect(sending.get_by_role("link", name="Go on updating")).to_be_visible()
    expect(delivered(sending)).to_contain_text("1 of 1 accepted")
    assert asked == []


def test_updating_can_be_paused(sending: Page):
    sending.get_by_role("link", name="Pause updating").click()
    expect(sending.get_by_role("link", name="Go on updating")).to_be_visible()
    asked = questions_of(sending)
    deliver_one_more(sending)
    sending.clock.run_for(60_000)
    expect(delivered(sending)).to_contain_text("1 of 1 accepted")
    assert asked == []

    sending.get_by_role("link", name="Go on updating").click()
    expect(delivered(sending)).to_contain_text("2 of 2 accepted")


def test_updating_ends_with_the_campaign(sending: Page):
    sending.campaign.status = "completed"
    db.session.commit()
    sending.clock.run_for(5_000)
    expect(sending.locator(".title-line")).to_contain_text("Completed")
    expect(sending.get_by_role("link", name="Pause updating")).to_have_count(0)
    asked = questions_of(sending)
    sending.clock.run_for(60_000)
    expect(sending.locator(".title-line")).to_contain_text("Completed")
    assert asked == []


def test_the_focus_stays_where_it_is(sending: Page):
    figure = delivered(sending).get_by_role("link")
    figure.focus()
    deliver_one_more(sending)
    sending.clock.run_for(5_000)
    expect(delivered(sending)).to_contain_text("2 of 2 accepted")
    expect(figure).to_be_focused()

    sending.get_by_role("link", name="Pause updating").focus()
    sending.keyboard.press("Enter")
    expect(sending.get_by_role("link", name="Go on updating")).to_be_focused()


def look(page: Page, *, away: bool) -> None:
    """Turn to another tab, or back to this one."""
    page.evaluate(
        """away => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => away });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        away,
    )


def test_a_page_that_nobody_looks_at_asks_for_nothing_and_catches_up_at_once(sending: Page):
    asked = questions_of(sending)
    look(sending, away=True)
    deliver_one_more(sending)
    sending.clock.run_for(60_000)
    sending.clock.pause_at(utc_now() + timedelta(minutes=5))
    expect(delivered(sending)).to_contain_text("1 of 1 accepted")
    assert asked == []

    # The clock stands still, so that nothing waits for the next turn.
    with sending.expect_response(lambda response: "/campaigns/" in response.url):
        look(sending, away=False)
    sending.clock.resume()
    expect(delivered(sending)).to_contain_text("2 of 2 accepted")
    deliver_one_more(sending)
    sending.clock.run_for(5_000)
    expect(delivered(sending)).to_contain_text("3 of 3 accepted")


def test_a_campaign_that_is_done_asks_no_more_when_one_comes_back(sending: Page):
    sending.campaign.status = "completed"
    db.session.commit()
    sending.clock.run_for(5_000)
    expect(sending.locator(".title-line")).to_contain_text("Completed")
    asked = questions_of(sending)
    look(sending, away=True)
    look(sending, away=False)
    sending.clock.run_for(10_000)
    assert asked == []


def test_what_changes_is_said_at_times_and_its_end_at_once(sending: Page):
    news = sending.locator("#news")
    assert news.get_attribute("aria-live") == "polite"
    deliver_one_more(sending)
    sending.clock.run_for(4_000)
    expect(delivered(sending)).to_contain_text("2 of 2 accepted")
    expect(news).to_be_empty()  # not at every turn

    sending.clock.run_for(13_000)
    expect(news).to_have_text("2 of 3 accepted.")
    deliver_one_more(sending)
    sending.clock.run_for(4_000)
    expect(delivered(sending)).to_contain_text("3 of 3 accepted")
    expect(news).to_have_text("2 of 3 accepted.")

    sending.campaign.status = "completed"
    db.session.commit()
    sending.clock.run_for(4_000)
    expect(news).to_have_text("Sending is done: 3 of 4 accepted.")


def test_the_overview_follows_campaigns_under_way(sending: Page):
    sending.goto("/")
    part = sending.get_by_role("region", name="Sending now")
    expect(part).to_contain_text("1 of 2")
    deliver_one_more(sending)
    sending.clock.run_for(6_000)
    expect(part).to_contain_text("2 of 3")


def picture(page: Page) -> str:
    return page.locator(".chart canvas").first.evaluate("canvas => canvas.toDataURL()")


def test_a_chart_is_drawn_anew_in_the_colours_of_another_theme(page: Page, sign_in):
    campaign = make_campaign(started_at=utc_now())
    make_message(campaign, sent_at=utc_now(), delivered_at=utc_now())
    sign_in("manager")
    page.goto("/")
    expect(page.locator(".chart canvas")).to_be_visible()
    light = picture(page)
    page.get_by_role("button", name="Dark").click()
    expect(page.locator(".chart canvas")).to_have_count(1)
    assert picture(page) != light
    page.get_by_role("button", name="Light").click()
    expect(page.locator(".chart canvas")).to_have_count(1)
    assert picture(page) == light
