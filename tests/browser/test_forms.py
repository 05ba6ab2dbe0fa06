"""A form is sent once, answers in words, and loses nothing that was typed."""

from uuid import uuid4

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from dashboard.core.db import db
from dashboard.wallets.commands import Movement, write_entry
from dashboard.wallets.models import CreditTransaction, ReasonCode
from tests.factories import PASSWORD, make_contact, make_list, make_owner, make_wallet


def count_of(what) -> int:
    return db.session.scalar(select(func.count()).select_from(what))


def test_a_refused_form_keeps_what_was_typed_and_leads_to_the_field(page: Page, sign_in):
    wallet = make_wallet(balance_credits=70)
    sign_in("admin")
    page.goto(f"/owners/{wallet.owner_id}/wallet")
    address = page.url
    amount = page.get_by_label("Credits to add")
    amount.fill("a few")
    page.get_by_label("Reason").select_option("Goodwill")
    page.get_by_label("Note").fill('For <b>"Ada"</b>')
    page.get_by_role("button", name="Preview").click()

    expect(amount).to_have_accessible_description(
        "A negative number takes credits away. Enter a whole number, such as 500 or -30."
    )
    expect(amount).to_be_focused()
    expect(amount).to_have_value("a few")
    expect(page.get_by_label("Reason")).to_have_value("goodwill")
    expect(page.get_by_label("Note")).to_have_value('For <b>"Ada"</b>')
    assert page.url == address

    amount.fill("30")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Add 30 credits").click()
    expect(page.get_by_role("status")).to_contain_text("+30 credits. Balance: 100.")
    expect(amount).to_have_value("")
    expect(page.get_by_text("<b>")).to_be_visible()


def test_a_new_contact_that_is_there_already_leads_to_it(page: Page, sign_in):
    contact = make_contact(phone="+306984303406", first_name="Ada")
    sign_in("support")
    page.goto(f"/owners/{contact.owner_id}/contacts/new")
    page.get_by_label("Phone").fill("69 8430 3406")
    page.get_by_label("Last name").fill("Typed already")
    page.get_by_label("Consent").fill("Asked for it at the till")
    page.get_by_role("button", name="Add the contact").click()
    expect(page.get_by_label("Phone")).to_be_focused()
    expect(page.get_by_label("Last name")).to_have_value("Typed already")
    page.get_by_role("link", name="Open that contact").click()
    expect(page.get_by_role("heading", name="Ada")).to_be_visible()


def test_a_success_is_told_in_the_live_region_and_can_be_dismissed(page: Page, sign_in):
    contact = make_contact()
    sign_in("support")
    page.goto(f"/owners/{contact.owner_id}/contacts/{contact.id}")
    # The region stands there before its first message, or screen readers would not hear it.
    expect(page.get_by_role("status")).to_have_attribute("aria-live", "polite")
    page.get_by_label("Reason").fill("Asked by phone")
    page.get_by_role("button", name="Unsubscribe").click()
    toast = page.get_by_role("status").get_by_text("The contact is unsubscribed.")
    expect(toast).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(toast).to_be_hidden()


def test_good_news_leaves_by_itself(page: Page, sign_in):
    members_of = make_list(members=[make_contact()])
    sign_in("support")
    page.clock.install()
    page.goto(f"/owners/{members_of.owner_id}/lists/{members_of.id}")
    page.get_by_role("button", name="Remove").click()
    news = page.get_by_text("The contact was taken off the list.")
    expect(news).to_be_visible()
    page.clock.run_for(60_000)
    expect(news).to_be_hidden()


def test_a_double_click_adjusts_once(page: Page, sign_in):
    wallet = make_wallet(balance_credits=70)
    sign_in("admin")
    page.goto(f"/owners/{wallet.owner_id}/wallet")
    page.get_by_label("Credits to add").fill("5")
    page.get_by_label("Reason").select_option("Goodwill")
    page.get_by_role("button", name="Preview").dblclick()
    page.get_by_role("button", name="Add 5 credits").dblclick()
    expect(page.get_by_role("status")).to_contain_text("+5 credits. Balance: 75.")
    expect(page.get_by_role("region", name="Entries").get_by_role("row")).to_have_count(3)
    assert count_of(CreditTransaction) == 2


def test_what_was_confirmed_in_another_window_is_told_with_the_new_balance(page: Page, sign_in):
    wallet = make_wallet(balance_credits=70)
    sign_in("admin")
    page.goto(f"/owners/{wallet.owner_id}/wallet")
    page.get_by_label("Credits to add").fill("5")
    page.get_by_label("Reason", exact=True).select_option("Goodwill")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Confirm the adjustment")).to_be_focused()
    write_entry(Movement(wallet.owner_id, 100, ReasonCode.PURCHASE, uuid4(), None))
    page.get_by_role("button", name="Add 5 credits").click()
    expect(page.get_by_role("alert")).to_contain_text("The wallet moved meanwhile")
    expect(page.locator("#adjust-card")).to_contain_text("170")
    page.get_by_role("button", name="Add 5 credits").click()
    expect(page.get_by_role("status")).to_contain_text("+5 credits. Balance: 175.")


def test_back_and_forward_after_an_adjustment_write_nothing_anew(page: Page, sign_in):
    wallet = make_wallet(balance_credits=70)
    sign_in("admin")
    page.goto("/wallets")
    page.goto(f"/owners/{wallet.owner_id}/wallet")
    page.get_by_label("Credits to add").fill("5")
    page.get_by_label("Reason", exact=True).select_option("Goodwill")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Add 5 credits").click()
    expect(page.get_by_role("status")).to_contain_text("+5 credits. Balance: 75.")
    page.go_back()
    page.go_forward()
    page.reload()
    expect(page.locator("#balance")).to_have_text("75")
    assert count_of(CreditTransaction) == 2


def test_the_focus_is_not_lost_by_a_change(page: Page, sign_in):
    contact = make_contact()
    sign_in("support")
    page.goto(f"/owners/{contact.owner_id}/contacts/{contact.id}")
    page.get_by_label("Reason").fill("Asked by phone")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Subscribe again…")).to_be_focused()


def test_a_lost_session_leads_to_the_sign_in_page_and_back(page: Page, sign_in):
    wallet = make_wallet(balance_credits=70)
    person = sign_in("admin")
    page.goto(f"/owners/{wallet.owner_id}/wallet")
    address = page.url
    page.context.clear_cookies()
    page.get_by_label("Credits to add").fill("1")
    page.get_by_label("Reason").select_option("Goodwill")
    page.get_by_role("button", name="Preview").click()

    expect(page.get_by_role("status")).to_contain_text("Your session has ended. Sign in to go on.")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Wallet")).to_be_visible()
    assert page.url == address
    assert count_of(CreditTransaction) == 1


def test_an_account_that_was_disabled_ends_at_the_next_request(page: Page, sign_in):
    person = sign_in("support")
    page.goto("/campaigns")
    person.disabled_at = db.func.now()
    db.session.commit()
    page.get_by_label("State").select_option("Failed")
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_role_that_may_not_sees_no_form(page: Page, sign_in):
    wallet = make_wallet(balance_credits=70)
    sign_in("support")
    page.goto(f"/owners/{wallet.owner_id}/wallet")
    expect(page.get_by_role("heading", name="Ledger")).to_be_visible()
    expect(page.get_by_role("button", name="Preview")).to_have_count(0)


def test_a_fault_of_ours_is_told_with_a_reference_and_the_page_stays(page: Page, sign_in, watch, monkeypatch):
    owner = make_owner()
    sign_in("support")
    page.clock.install()
    page.goto(f"/owners/{owner.id}/lists/new")
    monkeypatch.setattr("dashboard.lists.commands.create_list", broken)
    watch.expects_faults = True
    page.get_by_label("Name").fill("VIP")
    page.get_by_role("button", name="Make the list").click()
    expect(page.get_by_role("status")).to_contain_text("Something went wrong on our side.")
    expect(page.get_by_role("status")).to_contain_text("Reference")
    expect(page.get_by_label("Name")).to_have_value("VIP")
    # A refusal stays until it was read.
    page.clock.run_for(60_000)
    expect(page.get_by_role("status")).to_contain_text("Reference")


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("broken on purpose")
