"""The pages that say why a delivery rate fell, as people use them."""

from playwright.sync_api import Page, expect

from dashboard.campaigns.why.weeks import this_week
from tests.browser.hand import sign_in_at
from tests.browser.sample import LONG, MARKUP, UNBROKEN
from tests.browser.test_accessibility import problems_in_every_look
from tests.campaigns.why.sending import send_to
from tests.factories import make_list, make_owner

FINE = [("30", "delivered", 900), ("30", "27", 50), ("49", "delivered", 95), ("49", UNBROKEN, 5)]
BAD = [
    ("30", "delivered", 900),
    ("30", "27", 50),
    ("49", "delivered", 30),
    ("49", MARKUP, 60),
    ("49", "sent", 10),
]


def test_a_campaign_that_fell_is_readable_in_every_look(page: Page, sign_in):
    owner = make_owner(name=LONG[:160], sender_name="Shoes & Co")
    lists = [make_list(owner, name=name) for name in (UNBROKEN, MARKUP, LONG[:160])]
    for n, one in enumerate(lists):
        send_to(owner, FINE, days_ago=30 + n, list_id=one.id, sender_name=f"Sender {n}")
    campaign = send_to(owner, BAD, name=MARKUP, list_id=lists[0].id)
    sign_in("support")
    page.goto(f"/owners/{owner.id}/campaigns/{campaign.id}/why")
    expect(page.get_by_role("heading", name="Why it fell")).to_be_visible()
    expect(page.get_by_text("messages to +49 Germany were delivered less often")).to_be_visible()
    assert problems_in_every_look(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    failed = (
        page.get_by_role("region", name="Effects by failure reason")
        .get_by_role("row")
        .filter(has_text=MARKUP)
    )
    failed.get_by_role("link", name="60 messages").click()
    expect(page.get_by_text("Ask the provider what this code means.")).to_be_visible()
    assert problems_in_every_look(page) == []


def test_a_week_is_chosen_by_its_neighbour_by_its_field_and_by_owner(page: Page, sign_in):
    person = sign_in("manager")
    for name in ("Bakery", "Books"):
        owner = make_owner(name=name)
        for days_ago, sent in ((40, FINE), (12, BAD)):
            campaign = send_to(owner, sent, days_ago=days_ago)
    current = this_week(person.timezone)
    with_data = current
    while campaign.started_at < with_data.start(person.timezone):
        with_data = with_data.previous
    page.goto(f"/campaigns/why?week={with_data.next}")
    page.get_by_role("link", name=f"Week {with_data.number}", exact=True).click()
    owners = page.get_by_role("region", name="Effects by owner")
    expect(owners.get_by_role("link")).to_have_text(["Bakery", "Books"])
    assert problems_in_every_look(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_label("Owner", exact=True).select_option("Books")
    expect(owners).to_have_count(0)
    expect(page.get_by_text("1 campaign beside 1 that started")).to_be_visible()
    page.get_by_label("Week", exact=True).fill(str(with_data.previous))
    expect(page.get_by_text("Too few to say.")).to_be_visible()
    assert f"week={with_data.previous}" in page.url
    assert f"owner={owner.id}" in page.url


def test_a_week_is_chosen_without_scripts(open_page):
    page = open_page(java_script_enabled=False)
    sign_in_at(page, "support")
    page.get_by_role("link", name="Campaigns", exact=True).click()
    page.get_by_role("link", name="Why a week fell").click()
    page.get_by_label("Week", exact=True).fill("2026-W10")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="week 10, 2 Mar 2026 to 8 Mar 2026")).to_be_visible()
    page.get_by_role("link", name="Week 9", exact=True).click()
    expect(page.get_by_label("Week", exact=True)).to_have_value("2026-W09")
