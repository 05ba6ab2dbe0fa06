"""The search box as one types, and the keys that lead to it."""

import re
import time

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.axe import serious_findings
from tests.factories import make_campaign, make_contact, make_list, make_message, make_owner


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search everything")


def hits(page: Page) -> Locator:
    return page.get_by_role("listbox", name="What was found").get_by_role("option")


@pytest.fixture
def aurora(committed):
    """An owner whose name others share."""
    owner = make_owner(name="Café Aurora")
    make_contact(owner, phone="+306984303406", first_name="Ada", last_name="Aurora")
    make_contact(owner, phone="+306984303407", first_name="Bob", last_name="Aurora", is_subscribed=False)
    make_list(owner, name="Aurora's friends")
    return owner


def test_what_fits_shows_by_kind_as_one_types(page: Page, sign_in, aurora):
    sign_in("support")
    box(page).press_sequentially("auror")
    expect(hits(page)).to_have_count(4)
    expect(page.get_by_role("group", name="Contacts, 2").get_by_role("option")).to_have_text(
        [
            "+30 698 430 3406 Ada Aurora Subscribed Café Aurora",
            "+30 698 430 3407 Bob Aurora Unsubscribed Café Aurora",
        ]
    )
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#hits-said")).to_have_text("2 contacts, 1 list, 1 owner. Use the arrow keys.")
    assert serious_findings(page) == []


def test_the_last_answer_wins(page: Page, sign_in, aurora):
    sign_in("support")
    held: list[Route] = []

    def answer(route: Route) -> None:
        if route.request.url.endswith("q=ada"):
            held.append(route)
        else:
            route.continue_()

    page.route("**/search?*", answer)
    box(page).press_sequentially("ada")
    wait_until(page, lambda: held)
    box(page).fill("bob")
    expect(hits(page)).to_have_count(1)
    expect(hits(page)).to_contain_text("Bob Aurora")
    late = page.request.get("/search?q=ada", headers={"HX-Request": "true"})
    assert "Ada Aurora" in late.text()
    held[0].fulfill(body=late.body(), content_type="text/html")
    page.wait_for_timeout(300)
    expect(hits(page)).to_have_count(1)
    expect(hits(page)).to_contain_text("Bob Aurora")


def test_an_answer_that_was_not_waited_for_opens_nothing(page: Page, sign_in, aurora):
    sign_in("support")
    held: list[Route] = []
    page.route("**/search?*", lambda route: held.append(route))
    box(page).press_sequentially("aurora")
    wait_until(page, lambda: held)
    page.keyboard.press("Escape")
    with page.expect_response("**/search?*"):
        held[0].continue_()
    page.wait_for_timeout(300)
    expect(hits(page)).to_have_count(0)
    expect(box(page)).to_have_attribute("aria-expanded", "false")


def test_typing_fast_asks_once(page: Page, sign_in, aurora):
    sign_in("support")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/search?" in request.url else None)
    box(page).press_sequentially("aurora", delay=10)
    expect(hits(page)).to_have_count(4)
    assert len(asked) == 1


def test_arrows_choose_enter_opens_escape_closes(page: Page, sign_in, aurora):
    sign_in("support")
    box(page).press_sequentially("aurora")
    expect(hits(page)).to_have_count(4)

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("Bob Aurora")
    expect(box(page)).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    expect(box(page)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(chosen).to_contain_text("Ada Aurora")
    page.keyboard.press("ArrowUp")
    expect(chosen).to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(chosen).to_contain_text("Café Aurora")

    page.keyboard.press("Escape")
    expect(hits(page)).to_have_count(0)
    expect(box(page)).to_have_value("aurora")
    page.keyboard.press("ArrowDown")
    expect(hits(page)).to_have_count(4)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ada Aurora")).to_be_visible()


def test_typing_on_forgets_the_choice(page: Page, sign_in, aurora):
    sign_in("support")
    box(page).press_sequentially("aurora")
    expect(hits(page)).to_have_count(4)
    box(page).press("ArrowDown")
    box(page).press_sequentially("x")
    expect(box(page)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    box(page).press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=aurorax$"))


@pytest.mark.parametrize("failure", ["no network", "a proxy's page", "a refusal of ours"])
def test_without_an_answer_no_other_one_is_shown(page: Page, sign_in, watch, aurora, failure):
    watch.expects_faults = True

    def fail(route: Route) -> None:
        if failure == "no network":
            route.abort()
        elif failure == "a proxy's page":
            route.fulfill(status=502, content_type="text/html", body="<html><h1>502 Bad Gateway</h1></html>")
        else:
            headers = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}
            route.fulfill(status=503, content_type="text/html", headers=headers, body="<p>Refused</p>")

    sign_in("support")
    box(page).press_sequentially("auror")
    expect(hits(page)).to_have_count(4)
    page.route("**/search?q=*", fail)
    box(page).press_sequentially("a")
    expect(page.get_by_text("No answer came.", exact=True)).to_be_visible()
    expect(hits(page)).to_have_count(0)
    expect(page.get_by_text("Refused")).to_have_count(0)
    page.unroute("**/search?q=*")
    box(page).press("Backspace")
    expect(hits(page)).to_have_count(4)
    # The browser itself says that it got no answer.
    watch.complaints[:] = [
        said for said in watch.complaints if "ERR_FAILED" not in said and "fetch" not in said
    ]


def test_the_key_of_the_k_leads_to_the_box_on_every_layout(page: Page, sign_in):
    sign_in("support")
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', "
        "{key: 'κ', code: 'KeyK', ctrlKey: true, bubbles: true}))"
    )
    expect(box(page)).to_be_focused()


def test_leaving_the_box_closes_what_was_found(page: Page, sign_in, aurora):
    sign_in("support")
    box(page).press_sequentially("aurora")
    expect(hits(page)).to_have_count(4)
    page.keyboard.press("Tab")
    expect(hits(page)).to_have_count(0)


def test_a_tap_opens_a_hit(open_page, sign_in, page: Page, aurora):
    sign_in("support")
    phone = open_page(
        storage_state=page.context.storage_state(), has_touch=True, is_mobile=True,
        viewport={"width": 390, "height": 800},
    )  # fmt: skip
    phone.goto("/")
    phone.get_by_role("combobox", name="Search everything").tap()
    phone.keyboard.type("bob")
    expect(hits(phone)).to_have_count(1)
    hits(phone).tap()
    expect(phone.get_by_role("heading", name="Bob Aurora")).to_be_visible()


def test_s1_with_the_hits_below_the_box(page: Page, sign_in, aurora):
    sign_in("support")
    page.keyboard.press("/")
    page.keyboard.type("69 8430 3407")
    expect(hits(page)).to_contain_text("Unsubscribed")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bob Aurora")).to_be_visible()


def test_nothing_found_is_said_and_offers_nothing(page: Page, sign_in):
    sign_in("support")
    box(page).press_sequentially("zzzz")
    expect(page.get_by_text("Try a part of the number, or fewer words.")).to_be_visible()
    expect(page.locator("#hits-said")).to_have_text("Nothing fits.")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    assert serious_findings(page) == []


@pytest.mark.parametrize("keys", ["/", "Control+k", "Meta+k"])
def test_a_key_leads_to_the_box(page: Page, sign_in, keys):
    sign_in("support")
    page.goto("/owners")
    page.keyboard.press(keys)
    expect(box(page)).to_be_focused()


def test_shortcuts_are_listed_at_the_question_mark(page: Page, sign_in):
    sign_in("support")
    page.goto("/owners")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog.get_by_role("row", name="Go to the search box")).to_be_visible()
    assert serious_findings(page) == []
    page.keyboard.press("/")
    expect(box(page)).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_no_shortcut_works_while_one_types(page: Page, sign_in):
    sign_in("support")
    page.goto("/owners")
    name = page.get_by_label("Name")
    name.press_sequentially("a/?")
    page.keyboard.press("Control+k")
    expect(name).to_have_value("a/?")
    expect(name).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_shortcuts_can_be_switched_off(page: Page, sign_in):
    person = sign_in("support")
    page.locator("summary").filter(has_text=person.name).click()
    page.get_by_role("link", name="Keyboard shortcuts").click()
    page.get_by_role("button", name="Switch the shortcuts off").click()
    expect(page.get_by_role("status")).to_contain_text("Shortcuts are off in this browser.")
    page.goto("/owners")
    for keys in ("/", "?", "Control+k"):
        page.keyboard.press(keys)
    expect(box(page)).not_to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_without_scripts_the_box_leads_to_the_page(open_page, sign_in, page: Page, aurora):
    campaign = make_campaign(aurora, name="Aurora in spring")
    message = make_message(campaign, make_contact(aurora, first_name="Cleo"))
    sign_in("support")
    plain = open_page(storage_state=page.context.storage_state(), java_script_enabled=False)
    plain.goto("/")
    plain.get_by_label("Search everything").fill("aurora")
    plain.keyboard.press("Enter")
    for kind in ("Contacts", "Campaigns", "Lists", "Owners"):
        expect(plain.get_by_role("region", name=kind)).to_contain_text("urora")
    plain.get_by_label("Search everything").fill(f"#{message.id}")
    plain.keyboard.press("Enter")
    expect(plain.get_by_role("heading", name="Cleo")).to_be_visible()


def wait_until(page: Page, holds) -> None:
    """Let the page go on until that holds."""
    end = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < end
        page.wait_for_timeout(20)
