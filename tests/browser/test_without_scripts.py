"""Where no script runs, all work can still be done."""

import pytest
from playwright.sync_api import Page, expect

from dashboard.core.db import utc_now
from tests.browser.hand import sign_in_at
from tests.factories import (
    make_campaign,
    make_contact,
    make_list,
    make_message,
    make_owner,
    make_wallet,
)


@pytest.fixture
def page(open_page) -> Page:
    return open_page(java_script_enabled=False)


def test_signing_in_and_out(page: Page, sign_in):
    person = sign_in("support")
    page.locator("summary").filter(has_text=person.name).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_contain_text("You are signed out.")
    page.goto("/contacts")
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_wrong_password_is_told(page: Page):
    page.goto("/sign-in")
    page.get_by_label("Email").fill("nobody@example.com")
    page.get_by_label("Password").fill("guessed")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("That email and password do not belong together.")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value("nobody@example.com")


def test_searching(page: Page, sign_in):
    make_contact(phone="+306984303406", first_name="Ada")
    sign_in("support")
    page.get_by_label("Search everything").fill("69 8430 3406")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ada")).to_be_visible()


def test_comparing_campaigns(page: Page, sign_in):
    owner = make_owner()
    for name in ("Spring", "Summer", "Winter"):
        make_message(make_campaign(owner, name=name, started_at=utc_now()))
    sign_in("manager")
    page.goto("/campaigns")
    page.get_by_label("Compare Spring").check()
    page.get_by_label("Compare Winter").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("columnheader", name="Spring").first).to_be_visible()
    page.get_by_label("Add a campaign by its name").fill("summer")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Add Summer").click()
    expect(page.get_by_role("region", name="Figures side by side")).to_contain_text("Summer")
    page.get_by_role("link", name="Remove Winter").click()
    expect(page.get_by_role("region", name="Figures side by side")).not_to_contain_text("Winter")
    page.get_by_text("By age, as a table").click()
    expect(page.get_by_role("region", name="By age, as a table")).to_be_visible()
    expect(page.locator(".chart").first).to_be_hidden()


def test_a_campaign_under_way_is_loaded_again_by_a_link(page: Page, sign_in):
    campaign = make_campaign(status="sending", started_at=utc_now())
    make_message(campaign, sent_at=utc_now(), delivered_at=utc_now())
    sign_in("manager")
    page.goto(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}")
    expect(page.get_by_role("link", name="Pause updating")).to_be_hidden()
    make_message(campaign, sent_at=utc_now(), delivered_at=utc_now())
    page.get_by_role("link", name="Reload").click()
    expect(page.locator(".figure").filter(has_text="Delivered")).to_contain_text("2 of 2 accepted")


def test_filtering_by_a_form(page: Page, sign_in):
    owner = make_owner()
    make_campaign(owner, name="Went well")
    make_campaign(owner, name="Went wrong", status="failed")
    sign_in("manager")
    page.goto("/campaigns")
    page.get_by_label("State").select_option("Failed")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Went wrong")).to_be_visible()
    expect(page.get_by_role("link", name="Went well")).to_be_hidden()
    expect(page.get_by_label("State")).to_have_value("failed")


def test_filtering_a_list_by_state(page: Page, sign_in):
    owner = make_owner()
    members = [
        make_contact(owner, first_name="Here"),
        make_contact(owner, first_name="Gone", is_subscribed=False),
    ]
    members_of = make_list(owner, members=members)
    sign_in("support")
    page.goto(f"/owners/{owner.id}/lists/{members_of.id}")
    page.get_by_role("navigation", name="Members by state").get_by_role("link", name="Unsubscribed").click()
    expect(page.get_by_text("Gone")).to_be_visible()
    expect(page.get_by_text("Here")).to_be_hidden()


def test_adding_and_removing_a_member_keeps_the_view(page: Page, sign_in):
    members_of = make_list(members=[make_contact(phone="+306984303406")])
    sign_in("support")
    page.goto(f"/owners/{members_of.owner_id}/lists/{members_of.id}?is_subscribed=true")
    address = page.url
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status")).to_contain_text("The contact was taken off the list.")
    page.get_by_label("Add a contact by phone number").fill("69 8430 3406")
    page.get_by_role("button", name="Add to the list").click()
    expect(page.get_by_role("status")).to_contain_text("+30 698 430 3406 is on the list.")
    assert page.url == address


def test_unsubscribing_a_contact(page: Page, sign_in):
    contact = make_contact()
    sign_in("support")
    page.goto(f"/owners/{contact.owner_id}/contacts/{contact.id}")
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_text("Say why.")).to_be_visible()
    page.get_by_label("Reason").fill("Asked by phone")
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("status")).to_contain_text("The contact is unsubscribed.")
    expect(page.locator(".title-line").get_by_text("Unsubscribed", exact=True)).to_be_visible()


def test_a_contacts_notes_filters_and_why_not(page: Page, sign_in):
    contact = make_contact(first_name="Ada")
    make_campaign(owner_id=contact.owner_id, name="Black Friday")
    sign_in("support")
    page.goto(f"/owners/{contact.owner_id}/contacts/{contact.id}")
    page.get_by_label("Note").fill("Called")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text("The note was added.")).to_be_visible()
    page.get_by_label("State as of").fill("2026-01-01")
    page.get_by_role("button", name="Show the state then").click()
    expect(page.get_by_text("Not a contact yet.")).to_be_visible()
    page.get_by_label("Campaign", exact=True).fill("friday")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", name="They did not get it.")).to_be_visible()


def test_adjusting_a_wallet(page: Page, sign_in):
    wallet = make_wallet(balance_credits=70)
    sign_in("admin")
    page.goto(f"/owners/{wallet.owner_id}/wallet")
    page.get_by_label("Credits to add").fill("-100")
    page.get_by_label("Reason").select_option("Goodwill")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("The wallet holds 70 credits: 30 too few.")).to_be_visible()
    page.get_by_label("Credits to add").fill("-30")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_label("Credits to add")).to_have_value("-30")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Take 30 credits").click()
    expect(page.get_by_role("status")).to_contain_text("−30 credits. Balance: 40.")


def test_turning_pages(page: Page, sign_in):
    for n in range(51):
        make_owner(name=f"Owner {n:03}")
    sign_in("support")
    page.goto("/owners")
    expect(page.get_by_role("link", name="Owner 049")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="Owner 050")).to_be_visible()
    expect(page.get_by_role("link", name="Owner 049")).to_be_hidden()
    page.get_by_role("link", name="Previous").click()
    expect(page.get_by_role("link", name="Owner 000")).to_be_visible()


def test_switching_to_dark(page: Page, sign_in):
    sign_in("support")
    page.goto("/owners?q=nobody")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith("/owners?q=nobody")


def test_a_chart_has_its_figures_as_a_table(page: Page, sign_in):
    campaign = make_campaign(started_at=utc_now())
    make_message(campaign, sent_at=utc_now(), delivered_at=utc_now())
    sign_in("manager")
    page.goto(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}")
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("region", name="Running totals").get_by_role("row")).to_have_count(3)


def test_opening_the_sidebar_on_a_narrow_screen(open_page):
    page = open_page(java_script_enabled=False, viewport={"width": 390, "height": 844})
    sign_in_at(page, "support")
    campaigns = page.get_by_role("link", name="Campaigns", exact=True)
    expect(campaigns).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    campaigns.click()
    expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
    expect(campaigns).to_be_hidden()
