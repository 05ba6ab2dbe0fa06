"""Campaigns side by side, chosen from the list."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.campaigns.signals.many import send
from tests.factories import make_owner


@pytest.fixture
def three(page: Page, sign_in) -> Page:
    """The list of three campaigns, of which Summer failed more than the two others."""
    owner = make_owner(name="Café Aurora")
    for name, failed in (("Spring", 30), ("Summer", 300), ("Winter", 31)):
        send(owner, failed, 1_000, days_ago=5, name=name)
    sign_in("manager")
    page.goto("/campaigns")
    return page


def test_campaigns_are_chosen_from_the_list_and_compared(three: Page, hand):
    for name in ("Spring", "Summer"):
        place = three.get_by_label(f"Compare {name}")
        hand.fill_next(place, " ")  # the space bar ticks it
        expect(place).to_be_checked()
    hand.click(three.get_by_role("button", name="Compare"))

    expect(three).to_have_url(re.compile(r"/campaigns/compare\?of=[0-9]+-[0-9]+&of=[0-9]+-[0-9]+$"))
    table = three.get_by_role("region", name="Figures side by side")
    expect(table.get_by_role("row", name="Failed")).to_contain_text("27.0 points")
    expect(table.get_by_role("row", name="Failed")).to_contain_text("real")
    expect(three.locator(".chart canvas")).to_have_count(4)


def test_a_campaign_is_added_by_its_name_and_the_link_shares_all(three: Page, open_page):
    three.get_by_label("Compare Summer").check()
    three.get_by_role("button", name="Compare").click()
    expect(three.get_by_text("One is chosen: add another below.")).to_be_visible()
    three.get_by_label("Add a campaign by its name").fill("winter")
    three.keyboard.press("Enter")
    three.get_by_role("link", name="Add Winter").click()
    three.get_by_role("link", name="+24 h").click()
    expect(three.get_by_text("Each 24 hours after its own start.")).to_be_visible()

    another = open_page(storage_state=three.context.storage_state())
    another.goto(three.url)
    headers = another.get_by_role("region", name="Figures side by side").get_by_role("columnheader")
    expect(headers).to_contain_text(["Campaign", "Summer", "Winter"])
    expect(another.get_by_text("Each 24 hours after its own start.")).to_be_visible()


def test_charts_of_spans_name_them_and_follow_the_width(three: Page):
    three.get_by_role("link", name="Summer").click()
    chart = three.locator("#latency")
    expect(chart.locator("canvas")).to_be_visible()
    wide = chart.locator("canvas").evaluate("canvas => canvas.width")
    three.set_viewport_size({"width": 390, "height": 800})
    three.wait_for_function("wide => document.querySelector('#latency canvas').width < wide", arg=wide)


def test_small_curves_say_in_words_what_they_show(three: Page):
    three.set_viewport_size({"width": 1440, "height": 900})
    curve = three.get_by_role("img", name=re.compile("Delivered by age: 70.0 % after 1 h, 70.0 % after 24 h"))
    expect(curve).to_be_visible()
