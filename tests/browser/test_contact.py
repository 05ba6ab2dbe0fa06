"""A contact's page as a person works with it, and its consent sheet on paper."""

import io
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.hand import sign_in_at
from tests.contacts.histories import consent, membership, note
from tests.factories import NOON, make_contact, make_list, make_owner


@pytest.fixture
def contact(committed):
    """A contact who joined VIP in October, left on 20 November, and about whom a note was written."""
    owner = make_owner(name="Café Aurora")
    contact = make_contact(owner, created_at=NOON - timedelta(days=60))
    membership(contact, NOON - timedelta(days=40), make_list(owner, name="VIP").id, "added")
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
