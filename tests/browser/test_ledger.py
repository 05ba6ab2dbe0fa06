"""The wallet's page: what is asked of its past changes that part of the page, and nothing else."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_owner
from tests.wallets.ledgers import at, make_ledger


@pytest.fixture
def owner_id(committed) -> int:
    return make_ledger(
        [
            {"change": 5_000, "note": "Card", "created_at": at("2025-11-01T12:00+00:00")},
            {"change": -30, "note": "Single texts", "created_at": at("2025-12-31T21:59:30+00:00")},
            {"change": -1, "note": "Single text", "created_at": at("2026-01-01T12:00+00:00")},
        ],
        make_owner(name="Café Aurora"),
    )


@pytest.fixture
def wallet(page: Page, sign_in, owner_id: int) -> Page:
    sign_in("admin")
    page.goto(f"/owners/{owner_id}/wallet")
    page.evaluate("() => { window.isTheSamePage = true }")
    return page


def entries(page: Page):
    return page.get_by_role("region", name="Entries").locator("tbody tr")


def test_typing_words_filters_while_the_focus_stays(wallet: Page):
    wallet.get_by_label("Words").press_sequentially("texts")
    expect(entries(wallet)).to_have_count(1)
    expect(wallet.locator("#totals")).to_contain_text("Net−30")
    expect(wallet.get_by_label("Words")).to_be_focused()
    expect(wallet).to_have_url(re.compile(r"wallet\?words=texts$"))
    expect(wallet.get_by_role("link", name="Download CSV")).to_have_attribute(
        "href", re.compile(r"entries\.csv\?words=texts$")
    )
    assert wallet.evaluate("() => window.isTheSamePage")


def test_what_does_not_fit_is_said_at_once_at_its_field(wallet: Page):
    wallet.get_by_text("More filters").click()
    wallet.get_by_label("At least").fill("many")
    wallet.get_by_label("At least").press("Tab")
    expect(wallet.get_by_label("At least")).to_have_accessible_description(
        "Enter a whole number without a sign, such as 500."
    )
    expect(wallet.get_by_label("At least")).to_have_value("many")
    wallet.get_by_label("At least").fill("30")
    wallet.get_by_label("At least").press("Enter")
    expect(entries(wallet)).to_have_count(2)
    expect(wallet.get_by_label("At least")).to_have_accessible_description("")
    # Those that were opened stay open.
    expect(wallet.get_by_label("By whom")).to_be_visible()


def test_asking_for_a_balance_leaves_what_is_being_typed_beside_it(wallet: Page):
    wallet.get_by_label("Credits to add").fill("-12")
    wallet.get_by_label("Type").select_option("debit")
    expect(entries(wallet)).to_have_count(2)
    wallet.get_by_label("Day and time").fill("2025-12-31T23:59")
    wallet.get_by_role("button", name="Show the balance").click()
    card = wallet.get_by_role("region", name="Balance at another time")
    expect(card).to_contain_text("4,970 credits at 31 Dec 2025, 23:59 Europe/Athens (EET), after entry 2.")
    expect(wallet.get_by_label("Credits to add")).to_have_value("-12")
    expect(entries(wallet)).to_have_count(2)
    expect(wallet).to_have_url(re.compile("type=debit"))
    expect(wallet).to_have_url(re.compile("at=2025-12-31T23%3A59"))
    wallet.reload()
    expect(card).to_contain_text("4,970 credits")
    expect(wallet.get_by_label("Type")).to_have_value("debit")
    # And who filters on keeps the question.
    wallet.get_by_label("Type").select_option("credit")
    expect(entries(wallet)).to_have_count(1)
    expect(wallet).to_have_url(re.compile("at=2025-12-31T23%3A59"))


def test_a_time_that_never_was_is_refused_where_it_was_typed(wallet: Page):
    wallet.get_by_label("Day and time").fill("2026-03-29T03:30")
    wallet.get_by_label("Day and time").press("Enter")
    expect(wallet.get_by_label("Day and time")).to_have_accessible_description(
        "The clocks of Europe/Athens were put forward over that time. Enter an earlier or a later one."
    )


def test_the_balance_over_time_is_drawn_and_stands_in_a_table(wallet: Page):
    chart = wallet.get_by_role("region", name="Balance over time")
    expect(chart.locator("canvas")).to_be_visible()
    chart.get_by_text("The same as a table").click()
    expect(chart.get_by_role("row").filter(has_text="31 Dec 2025")).to_contain_text("4,970")


def test_without_scripts_all_of_it_works(open_page, page: Page, sign_in, owner_id):
    sign_in("support")
    plain = open_page(java_script_enabled=False, storage_state=page.context.storage_state())
    plain.goto(f"/owners/{owner_id}/wallet?type=debit")
    plain.get_by_label("Day and time").fill("2025-12-31T23:59")
    plain.get_by_label("Time zone").fill("UTC")
    plain.get_by_role("button", name="Show the balance").click()
    card = plain.get_by_role("region", name="Balance at another time")
    expect(card).to_contain_text("4,970 credits at 31 Dec 2025, 23:59 UTC, after entry 2.")
    expect(entries(plain)).to_have_count(2)
    plain.get_by_text("More filters").click()
    plain.get_by_label("At least").fill("2")
    plain.get_by_role("button", name="Show", exact=True).click()
    expect(entries(plain)).to_have_count(1)
    expect(card).to_contain_text("23:59 UTC")


def test_the_export_arrives_as_a_file(wallet: Page):
    wallet.get_by_label("Words").fill("card")
    expect(entries(wallet)).to_have_count(1)
    with wallet.expect_download() as download:
        wallet.get_by_role("link", name="Download CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert ",Card," in lines[1]
    assert re.fullmatch(r"ledger-[0-9]+\.csv", download.value.suggested_filename)
