"""Filters change the results and the address, and nothing else of the page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_campaign, make_owner, make_wallet


@pytest.fixture
def campaigns(page: Page, sign_in) -> Page:
    owner = make_owner()
    make_campaign(owner, name="Went well")
    make_campaign(owner, name="Went wrong", status="failed")
    sign_in("manager")
    page.goto("/campaigns")
    page.evaluate("() => { window.isTheSamePage = true }")
    return page


def is_the_same_page(page: Page) -> bool:
    return page.evaluate("() => window.isTheSamePage === true")


def shows(page: Page, *names: str) -> None:
    links = page.locator("#results").get_by_role("link", name=re.compile("^Went"))
    expect(links).to_have_text(names)


def test_a_choice_filters_at_once(campaigns: Page):
    campaigns.get_by_label("State").select_option("Failed")
    shows(campaigns, "Went wrong")
    expect(campaigns).to_have_url(re.compile(r"/campaigns\?status=failed$"))
    assert is_the_same_page(campaigns)


def test_typing_filters_while_the_focus_stays(campaigns: Page):
    campaigns.get_by_label("Name").press_sequentially("wrong")
    shows(campaigns, "Went wrong")
    expect(campaigns).to_have_url(re.compile(r"/campaigns\?q=wrong$"))
    expect(campaigns.get_by_label("Name")).to_be_focused()
    assert is_the_same_page(campaigns)


def test_the_back_button_restores_the_results_and_the_filters(campaigns: Page):
    campaigns.get_by_label("State").select_option("Failed")
    shows(campaigns, "Went wrong")
    campaigns.get_by_label("State").select_option("Any state")
    shows(campaigns, "Went wrong", "Went well")
    campaigns.go_back()
    shows(campaigns, "Went wrong")
    expect(campaigns.get_by_label("State")).to_have_value("failed")
    campaigns.go_back()
    shows(campaigns, "Went wrong", "Went well")
    expect(campaigns.get_by_label("State")).to_have_value("")
    campaigns.go_forward()
    shows(campaigns, "Went wrong")
    expect(campaigns.get_by_label("State")).to_have_value("failed")
    # What came back works as before.
    campaigns.get_by_label("State").select_option("Completed")
    shows(campaigns, "Went well")


def test_a_view_can_be_shared_by_its_address(campaigns: Page):
    campaigns.get_by_label("State").select_option("Failed")
    shows(campaigns, "Went wrong")
    campaigns.reload()
    shows(campaigns, "Went wrong")
    expect(campaigns.get_by_label("State")).to_have_value("failed")


def test_a_sort_order_stays_while_filtering(campaigns: Page):
    campaigns.get_by_role("link", name="When").click()
    expect(campaigns.get_by_role("columnheader", name="When")).to_have_attribute("aria-sort", "ascending")
    campaigns.get_by_label("State").select_option("Failed")
    shows(campaigns, "Went wrong")
    expect(campaigns).to_have_url(re.compile(r"sort=oldest"))


def test_nothing_found_leads_back_to_all(campaigns: Page):
    campaigns.get_by_label("Name").fill("nothing is named so")
    expect(campaigns.get_by_text("No campaign fits these filters.")).to_be_visible()
    campaigns.get_by_role("link", name="Show all campaigns").click()
    shows(campaigns, "Went wrong", "Went well")


def test_a_tick_filters_wallets(page: Page, sign_in):
    make_wallet(make_owner(name="Rich"), balance_credits=90_000)
    make_wallet(make_owner(name="Poor"), balance_credits=3)
    sign_in("support")
    page.goto("/wallets")
    rich = page.get_by_role("main").get_by_role("link", name="Rich")
    expect(rich).to_be_visible()
    page.get_by_label("Only low balances").check()
    expect(rich).to_be_hidden()
    page.get_by_label("Only low balances").uncheck()
    expect(rich).to_be_visible()
    expect(page).to_have_url(re.compile("/wallets$"))


def test_filtering_a_ledger_after_an_adjustment_leaves_the_rest_of_the_page(page: Page, sign_in):
    wallet = make_wallet(balance_credits=100)
    sign_in("admin")
    page.goto(f"/owners/{wallet.owner_id}/wallet")
    page.get_by_label("Credits to add").fill("-5")
    page.get_by_label("Reason").select_option("correction")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Take 5 credits").click()
    expect(page.get_by_role("region", name="Entries")).to_contain_text("−5")
    page.get_by_label("Type").select_option("credit")
    expect(page.get_by_role("region", name="Entries")).not_to_contain_text("−5")
    expect(page.get_by_role("button", name="Preview")).to_have_count(1)
    expect(page).to_have_url(re.compile(rf"/owners/{wallet.owner_id}/wallet\?type=credit$"))
