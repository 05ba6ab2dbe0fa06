"""Proving the ledgers: ask, watch, and keep an anchor."""

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from dashboard.core.db import db
from dashboard.wallets.proofs import queries
from dashboard.wallets.proofs.checks import CHECKS
from dashboard.wallets.proofs.commands import finish_verification
from tests.browser.hand import sign_in_at
from tests.browser.test_live import questions_of
from tests.factories import make_owner, make_wallet


@pytest.fixture
def proof(page: Page, sign_in) -> Page:
    """The page of proofs, of one wallet."""
    make_wallet(make_owner(name="Bakery"), balance_credits=70)
    sign_in("admin")
    page.goto("/wallets/proof")
    return page


def begin(checks_done: int) -> None:
    """What a worker does, up to there."""
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
        report = (
            "INSERT INTO job_report (job_id, done, total) SELECT id, :done, :total FROM procrastinate_jobs"
        )
        connection.execute(text(report), {"done": checks_done, "total": len(CHECKS)})


def finish() -> None:
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE wallet SET balance_credits = 80"))
    number = queries.live_verification()
    assert number
    finish_verification(number, list(queries.verify()))


def test_a_verification_is_watched_until_its_end(proof: Page):
    proof.clock.install()
    proof.get_by_role("button", name="Verify now").click()
    expect(proof.get_by_text("It waits for a worker.")).to_be_visible()
    begin(4)
    proof.clock.run_for(3_000)
    expect(proof.get_by_text(f"4 of {len(CHECKS)} checks")).to_be_visible()
    finish()
    proof.clock.run_for(3_000)
    expect(proof.locator(".title-line")).to_contain_text("Broken")
    first = proof.get_by_role("row").filter(has_text="Each balance is the sum of its entries")
    expect(first).to_contain_text("Bakery's wallet: it holds another balance")
    expect(first).to_contain_text("Expected 70, found 80.")
    asked = questions_of(proof)
    proof.clock.run_for(60_000)
    expect(proof.locator(".title-line")).to_contain_text("Broken")
    assert asked == []


def test_a_verification_is_followed_without_scripts(open_page):
    make_wallet(balance_credits=70)
    page = open_page(java_script_enabled=False)
    sign_in_at(page, "admin")
    page.goto("/wallets/proof")
    page.get_by_role("button", name="Verify now").click()
    begin(4)
    page.get_by_role("link", name="Reload").click()
    expect(page.get_by_text(f"4 of {len(CHECKS)} checks")).to_be_visible()
    finish()
    page.get_by_role("link", name="Reload").click()
    expect(page.locator(".title-line")).to_contain_text("Broken")


def test_an_anchor_is_taken_and_kept(proof: Page, tmp_path: Path):
    proof.get_by_role("button", name="Take an anchor now").click()
    expect(proof.get_by_role("status")).to_contain_text("Anchor 1 was taken.")
    with proof.expect_download() as download:
        proof.get_by_role("link", name="anchor-1.txt").click()
    download.value.save_as(tmp_path / "anchor.txt")
    digest = hashlib.sha256((tmp_path / "anchor.txt").read_bytes()).hexdigest()
    expect(proof.get_by_role("row").filter(has_text="anchor-1.txt")).to_contain_text(digest)
