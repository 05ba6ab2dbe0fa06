"""The wallet's statement on the screen, on paper, and as a file."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from dashboard.owners.models import Owner
from tests.browser.hand import sign_in_at
from tests.browser.test_accessibility import problems_in_every_look
from tests.factories import make_owner
from tests.wallets.statements.ledgers import make_ledger, tamper


@pytest.fixture
def owner(committed) -> Owner:
    """An owner with 90 entries in October, of 10 credits each."""
    owner = make_owner(name="שרה כהן לוי")
    start = datetime(2026, 10, 1, 12, tzinfo=UTC)
    make_ledger(owner, *[(start + timedelta(hours=n), 10) for n in range(90)], note="Thank you")
    return owner


def test_a_statement_is_found_by_its_days(page: Page, sign_in, owner):
    sign_in("support")
    page.goto(f"/owners/{owner.id}/wallet/statement")
    page.get_by_label("From").fill("2026-10-03")
    page.get_by_label("To").fill("2026-10-02")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("From is later than To. Choose an earlier day.")).to_be_visible()
    expect(page.get_by_label("From")).to_have_value("2026-10-03")
    page.get_by_label("To").fill("2026-10-31")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#footing")).to_contain_text("Opening balance")
    # 33 of them are on the first two days in Athens.
    expect(page.locator("#footing dd")).to_have_text(["330", "570", "0", "900"])
    with page.expect_download() as download:
        page.get_by_role("link", name="Download PDF").click()
    assert download.value.suggested_filename == f"statement-{owner.id}-2026-10-03-2026-10-31.pdf"
    assert "Opening balance 330 + In 570" in " ".join(
        PdfReader(download.value.path()).pages[0].extract_text().split()
    )


def test_the_page_prints_black_on_white_on_a4_with_its_heads_on_each_sheet(open_page, owner):
    page = open_page(color_scheme="dark")
    sign_in_at(page, "support")
    page.goto(f"/owners/{owner.id}/wallet/statement?since=2026-10-01&until=2026-10-31")
    paper = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    texts = [" ".join(sheet.extract_text().split()) for sheet in paper.pages]
    assert len(texts) > 2
    assert [round(float(side)) for side in paper.pages[0].mediabox[2:]] == [595, 842]
    assert "900" in texts[0].partition("Closing balance")[2][:5]
    assert all("No. When What for In Out Balance" in text for text in texts)
    assert [text.count("Total, and closing balance") for text in texts] == [0] * (len(texts) - 1) + [1]
    assert not [word for word in ("Overview", "Download PDF", "Last month") if word in " ".join(texts)]
    page.emulate_media(media="print")
    colours = page.evaluate(
        "() => ['color', 'backgroundColor'].map((name) => getComputedStyle(document.body)[name])"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_no_statement_has_a_serious_finding(page: Page, sign_in, owner):
    sign_in("support")
    tampered = make_owner(name="Café Aurora")
    make_ledger(tampered, (datetime(2026, 10, 1, 12, tzinfo=UTC), 10))
    tamper(f"UPDATE credit_transaction SET amount_credits = 9 WHERE owner_id = {tampered.id}")
    for path in [
        f"{owner.id}/wallet/statement?since=2026-10-01&until=2026-10-31",
        f"{owner.id}/wallet/statement?since=31.10.2026&until=2026-10-31",
        f"{tampered.id}/wallet/statement?since=2026-10-01&until=2026-10-31",
        f"{make_owner().id}/wallet/statement",
    ]:
        page.goto(f"/owners/{path}")
        assert problems_in_every_look(page) == []
