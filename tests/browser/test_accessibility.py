"""Every page can be used by everybody, in light and dark, on a wide screen and on a narrow one."""

from collections import defaultdict

import pytest
from playwright.sync_api import Page, expect

from dashboard.core.db import db
from tests.browser.axe import serious_findings
from tests.browser.hand import sign_in_at
from tests.browser.sample import make_sample
from tests.factories import make_owner, make_staff, make_wallet

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
def test_no_page_has_a_serious_finding_or_scrolls_sideways(app, open_page, look):
    page = open_page(**look)
    sample = make_sample()
    sign_in_at(page, "admin", name="Ελένη Παπαδοπούλου-Κωνσταντινίδου")
    where: dict[str, list[str]] = defaultdict(list)
    for path in sample.pages(app):
        answer = page.goto(path)
        if answer and answer.header_value("Content-Type") == "text/html; charset=utf-8":
            for problem in problems_of(page):
                where[problem].append(path)
    assert not where, "\n".join(f"{problem}\n    at {' '.join(paths)}" for problem, paths in where.items())


def problems_of(page: Page) -> list[str]:
    sideways = page.evaluate(LEFT_OF_THE_PAGE)
    return serious_findings(page) + ([f"It scrolls {sideways} pixels sideways."] if sideways else [])
