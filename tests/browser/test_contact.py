"""A contact's page as a person works with it, and its consent sheet on paper."""

import io
import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from dashboard.contacts.models import Source
from dashboard.contacts.subscriptions.commands import stop_contact
from tests.browser.hand import sign_in_at
from tests.contacts.histories import consent, membership, note
from tests.factories import NOON, make_contact, make_list, make_owner


@pytest.fixture
def contact(committed):
    """A contact who joined VIP in October, left on 20 November, and about whom a note was written."""
    owner = make_owner(name="Café Aurora")
    contact = make_contact(owner, created_at=NOON - timedelta(days=60))
    membership(
        contact, NOON - timedelta(days=40), make_list(owner, name="VIP", members=[contact]).id, "added"
    )
    consent(contact, NOON - timedelta(days=30), True, source="import")
    consent(contact, NOON, False, reason="Asked by phone")
    note(contact, NOON, "Wants to hear nothing more")
    return contact


def test_a_note_is_written_and_found_by_its_tab(page: Page, sign_in, contact):
    person = sign_in("support")
    page.goto(f"/owners/{contact.owner_id}/contacts/{contact.id}")
    page.get_by_label("Note").fill("Called about the sale")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_role("status")).to_contain_text("The note was added.")
    page.get_by_role("navigation", name="What to show").get_by_role("link", name="Notes").click()
    lines = page.get_by_role("list", name="Timeline").get_by_role("listitem")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("Called about the sale")
    expect(lines.first).to_contain_text(person.name)


def test_a_half_typed_note_outlives_what_else_is_done_on_the_page(page: Page, sign_in, contact):
    sign_in("support")
    other = make_contact(owner_id=contact.owner_id)
    page.goto(f"/owners/{other.owner_id}/contacts/{other.id}")
    note_field, reason = page.get_by_label("Note", exact=True), page.get_by_label("Reason")
    note_field.fill("Called about")
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_text("Say why.")).to_be_visible()
    expect(note_field).to_have_value("Called about")
    tab = page.get_by_role("navigation", name="What to show").get_by_role("link", name="Notes")
    tab.click()
    expect(tab).to_have_attribute("aria-current", "page")
    expect(page).to_have_url(re.compile("kind=notes$"))
    expect(note_field).to_have_value("Called about")
    reason.fill("Asked by phone")
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("status")).to_contain_text("The contact is unsubscribed.")
    expect(note_field).to_have_value("Called about")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_role("list", name="Timeline").get_by_role("listitem").first).to_contain_text(
        "Called about"
    )
    expect(note_field).to_have_value("")


def test_the_state_of_a_day_and_the_timeline_from_there(page: Page, sign_in, contact):
    sign_in("support")
    page.goto(f"/owners/{contact.owner_id}/contacts/{contact.id}")
    page.get_by_label("State as of").fill("2026-11-19")
    page.get_by_role("button", name="Show the state then").click()
    then = page.locator("#then")
    expect(then).to_contain_text("At the end of 19 Nov 2026, Europe/Athens (EET):")
    expect(then).to_contain_text("Subscribed since 21 Oct, 15:00, by import.")
    expect(then).to_contain_text("On VIP since 11 Oct 2026.")
    lines = page.get_by_role("list", name="Timeline").get_by_role("listitem")
    expect(lines).to_have_count(2)
    page.get_by_role("link", name="Show all").click()
    expect(lines).to_have_count(4)


def test_the_consent_sheet_prints_alone_with_its_digest(open_page, contact):
    page = open_page(color_scheme="dark")
    sign_in_at(page, "support")
    page.goto(f"/owners/{contact.owner_id}/contacts/{contact.id}")
    page.get_by_role("link", name="Consent sheet").click()
    digest = page.locator("#digest").inner_text()
    paper = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = "".join("".join(sheet.extract_text().split()) for sheet in paper.pages)
    assert len(paper.pages) == 1
    assert digest in text
    assert "2026-11-20T12:00:00.000000Z" in text
    assert "Askedbyphone" in text
    assert not [word for word in ("Overview", "Download", "Saveview") if word in text]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download its text").click()
    assert download.value.suggested_filename == f"consent-{contact.owner_id}-{contact.id}.txt"


def test_an_unsubscription_is_undone_without_scripts_too(open_page, contact):
    page = open_page(java_script_enabled=False)
    other = make_contact(owner_id=contact.owner_id)
    sign_in_at(page, "support")
    page.goto(f"/owners/{other.owner_id}/contacts/{other.id}")
    page.get_by_label("Reason").fill("Asked by phone")
    page.get_by_label("More for colleagues").fill("Was in a hurry")
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("status")).to_contain_text("The contact is unsubscribed.")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Undone. The contact is subscribed.")
    expect(page.get_by_role("list", name="Timeline")).to_contain_text("Was in a hurry")


def test_an_undo_stays_until_it_is_used_and_a_double_click_is_one(page: Page, sign_in, contact):
    other = make_contact(owner_id=contact.owner_id)
    sign_in("support")
    page.clock.install()
    page.goto(f"/owners/{other.owner_id}/contacts/{other.id}")
    page.get_by_label("Reason").fill("Asked by phone")
    page.get_by_role("button", name="Unsubscribe").click()
    undo = page.get_by_role("status").get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    page.clock.run_for(60_000)
    undo.dblclick()
    expect(page.get_by_role("status")).to_contain_text("Undone. The contact is subscribed.")
    expect(page.get_by_role("list", name="Timeline").get_by_role("listitem")).to_have_count(2)


def test_a_suppressed_number_is_subscribed_again_by_a_step_of_its_own(page: Page, sign_in, contact):
    sign_in("support")
    other = make_contact(owner_id=contact.owner_id)
    ids = other.owner_id, other.id
    stop_contact(*ids, reason="STOP", actor_id=None, source=Source.STOP_KEYWORD)
    page.goto(f"/owners/{other.owner_id}/contacts/{other.id}")
    page.get_by_role("link", name="Subscribe again…").click()
    expect(page.get_by_role("heading", name="Why it is suppressed")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("by stop keyword: STOP")
    page.get_by_label("Reason").fill("Called and asked for it")
    page.get_by_role("button", name="Subscribe again").click()
    expect(page.get_by_label("The person asked to be messaged again")).to_be_focused()
    page.get_by_label("The person asked to be messaged again").check()
    page.get_by_role("button", name="Subscribe again").click()
    expect(page.locator(".title-line").get_by_text("Subscribed", exact=True)).to_be_visible()


def test_a_person_is_erased_with_the_digits_of_the_number(page: Page, sign_in, contact):
    phone = contact.phone
    sign_in("support")
    page.goto(f"/owners/{contact.owner_id}/contacts/{contact.id}")
    page.get_by_role("link", name="Erase this person on request…").click()
    page.get_by_label("Reason").fill("By letter of 1 November")
    page.get_by_label("The last 4 digits of the number").fill("0000")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_label("The last 4 digits of the number")).to_be_focused()
    page.get_by_label("The last 4 digits of the number").fill(phone[-4:])
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("heading", name="Erased on request")).to_be_visible()
    expect(page.get_by_role("button", name="Unsubscribe")).to_have_count(0)
    expect(page.get_by_role("list", name="Timeline")).to_contain_text("Taken off VIP")


def test_the_consent_sheet_has_a_button_that_prints(page: Page, sign_in, contact):
    sign_in("support")
    page.add_init_script("window.print = () => { document.title = 'printed' }")
    page.goto(f"/owners/{contact.owner_id}/contacts/{contact.id}/consent")
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")
