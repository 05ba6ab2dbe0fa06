"""What stands around every page."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import sign_in_at
from tests.factories import make_owner


def test_a_slash_leads_to_the_search_box(page: Page, sign_in):
    sign_in("support")
    page.goto("/owners")
    page.keyboard.press("/")
    search = page.get_by_label("Search everything")
    expect(search).to_be_focused()
    expect(search).to_have_value("")


def test_a_slash_in_a_field_is_a_slash(page: Page, sign_in):
    sign_in("support")
    page.goto("/owners")
    page.get_by_label("Name").press_sequentially("a/b")
    expect(page.get_by_label("Name")).to_have_value("a/b")
    expect(page.get_by_label("Name")).to_be_focused()


def test_the_first_tab_offers_to_skip_to_the_page(page: Page, sign_in):
    sign_in("support")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_the_sidebar_says_where_one_is(page: Page, sign_in):
    owner = make_owner()
    sign_in("support")
    page.goto(f"/owners/{owner.id}/wallet")
    here = page.get_by_role("navigation", name="Main").locator("[aria-current=page]")
    expect(here).to_have_text("Wallets")


@pytest.mark.parametrize(("wish", "other"), [("light", "dark"), ("dark", "light")])
def test_the_colours_follow_the_system_until_one_chooses(open_page, wish, other):
    page = open_page(color_scheme=wish)
    sign_in_at(page, "support")
    assert_colours(page, wish)
    page.get_by_role("button", name=other.capitalize()).click()
    assert_colours(page, other)
    page.goto("/owners")
    assert_colours(page, other)
    expect(page.get_by_role("button", name=other.capitalize())).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="As the system").click()
    assert_colours(page, wish)
    page.emulate_media(color_scheme=other)
    assert_colours(page, other)


def assert_colours(page: Page, scheme: str) -> None:
    ground = {"light": "rgb(246, 247, 249)", "dark": "rgb(17, 22, 31)"}[scheme]
    expect(page.locator("body")).to_have_css("background-color", ground)


def test_an_unknown_address_is_told_within_the_frame(page: Page, sign_in):
    sign_in("support")
    answer = page.goto("/owners/987654321")
    assert answer.status == 404
    expect(page.get_by_role("heading", name="Nothing is here")).to_be_visible()
    page.get_by_role("link", name="To the overview").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
