"""How a person's hand works at a page, and how many clicks that takes.

A click is a press of the pointer or of Enter. Typing is free, and so are Tab and "/", which no
pointer can press. Opening a record from the search counts two.
"""

from playwright.sync_api import Locator, Page, expect

from dashboard.staff.models import Staff
from tests.factories import PASSWORD, make_staff

MOST_TABS = 150


def sign_in_at(page: Page, role: str = "admin", **values: object) -> Staff:
    """Make a member of staff, who signs in at `page` and comes to the overview."""
    person = make_staff(role, **values)
    page.goto("/sign-in")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.wait_for_load_state()  # its scripts, too
    return person


def has_focus(place: Locator) -> bool:
    return place.evaluate("element => element === document.activeElement")


class Pointer:
    """A hand that clicks what it wants."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def open_from_search(self, text: str, *, choosing: Locator | None = None) -> None:
        """Go to the one record that the text finds, or to the one chosen of those that it finds."""
        self.page.keyboard.press("/")
        expect(self.page.get_by_label("Search everything")).to_be_focused()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        self.clicks += 1
        if choosing:
            self.click(choosing)
        else:
            self.clicks += 1  # opening a record from the search counts two in any case

    def click(self, place: Locator) -> None:
        place.click()
        self.clicks += 1

    def fill(self, place: Locator, text: str) -> None:
        """Type into a field or, of a list of choices, the one to choose."""
        if not has_focus(place):
            self._reach(place)
        self.page.keyboard.type(text)

    def fill_next(self, place: Locator, text: str) -> None:
        """The same in a field that follows: Tab leads there."""
        self._tab_to(place)
        self.page.keyboard.type(text)

    def _reach(self, place: Locator) -> None:
        self.click(place)

    def _tab_to(self, place: Locator) -> None:
        expect(place).to_be_visible()
        for _ in range(MOST_TABS):
            if has_focus(place):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {place}.")


class Keyboard(Pointer):
    """A hand that has no pointer: Tab leads to the place, Enter presses it."""

    def click(self, place: Locator) -> None:
        self._tab_to(place)
        self.page.keyboard.press("Enter")
        self.clicks += 1

    def _reach(self, place: Locator) -> None:
        self._tab_to(place)
