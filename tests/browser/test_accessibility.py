"""Every page can be used by everybody, in light and dark, on a wide screen and on a narrow one."""

from collections import defaultdict

import pytest
from playwright.sync_api import Page, expect

from dashboard.contacts.suppression import suppress
from dashboard.core.db import db, utc_now
from tests.browser.axe import serious_findings
from tests.browser.hand import sign_in_at
from tests.browser.sample import make_sample
from tests.factories import make_campaign, make_contact, make_list, make_message, make_owner

LOOKS = [
    {"color_scheme": "light", "viewport": {"width": 1440, "height": 900}},
    {"color_scheme": "dark", "viewport": {"width": 1440, "height": 900}},
    {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
    {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
]
every_look = pytest.mark.parametrize(
    "look", LOOKS, ids=[f"{look['color_scheme']} {look['viewport']['width']}" for look in LOOKS]
)
LEFT_OF_THE_PAGE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@every_look
@pytest.mark.parametrize("half", [0, 1])
def test_no_page_has_a_serious_finding_or_scrolls_sideways(app, open_page, look, half):
    page = open_page(**look)
    sample = make_sample()
    sign_in_at(page, "admin", name="Ελένη Παπαδοπούλου-Κωνσταντινίδου")
    where: dict[str, list[str]] = defaultdict(list)
    for path in sample.pages(app)[half::2]:
        page.goto(path)
        for problem in problems_of(page):
            where[problem].append(path)
    assert not where, "\n".join(f"{problem}\n    at {' '.join(paths)}" for problem, paths in where.items())


def problems_of(page: Page) -> list[str]:
    sideways = page.evaluate(LEFT_OF_THE_PAGE)
    return serious_findings(page) + ([f"It scrolls {sideways} pixels sideways."] if sideways else [])


def problems_in_every_look(page: Page) -> list[str]:
    """The problems of the page as it stands now; the system's wish for dark changes under it."""
    found = []
    for look in LOOKS:
        page.emulate_media(color_scheme=look["color_scheme"])
        page.set_viewport_size(look["viewport"])
        found += [f"{look}: {problem}" for problem in problems_of(page)]
    return found


def test_pages_without_data_say_so_and_have_no_serious_finding(page: Page, sign_in):
    sign_in("admin")
    for path, sentence in {
        "/": "No message was sent in these 30 days.",
        "/campaigns": "There are no campaigns yet.",
        "/lists": "There are no lists yet.",
        "/contacts": "There are no contacts yet.",
        "/wallets": "There are no wallets yet.",
        "/owners": "There are no owners yet.",
        "/search": "Type at least two letters, or three digits.",
    }.items():
        page.goto(path)
        expect(page.get_by_text(sentence)).to_be_visible()
        assert problems_in_every_look(page) == []


def test_the_pages_for_whoever_is_not_signed_in_have_no_serious_finding(page: Page):
    page.goto("/sign-in")
    assert problems_in_every_look(page) == []
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Enter your password.")).to_be_visible()
    assert problems_in_every_look(page) == []
    page.goto("/no/such/page")
    expect(page.get_by_role("heading", name="Nothing is here")).to_be_visible()
    assert problems_in_every_look(page) == []


def test_refused_forms_have_no_serious_finding(page: Page, sign_in):
    sign_in("admin")
    owner = make_owner()
    contact, gone = make_contact(owner), make_contact(owner, is_subscribed=False)
    suppress(owner.id, gone.phone, utc_now())
    db.session.commit()
    for path, button in {
        f"/owners/{owner.id}/wallet": "Preview",
        f"/owners/{owner.id}/contacts/new": "Add the contact",
        f"/owners/{owner.id}/lists/new": "Make the list",
        f"/owners/{owner.id}/contacts/{contact.id}": "Unsubscribe",
        f"/owners/{owner.id}/contacts/{contact.id}/erasure": "Erase for good",
        f"/owners/{owner.id}/contacts/{gone.id}/resubscription": "Subscribe again",
        f"/owners/{owner.id}/lists/{make_list(owner).id}": "Add to the list",
    }.items():
        page.goto(path)
        page.get_by_role("button", name=button).click()
        expect(page.locator("main [aria-invalid]:focus")).to_be_visible()
        assert problems_in_every_look(page) == []


def test_the_page_and_the_toast_of_a_forbidden_action_have_no_serious_finding(page: Page, sign_in):
    person = sign_in("admin")
    page.goto(f"/owners/{make_owner().id}/wallet")
    person.role = "support"
    db.session.commit()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("status")).to_contain_text("Your role may not adjust wallets")
    assert problems_in_every_look(page) == []
    # As the browser sends it without htmx.
    page.evaluate("() => document.querySelector('main form[action$=preview]').submit()")
    expect(page.get_by_role("heading", name="Your role may not adjust wallets")).to_be_visible()
    assert problems_in_every_look(page) == []


def test_what_opens_has_no_serious_finding(page: Page, sign_in):
    sign_in("manager", name="Ελένη Παπαδοπούλου-Κωνσταντινίδου")
    campaign = make_campaign(started_at=utc_now())
    make_message(campaign, sent_at=utc_now(), delivered_at=utc_now())
    page.goto(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}")
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("region", name="Running totals")).to_be_visible()
    page.locator("summary").filter(has_text="Ελένη").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert problems_in_every_look(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Wallets", exact=True)).to_be_visible()
    assert problems_of(page) == []
