"""Tasks of a day at the desk: the right result, within the clicks, one audit row for each write."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from dashboard.audit.models import AuditEvent
from dashboard.contacts.models import Contact
from dashboard.core.db import db, utc_now
from dashboard.wallets.commands import Movement, write_entry
from dashboard.wallets.models import CreditTransaction, ReasonCode, Wallet
from tests.campaigns.signals.many import send
from tests.contacts.histories import consent, membership
from tests.factories import (
    NOON,
    PASSWORD,
    make_campaign,
    make_contact,
    make_list,
    make_message,
    make_owner,
    make_wallet,
)
from tests.wallets.ledgers import make_ledger


def audited() -> list[tuple[str, int]]:
    """What was written down about owners' things: action and person."""
    rows = select(AuditEvent.action, AuditEvent.staff_id).where(AuditEvent.owner_id.is_not(None))
    return [tuple(row) for row in db.session.execute(rows)]


def ledger_of(owner_id: int) -> list[tuple[str, int, int]]:
    rows = (
        select(
            CreditTransaction.type, CreditTransaction.amount_credits, CreditTransaction.balance_after_credits
        )
        .where(CreditTransaction.owner_id == owner_id)
        .order_by(CreditTransaction.entry_no)
    )
    return [tuple(row) for row in db.session.execute(rows)]


@pytest.mark.parametrize("typed", ["69 8430 3406", "0030 698-430-3406"])
def test_s1_is_this_number_subscribed(page: Page, sign_in, hand, typed):
    owner = make_owner(name="Café Aurora")
    make_contact(owner, phone="+306984303406", first_name="Ada", last_name="Lovelace")
    make_contact(owner, phone="+306984303407")
    sign_in("support")

    hand.open_from_search(typed)

    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    expect(page.locator(".title-line").get_by_text("Subscribed", exact=True)).to_be_visible()
    assert hand.clicks <= 2


def test_s1_the_same_number_at_two_owners_lets_one_choose(page: Page, sign_in, hand):
    mine, other = make_owner(name="Café Aurora"), make_owner(name="Bakery Boreas")
    make_contact(mine, phone="+306984303406", is_subscribed=False)
    make_contact(other, phone="+306984303406")
    sign_in("support")

    row = page.get_by_role("row").filter(has_text="Café Aurora")
    hand.open_from_search("69 8430 3406", choosing=row.get_by_role("link"))

    expect(page.locator(".title-line").get_by_text("Unsubscribed", exact=True)).to_be_visible()
    assert hand.clicks <= 2


def test_s2_why_did_this_contact_not_get_black_friday(page: Page, sign_in, hand):
    owner = make_owner(name="Café Aurora")
    contact = make_contact(
        owner, phone="+306984303406", first_name="Ada", created_at=NOON - timedelta(days=9)
    )
    vip = make_list(owner, name="VIP")
    membership(contact, NOON - timedelta(days=9), vip.id, "added")
    consent(contact, NOON - timedelta(days=2), False, source="stop_keyword", reason="STOP")
    for n in range(9):
        make_campaign(owner, name=f"Newer {n}", started_at=NOON + timedelta(hours=n + 1))
    make_campaign(owner, name="Black Friday", list_id=vip.id)
    sign_in("support")

    hand.open_from_search("69 8430 3406")
    hand.fill(page.get_by_label("Campaign", exact=True), "black friday")
    page.keyboard.press("Enter")
    hand.clicks += 1

    expect(page.get_by_role("heading", name="Why did they not get “Black Friday”?")).to_be_visible()
    expect(page.get_by_role("heading", name="They did not get it.")).to_contain_text("“STOP”")
    checks = page.get_by_role("list", name="The checks in their order").get_by_role("listitem")
    expect(checks.filter(has=page.get_by_role("heading", name="Subscribed"))).to_contain_text("Stopped here")
    expect(checks.filter(has=page.get_by_role("heading", name="In the audience"))).to_contain_text("Passed")
    expect(page.get_by_text("What to do now:")).to_be_visible()
    assert hand.clicks <= 4
    assert audited() == []

    # The evidence is one click away.
    hand.click(page.get_by_role("link", name="Unsubscribed", exact=True))
    first = page.get_by_role("list", name="Timeline").get_by_role("listitem").first
    expect(first).to_contain_text("STOP")


def test_s3_unsubscribe_a_contact_who_asks_by_phone(page: Page, sign_in, hand):
    contact = make_contact(phone="+306984303406")
    person = sign_in("support")

    hand.open_from_search("69 8430 3406")
    hand.fill(page.get_by_label("Reason"), "Asked by phone")
    hand.click(page.get_by_role("button", name="Unsubscribe"))

    expect(page.get_by_role("status")).to_contain_text("The contact is unsubscribed.")
    expect(page.locator(".title-line").get_by_text("Unsubscribed", exact=True)).to_be_visible()
    history = page.get_by_role("list", name="Timeline").get_by_role("listitem")
    expect(history.filter(has_text="Asked by phone")).to_contain_text(person.name)
    assert hand.clicks <= 4
    assert db.session.scalar(select(Contact.is_subscribed).where(Contact.id == contact.id)) is False
    assert audited() == [("contact.unsubscribe", person.id)]


def test_s4_undo_s3(page: Page, sign_in, hand):
    contact = make_contact(phone="+306984303406")
    person = sign_in("support")
    hand.open_from_search("69 8430 3406")
    hand.fill(page.get_by_label("Reason"), "Asked by phone")
    hand.click(page.get_by_role("button", name="Unsubscribe"))
    expect(page.get_by_role("status")).to_contain_text("The contact is unsubscribed.")
    clicks = hand.clicks

    hand.click(page.get_by_role("status").get_by_role("button", name="Undo"))

    expect(page.get_by_role("status")).to_contain_text("Undone. The contact is subscribed.")
    expect(page.locator(".title-line").get_by_text("Subscribed", exact=True)).to_be_visible()
    history = page.get_by_role("list", name="Timeline").get_by_role("listitem")
    expect(history.filter(has_text="Undone: Asked by phone")).to_contain_text(person.name)
    assert hand.clicks - clicks <= 1
    assert db.session.scalar(select(Contact.is_subscribed).where(Contact.id == contact.id)) is True
    assert audited() == [("contact.unsubscribe", person.id), ("contact.subscribe", person.id)]


def test_s8_import_a_thousand_rows_of_which_twelve_are_bad(page: Page, sign_in, hand, work_off, tmp_path):
    make_owner(name="Bakery Nord")
    owner_id = make_owner(name="Café Aurora").id
    person_id = sign_in("support").id
    rows = [f"69{n:08},Ada,{n}" for n in range(10_000_000, 10_000_988)]
    rows += [f"12{n},Eva,{n}" for n in range(12)]
    file = tmp_path / "people.csv"
    file.write_text("phone,first name,points\n" + "\n".join(rows))

    hand.click(page.get_by_role("link", name="Contacts", exact=True))
    hand.click(page.get_by_role("link", name="Import", exact=True))
    expect(page.get_by_label("Owner")).to_be_focused()
    page.keyboard.type("Café")
    with page.expect_file_chooser() as choosing:
        hand.click(page.get_by_label("File"))
    choosing.value.set_files(file)
    hand.click(page.get_by_role("button", name="Upload and check"))
    expect(page.get_by_text("Being read")).to_be_visible()
    work_off()
    expect(page.get_by_role("button", name="Import 988 rows")).to_be_visible()
    hand.fill_next(page.get_by_label("How did these people agree"), "Ticked the box in the shop")
    hand.click(page.get_by_role("button", name="Import 988 rows"))
    expect(page.get_by_text("Being imported")).to_be_visible()
    work_off()
    expect(page.locator(".title-line").get_by_text("Imported", exact=True)).to_be_visible()
    with page.expect_download() as download:
        hand.click(page.get_by_role("link", name="Download all 12"))

    assert len(download.value.path().read_text().splitlines()) == 13
    assert hand.clicks <= 6
    contacts = select(Contact.is_subscribed).where(Contact.owner_id == owner_id)
    assert db.session.scalars(contacts).all() == [True] * 988
    own = [action for action, staff_id in audited() if staff_id == person_id]
    assert own == [f"contact_import.{verb}" for verb in ("upload", "start", "download")]


def test_s6_the_unsubscribed_members_of_a_list(page: Page, sign_in, hand):
    owner = make_owner()
    gone = [make_contact(owner, is_subscribed=False, first_name="Gone", last_name=str(n)) for n in range(3)]
    here = [make_contact(owner, first_name="Here", last_name=str(n)) for n in range(2)]
    make_list(owner, name="VIP", members=gone + here)
    make_list(owner, name="Everybody else", members=here)
    sign_in("support")

    hand.open_from_search("VIP")
    hand.click(
        page.get_by_role("navigation", name="Members by state").get_by_role("link", name="Unsubscribed")
    )

    members = page.get_by_role("region", name="Members").get_by_role("row")
    expect(members.filter(has_text="Gone")).to_have_count(3)
    expect(members.filter(has_text="Here")).to_have_count(0)
    assert hand.clicks <= 3


def test_m1_the_last_campaigns_delivery_rate_with_its_interval(page: Page, sign_in, hand):
    owner = make_owner()
    make_campaign(owner, name="The one before")
    campaign = make_campaign(owner, name="Black Friday")
    for n in range(40):
        make_message(campaign, status="failed" if n < 2 else "delivered")
    sign_in("manager")

    hand.click(page.get_by_role("link", name="Campaigns", exact=True))
    hand.click(
        page.get_by_role("region", name="Campaigns").get_by_role("row").nth(1).get_by_role("link").first
    )

    expect(page.get_by_role("heading", name="Black Friday")).to_be_visible()
    delivered = page.locator(".figure").filter(has_text="Delivered")
    expect(delivered).to_contain_text("95.0 %")
    expect(delivered).to_contain_text("38 of 40 accepted")
    # The Wilson interval of 38 in 40.
    expect(delivered).to_contain_text("83.5 to 98.6 %")
    assert hand.clicks <= 2


def test_m2_this_months_worst_campaigns_by_what_is_statistically_sure(page: Page, sign_in, hand):
    owner = make_owner(name="Café Aurora")
    send(owner, 31, 1_000, days_ago=40, name="Before")
    send(owner, 32, 1_000, days_ago=9, name="As ever")
    send(owner, 2, 10, days_ago=8, name="Two of ten")
    send(owner, 123, 1_000, days_ago=7, name="Bad")
    send(owner, 400, 1_000, days_ago=6, name="Worse")
    sign_in("manager")
    expect(page.get_by_role("region", name="Campaigns below normal").get_by_role("link")).to_have_text(
        ["Worse", "Bad"]
    )

    hand.click(page.get_by_role("link", name="All that are below normal: 2"))

    rows = page.get_by_role("region", name="Campaigns").get_by_role("row")
    expect(rows.get_by_role("link")).to_have_text(["Worse", "Bad"])
    expect(rows.nth(2)).to_contain_text("12.3 %")
    expect(rows.nth(2)).to_contain_text("normal 3.2 %")
    hand.click(rows.get_by_role("link", name="Bad"))
    expect(page.get_by_text("Even the low end of the interval, 10.4 %, is above that.")).to_be_visible()
    assert hand.clicks <= 2


def test_m4_a_campaigns_top_failure_reason_and_the_messages_behind_it(page: Page, sign_in, hand):
    owner = make_owner()
    campaign = make_campaign(owner, name="Black Friday")
    for error_code, times in (("27", 3), ("1", 2), (None, 1)):
        for n in range(times):
            contact = make_contact(owner, first_name=f"Code-{error_code}", last_name=str(n))
            make_message(campaign, contact, "failed", error_code=error_code)
    make_message(campaign, make_contact(owner, first_name="Fine"))
    sign_in("manager")

    hand.click(page.get_by_role("link", name="Campaigns", exact=True))
    hand.click(page.get_by_role("link", name="Black Friday"))
    top = page.get_by_role("region", name="Failure reasons").get_by_role("row").nth(1)
    expect(top).to_contain_text("The handset was off or out of reach")
    expect(top).to_contain_text("27")
    hand.click(top.get_by_role("link", name="3"))

    rows = page.get_by_role("region", name="Messages").get_by_role("row")
    expect(rows.filter(has_text="Code-27")).to_have_count(3)
    expect(rows).to_have_count(4)
    expect(page.get_by_text("Try again later: the handset was off or out of reach.")).to_be_visible()
    assert hand.clicks <= 3

    # From there each other reason is one click away.
    hand.click(page.get_by_role("link", name="The provider gave no reason 1"))
    expect(rows.filter(has_text="Code-None")).to_have_count(1)
    expect(rows).to_have_count(2)


def confirmed(hand, page: Page, name: str) -> None:
    """Press the preview's button, which says what it does."""
    hand.click(page.get_by_role("button", name="Preview"))
    expect(page.get_by_role("heading", name="Confirm the adjustment")).to_be_visible()
    hand.click(page.get_by_role("button", name=name))


def test_m6_watch_a_send_live_and_pause_the_updating(page: Page, sign_in, hand):
    campaign = make_campaign(name="Black Friday", status="sending", started_at=utc_now())
    make_message(campaign, status="queued")
    make_message(campaign, sent_at=utc_now(), delivered_at=utc_now())
    page.clock.install()
    sign_in("manager")
    delivered = page.locator(".figure").filter(has_text="Delivered")

    hand.click(page.get_by_role("region", name="Sending now").get_by_role("link", name="Black Friday"))
    expect(delivered).to_contain_text("1 of 1 accepted")
    make_message(campaign, sent_at=utc_now(), delivered_at=utc_now())
    page.clock.run_for(4_000)
    expect(delivered).to_contain_text("2 of 2 accepted")

    hand.click(page.get_by_role("link", name="Pause updating"))
    expect(page.get_by_role("link", name="Go on updating")).to_be_visible()
    make_message(campaign, sent_at=utc_now(), delivered_at=utc_now())
    page.clock.run_for(60_000)
    expect(delivered).to_contain_text("2 of 2 accepted")
    assert hand.clicks <= 3
    assert audited() == []


def test_a1_credit_500_for_goodwill(page: Page, sign_in, hand):
    wallet = make_wallet(make_owner(name="Café Aurora"), balance_credits=70)
    person = sign_in("admin")

    hand.open_from_search("aurora")
    hand.click(page.get_by_role("link", name="Adjust credits"))
    expect(page.get_by_label("Credits to add")).to_be_focused()
    hand.fill(page.get_by_label("Credits to add"), "500")
    hand.fill_next(page.get_by_label("Reason", exact=True), "Goodwill")
    confirmed(hand, page, "Add 500 credits")

    expect(page.get_by_role("status")).to_contain_text("+500 credits. Balance: 570.")
    expect(page.get_by_role("region", name="Entries").get_by_role("row").nth(1)).to_contain_text("Goodwill")
    assert hand.clicks <= 5
    assert ledger_of(wallet.owner_id) == [("credit", 70, 70), ("credit", 500, 570)]
    assert audited() == [("wallet.adjust", person.id)]


def test_a3_a_debit_beyond_the_balance_is_refused_with_the_shortfall(page: Page, sign_in, hand):
    wallet = make_wallet(make_owner(name="Café Aurora"), balance_credits=70)
    sign_in("admin")

    hand.click(page.get_by_role("link", name="Wallets", exact=True))
    hand.click(page.get_by_role("main").get_by_role("link", name="Café Aurora"))
    hand.fill(page.get_by_label("Credits to add"), "-100")
    hand.fill_next(page.get_by_label("Reason", exact=True), "Correction")
    hand.click(page.get_by_role("button", name="Preview"))

    expect(page.get_by_label("Credits to add")).to_have_accessible_description(
        "A negative number takes credits away. The wallet holds 70 credits: 30 too few."
    )
    assert hand.clicks <= 4
    assert ledger_of(wallet.owner_id) == [("credit", 70, 70)]
    assert db.session.scalar(select(Wallet.balance_credits)) == 70
    assert audited() == []


def test_a2_a1s_form_sent_twice_is_one_entry_and_a_friendly_notice(page: Page, sign_in, hand):
    wallet = make_wallet(make_owner(name="Café Aurora"), balance_credits=70)
    person = sign_in("admin")
    page.goto(f"/owners/{wallet.owner_id}/wallet?adjust=y")
    hand.fill(page.get_by_label("Credits to add"), "500")
    hand.fill_next(page.get_by_label("Reason", exact=True), "Goodwill")
    # The form stays open in a second window, as it was before it was confirmed.
    hand.click(page.get_by_role("button", name="Preview"))
    expect(page.get_by_role("button", name="Add 500 credits")).to_be_visible()
    left_open = page.locator("#adjust-card").inner_html()
    hand.click(page.get_by_role("button", name="Add 500 credits"))
    expect(page.get_by_role("status")).to_contain_text("+500 credits. Balance: 570.")
    page.locator("#adjust-card").evaluate(
        "(card, html) => { card.innerHTML = html; htmx.process(card) }", left_open
    )
    clicks = hand.clicks

    hand.click(page.get_by_role("button", name="Add 500 credits"))

    expect(page.get_by_role("status")).to_contain_text("applied already, as entry 2. Nothing was added.")
    page.get_by_role("link", name="entry 2").click()
    expect(page.get_by_role("heading", name="Entry 2")).to_be_visible()
    assert hand.clicks - clicks == 1
    assert ledger_of(wallet.owner_id) == [("credit", 70, 70), ("credit", 500, 570)]
    assert audited() == [("wallet.adjust", person.id)]


def test_a5_reverse_a1(page: Page, sign_in, hand):
    wallet = make_wallet(make_owner(name="Café Aurora"), balance_credits=70)
    write_entry(Movement(wallet.owner_id, 500, ReasonCode.GOODWILL, uuid4(), None))
    person = sign_in("admin")

    hand.click(page.get_by_role("link", name="Wallets", exact=True))
    hand.click(page.get_by_role("main").get_by_role("link", name="Café Aurora"))
    hand.click(page.get_by_role("region", name="Entries").get_by_role("link", name="2", exact=True))
    hand.click(page.get_by_role("link", name="Reverse"))
    expect(page.get_by_role("main")).to_contain_text("Balance after")
    hand.click(page.get_by_role("button", name="Reverse it"))

    expect(page.get_by_role("status")).to_contain_text("−500 credits. Balance: 70.")
    assert hand.clicks <= 5
    assert ledger_of(wallet.owner_id)[1:] == [("credit", 500, 570), ("debit", 500, 70)]
    assert ("wallet.reverse", person.id) in audited()


def test_a6_the_balance_at_31_december_in_athens(page: Page, sign_in, hand):
    year = utc_now().year - 1
    lines = [
        {"change": 5_347, "created_at": datetime(year, 6, 1, tzinfo=UTC)},
        {"change": -30, "created_at": datetime(year, 12, 31, 21, 59, 59, tzinfo=UTC)},
        {"change": 4_000, "created_at": datetime(year, 12, 31, 22, 0, tzinfo=UTC)},
    ]
    make_ledger(lines, make_owner(name="Café Aurora", timezone="America/New_York"))
    sign_in("admin")

    hand.click(page.get_by_role("link", name="Wallets", exact=True))
    hand.click(page.get_by_role("main").get_by_role("link", name="Café Aurora"))
    hand.fill_next(page.get_by_label("Day and time"), f"1231{year}")
    page.keyboard.press("ArrowRight")  # from the year to the hour
    page.keyboard.type("1159PM")
    hand.fill_next(page.get_by_label("Time zone"), "Athens")
    hand.click(page.get_by_role("button", name="Show the balance"))

    expect(page.get_by_role("region", name="Balance at another time")).to_contain_text(
        f"5,317 credits at 31 Dec {year}, 23:59 Europe/Athens (EET), after entry 2."
    )
    assert hand.clicks <= 3


def test_a_large_adjustment_takes_two_people(page: Page, sign_in, hand):
    wallet = make_wallet(make_owner(name="Café Aurora"), balance_credits=70)
    asker = sign_in("admin")
    page.goto(f"/owners/{wallet.owner_id}/wallet?adjust=y")
    hand.fill(page.get_by_label("Credits to add"), "25000")
    hand.fill_next(page.get_by_label("Reason", exact=True), "Purchase")
    confirmed(hand, page, "Ask for approval")
    expect(page.get_by_role("heading", name="+25,000 credits")).to_be_visible()
    expect(page.get_by_text("Another admin must decide about it.")).to_be_visible()
    assert ledger_of(wallet.owner_id) == [("credit", 70, 70)]

    page.context.clear_cookies()
    approver = sign_in("admin")
    hand.click(page.get_by_role("link", name="Approvals 1 waiting"))
    hand.click(page.get_by_role("main").get_by_role("link", name="Café Aurora"))
    hand.fill(page.get_by_label("Your password"), PASSWORD)
    hand.click(page.get_by_role("button", name="Approve"))

    expect(page.get_by_role("status")).to_contain_text("+25,000 credits. Balance: 25,070.")
    assert ledger_of(wallet.owner_id)[1:] == [("credit", 25_000, 25_070)]
    assert audited() == [("wallet.request", asker.id), ("wallet.approve", approver.id)]


def test_m7_save_the_view_failing_in_the_eu_and_share_its_link(page: Page, sign_in, hand):
    for country in ("GR", "GB", "DE"):
        campaign = make_campaign(make_owner(country=country), name=f"Sale in {country}")
        make_message(campaign, status="failed")
        make_message(campaign, status="failed" if country == "DE" else "delivered")
    person = sign_in("manager")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    campaigns = page.get_by_role("region", name="Campaigns").get_by_role("link", name="Sale in")

    hand.click(page.get_by_role("link", name="all campaigns by failure"))
    hand.fill_next(page.get_by_label("Country"), "Euro")
    expect(campaigns).to_have_text(["Sale in DE", "Sale in GR"])
    hand.click(page.get_by_role("button", name="Save view"))
    hand.fill(page.get_by_label("Save as"), "failing in the EU")
    hand.click(page.get_by_role("button", name="Save for everybody"))
    expect(page.get_by_role("status")).to_contain_text("Saved. Everybody may open its link: /v/")
    hand.click(page.get_by_role("button", name="Copy link"))
    expect(page.get_by_role("status")).to_contain_text("The link is copied.")

    assert hand.clicks <= 4
    audit = select(AuditEvent.action, AuditEvent.staff_id).where(AuditEvent.subject.like("saved_view:%"))
    assert [tuple(row) for row in db.session.execute(audit)] == [("view.save", person.id)]
    link = page.evaluate("navigator.clipboard.readText()")
    page.context.clear_cookies()
    sign_in("support")
    page.goto(link)
    expect(page.get_by_label("Country")).to_have_value("EU")
    expect(campaigns).to_have_text(["Sale in DE", "Sale in GR"])
