"""Choosing contacts of a list: by filters, by ticks, and all that match."""

import re

import pytest
from playwright.sync_api import Page, expect

from dashboard.audiences import queries
from dashboard.core import keyset
from tests.factories import make_contact, make_list, make_owner


@pytest.fixture
def members(page: Page, sign_in) -> Page:
    """The page of a list of three women and two men."""
    owner = make_owner()
    people = [make_contact(owner, gender=gender) for gender in ["female"] * 3 + ["male"] * 2]
    made = make_list(owner, name="VIP", members=people)
    sign_in("support")
    page.goto(f"/owners/{owner.id}/lists/{made.id}")
    return page


def ticks(page: Page):
    return page.get_by_role("region", name="Members").get_by_role("checkbox", name=re.compile(r"^Tick \+"))


def test_ticked_contacts_are_counted_and_lead_to_the_preview(members: Page):
    everybody = members.get_by_role("checkbox", name="Tick all on this page")
    everybody.check()
    expect(members.get_by_label("5 ticked")).to_be_checked()
    ticks(members).first.uncheck()
    expect(members.get_by_label("4 ticked")).to_be_visible()
    assert everybody.evaluate("box => box.indeterminate")
    members.get_by_label("What to do").select_option("Unsubscribe")
    members.get_by_role("button", name="Go on").click()
    expect(members).to_have_url(re.compile(r"/operations/new\?kind=unsubscribe"))
    expect(members.get_by_role("main")).to_contain_text("4 ticked contacts")


def test_all_that_match_lead_to_the_preview(members: Page):
    members.get_by_text("Filter by tag, gender, age, country or day").click()
    members.get_by_label("Gender").select_option("Female")
    expect(ticks(members)).to_have_count(3)
    expect(members).to_have_url(re.compile(r"\?gender=female$"))
    members.get_by_label("All 3 that match").check()
    members.get_by_label("What to do").select_option("Tag")
    members.get_by_role("button", name="Go on").click()
    expect(members.get_by_role("main")).to_contain_text(re.compile("All that match: members of VIP, women"))


def test_a_filter_is_taken_out_by_its_word(members: Page):
    members.goto(f"{members.url}?gender=female")
    members.get_by_role("link", name="women (take out)").click()
    expect(ticks(members)).to_have_count(5)


def test_a_count_that_takes_long_comes_after_the_page(members: Page, monkeypatch):
    monkeypatch.setattr(queries, "FEW", 0)
    members.get_by_text("Filter by tag, gender, age, country or day").click()
    members.get_by_label("Gender").select_option("Male")
    expect(ticks(members)).to_have_count(2)
    expect(members.locator("#matching")).to_have_text("2")
    members.get_by_label("Gender").select_option("Female")
    expect(members.locator("#matching")).to_have_text("3")


def test_a_tick_stays_with_its_contact_when_filters_change(members: Page):
    number = ticks(members).nth(3).get_attribute("aria-label")
    ticks(members).nth(3).check()
    ticks(members).nth(0).check()
    members.get_by_text("Filter by tag, gender, age, country or day").click()
    members.get_by_label("Gender").select_option("Female")
    expect(ticks(members)).to_have_count(3)
    expect(members.get_by_label("1 ticked")).to_be_checked()
    expect(members.get_by_label(number)).to_be_checked()


def test_ticks_go_along_to_other_pages_of_the_same_filter(page: Page, sign_in):
    owner = make_owner()
    women = [make_contact(owner, gender="female") for _ in range(keyset.PAGE_SIZE + 2)]
    made = make_list(owner, members=women)
    sign_in("support")
    page.goto(f"/owners/{owner.id}/lists/{made.id}")
    untick = page.get_by_role("button", name="Untick all")
    expect(untick).to_be_hidden()
    ticks(page).nth(0).check()
    ticks(page).nth(1).check()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_label("2 ticked")).to_be_checked()
    expect(ticks(page)).to_have_count(2)
    ticks(page).nth(0).check()
    expect(page.get_by_label("3 ticked")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("3 ticked")).to_be_visible()
    expect(ticks(page).nth(1)).to_be_checked()
    page.get_by_label("Add a contact by phone number").fill("nobody's")  # which swaps the list
    page.get_by_role("button", name="Add to the list").click()
    expect(page.get_by_text("Enter a phone number, national or international")).to_be_visible()
    expect(page.get_by_label("3 ticked")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("main")).to_contain_text("3 ticked contacts")

    page.goto(f"/owners/{owner.id}/lists/{made.id}")
    ticks(page).nth(0).check()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_label("1 ticked")).to_be_visible()
    untick.click()
    expect(page.get_by_label("The ticked contacts")).to_be_focused()
    page.get_by_role("link", name="Previous").click()
    expect(page.get_by_label("The ticked contacts")).to_be_visible()
    ticks(page).nth(0).check()
    page.get_by_role("link", name=re.compile("^Subscribed")).click()
    expect(page.get_by_label("The ticked contacts")).to_be_visible()


def test_a_dynamic_list_shows_its_filters_when_it_is_chosen(members: Page):
    members.goto(members.url.rsplit("/", 1)[0] + "/new")
    expect(members.get_by_label("Gender")).to_be_hidden()
    members.get_by_label("Name").fill("Men")
    members.get_by_label("Dynamic").check()
    members.get_by_label("Gender").select_option("Male")
    members.get_by_role("button", name="Make the list").click()
    expect(members.get_by_role("heading", name="Men")).to_be_visible()
    expect(members.get_by_label("All 2 that match")).to_be_visible()
