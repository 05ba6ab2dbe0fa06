"""Any page with its filters is kept under a name, whatever one did to its address."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import sign_in_at
from tests.browser.test_accessibility import problems_in_every_look
from tests.factories import make_campaign, make_owner


@pytest.fixture
def campaigns(page: Page, sign_in) -> Page:
    owner = make_owner(country="GR")
    make_campaign(owner, name="Went well")
    make_campaign(owner, name="Went wrong", status="failed")
    sign_in("manager")
    page.goto("/campaigns")
    return page


def save_as(page: Page, name: str) -> None:
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_label("Save as")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Enter")


def opened(page: Page, name: str) -> str:
    """The address to which the person's view of that name leads."""
    page.goto("/views")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
    return page.evaluate("location.pathname + location.search")


def test_what_is_saved_is_the_address_as_it_is_by_now(campaigns: Page):
    campaigns.get_by_label("State").select_option("Failed")
    expect(campaigns.get_by_role("link", name="Went well")).to_be_hidden()
    save_as(campaigns, "Failed")
    expect(campaigns.get_by_role("status")).to_contain_text("Saved. Only you may open its link")
    campaigns.go_back()
    expect(campaigns.get_by_role("link", name="Went well")).to_be_visible()
    save_as(campaigns, "All")
    expect(campaigns.get_by_role("status")).to_contain_text("Saved.")
    assert opened(campaigns, "Failed") == "/campaigns?status=failed"
    assert opened(campaigns, "All") == "/campaigns"


def test_saving_leaves_the_page_as_it_is_and_the_focus_at_its_button(campaigns: Page):
    campaigns.evaluate("() => { window.isTheSamePage = true }")
    save_as(campaigns, "All")
    expect(campaigns.get_by_role("button", name="Save view")).to_be_focused()
    expect(campaigns.get_by_label("Save as")).to_be_hidden()
    assert campaigns.evaluate("() => window.isTheSamePage")
    # The next view has a form of its own.
    save_as(campaigns, "The same again")
    expect(campaigns.get_by_role("link", name="/v/")).to_have_count(1)
    assert opened(campaigns, "The same again") == "/campaigns"


def test_a_refused_name_is_said_where_it_was_typed(campaigns: Page):
    save_as(campaigns, "")
    expect(campaigns.get_by_label("Save as")).to_have_accessible_description("Enter a name.")
    campaigns.get_by_label("Save as").fill("All")
    campaigns.keyboard.press("Enter")
    expect(campaigns.get_by_label("Save as")).to_be_hidden()
    campaigns.goto("/campaigns?status=failed")
    save_as(campaigns, "All")
    expect(campaigns.get_by_label("Save as")).to_have_accessible_description(
        "A view of that name is there already. Choose another name."
    )
    expect(campaigns.get_by_label("Save as")).to_have_value("All")
    assert problems_in_every_look(campaigns) == []
    campaigns.keyboard.press("Escape")
    expect(campaigns.get_by_label("Save as")).to_be_hidden()


def test_the_views_pages_have_no_serious_finding_and_delete_asks(campaigns: Page):
    campaigns.goto("/views")
    expect(campaigns.get_by_text("You have no views yet.")).to_be_visible()
    assert problems_in_every_look(campaigns) == []
    campaigns.goto("/campaigns")
    save_as(campaigns, "All")
    expect(campaigns.get_by_role("button", name="Copy link")).to_be_visible()
    assert problems_in_every_look(campaigns) == []
    campaigns.set_viewport_size({"width": 1440, "height": 900})
    campaigns.goto("/views")
    campaigns.get_by_role("link", name="Change All").click()
    campaigns.get_by_text("Delete this view").click()
    expect(campaigns.get_by_text("Its link will lead nowhere.")).to_be_visible()
    assert problems_in_every_look(campaigns) == []
    campaigns.get_by_role("button", name="Delete it").click()
    expect(campaigns.get_by_role("status")).to_contain_text("The view “All” is deleted.")
    expect(campaigns.get_by_text("You have no views yet.")).to_be_visible()


def test_where_the_browser_lets_no_script_copy_one_is_told(campaigns: Page):
    campaigns.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error())")
    campaigns.reload()
    save_as(campaigns, "All")
    campaigns.get_by_role("button", name="Copy link").click()
    expect(campaigns.get_by_role("status")).to_contain_text("Mark the link and copy it by hand.")


def test_without_scripts_a_view_is_saved_opened_renamed_shared_and_deleted(open_page):
    page = open_page(java_script_enabled=False)
    sign_in_at(page, "support")
    page.goto("/campaigns?status=failed")
    save_as(page, "")
    expect(page.get_by_role("heading", name="Save a view")).to_be_visible()
    expect(page.get_by_text("Enter a name.")).to_be_visible()
    page.get_by_label("Save as").fill("Failed")
    page.get_by_role("button", name="Save for me").click()
    expect(page.get_by_role("status")).to_contain_text("Saved. Only you may open its link")
    expect(page.get_by_role("button", name="Copy link")).to_be_hidden()
    assert page.url.endswith("/campaigns?status=failed")
    page.goto("/views")
    page.get_by_role("link", name="Change Failed").click()
    page.get_by_label("Name").fill("Did not go out")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("status")).to_contain_text("The view is called “Did not go out” now.")
    page.get_by_role("link", name="Change Did not go out").click()
    page.get_by_role("button", name="Share it with everybody").click()
    page.get_by_role("link", name="For everybody").click()
    page.get_by_role("link", name="Did not go out", exact=True).click()
    assert page.url.endswith("/campaigns?status=failed")
    page.goto("/views")
    page.get_by_role("link", name="Change Did not go out").click()
    page.get_by_text("Delete this view").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("You have no views yet.")).to_be_visible()
