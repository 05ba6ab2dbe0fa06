"""A manager takes figures and messages away: small files at once, large ones when they are made."""

import csv
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update

from dashboard.core.db import db
from dashboard.exports.commands import request_export
from dashboard.exports.models import Export
from dashboard.jobs.models import Job, JobReport
from tests.browser.test_accessibility import problems_in_every_look
from tests.exports.hand import NUMBERS, some
from tests.factories import make_campaign, make_message, make_owner
from tests.jobs.conftest import status_of, until


@pytest.fixture
def only_small_files(served: Flask, monkeypatch) -> None:
    """Files of more than two rows are made in the background."""
    monkeypatch.setitem(served.config, "EXPORT_STREAM_ROWS", 2)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def press_download(page: Page, name: str) -> tuple[str, list[dict[str, str]]]:
    """The name and the rows of the file that a link leads to."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return download.value.suggested_filename, rows(download.value.path())


def test_the_file_follows_the_filters_of_the_page(page: Page, sign_in):
    owner = make_owner(name="Café Aurora", timezone="Asia/Kathmandu")
    make_campaign(owner, name="Went well")
    make_campaign(owner, name="=Went wrong", status="failed")
    sign_in("manager")
    page.goto("/campaigns")
    page.get_by_label("State").select_option("Failed")
    expect(page.get_by_role("link", name="Went well")).to_have_count(0)
    name, [row] = press_download(page, "Download CSV")
    assert name == "campaigns-failed.csv"
    assert (row["Campaign"], row["Started"]) == ("'=Went wrong", "2026-11-20T17:45:00+05:45")


def test_a_large_file_is_made_while_one_looks_on(page: Page, sign_in, only_small_files, work_off):
    campaign = make_campaign(name="Autumn")
    code = "a-code-that-nobody-knows-and-that-is-too-long-for-a-line"
    for status in ("delivered", "failed", "failed", "failed", "failed"):
        make_message(campaign, status=status, error_code=code)
    sign_in("manager")
    page.goto(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}/messages?status=failed&error_code={code}")
    page.get_by_role("link", name="Download CSV").click()
    expect(page.get_by_text("4 rows.")).to_be_visible()
    assert problems_in_every_look(page) == []
    page.get_by_role("button", name="Make the file").click()
    expect(page.get_by_text("It waits for a worker")).to_be_visible()
    assert problems_in_every_look(page) == []
    page.evaluate("() => { window.isTheSamePage = true }")
    work_off()
    expect(page.get_by_role("link", name="Download messages-of")).to_be_visible()
    assert page.evaluate("() => window.isTheSamePage")
    expect(page.locator(".title-line").get_by_role("status")).to_have_text("Ready")
    assert problems_in_every_look(page) == []
    name, found = press_download(page, "Download messages-of")
    assert name == f"messages-of-{campaign.id}-failed-{code[:40].strip('-')}.csv"
    assert [row["Error code"] for row in found] == [code] * 4
    # And later, from wherever one is.
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/")
    page.locator("details.account summary").click()
    page.get_by_role("link", name="Exports").click()
    expect(page.get_by_role("row").filter(has_text="Messages of Autumn, failed")).to_contain_text("Ready")
    assert press_download(page, "Download export")[1] == found


def test_the_progress_moves_and_the_asking_ends_by_itself(page: Page, sign_in, start_worker):
    person = sign_in("manager")
    number = request_export(NUMBERS, some(800, 0.01), actor_id=person.id)
    page.goto(f"/exports/{number}")
    start_worker(hand="tests.exports.hand", stalled_after_seconds=30)
    until(lambda: status_of(db.session.scalar(db.select(Export.job_id))) == "doing")
    bar = page.get_by_role("progressbar", name="Rows written")
    expect(bar).to_be_visible()
    expect(bar).to_have_attribute("max", "800")
    seen = int(bar.get_attribute("value"))
    expect(page.get_by_text("of 800 rows")).to_be_visible()
    assert seen < 800
    expect(page.get_by_role("link", name="Download numbers.csv")).to_be_visible(timeout=40_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(4_500)  # ms; two rounds of asking
    assert asked == []


def test_without_scripts_one_reloads(open_page, page: Page, sign_in, only_small_files, work_off):
    sign_in("manager")
    owner = make_owner()
    for _ in range(3):
        make_campaign(owner)
    plain = open_page(java_script_enabled=False, storage_state=page.context.storage_state())
    plain.goto(f"/campaigns?owner={owner.id}")
    plain.get_by_role("link", name="Download CSV").click()
    plain.get_by_role("link", name="go back").click()
    assert plain.url.endswith(f"/campaigns?owner={owner.id}")
    plain.get_by_role("link", name="Download CSV").click()
    plain.get_by_role("button", name="Make the file").click()
    expect(plain.get_by_text("It waits for a worker")).to_be_visible()
    work_off()
    plain.get_by_role("link", name="Reload").click()
    name, found = press_download(plain, "Download campaigns")
    assert name == f"campaigns-of-{owner.id}.csv"
    assert len(found) == 3


def test_what_went_wrong_or_expired_is_told_and_made_anew(page: Page, sign_in, work_off):
    person = sign_in("support")
    number = request_export(NUMBERS, some(3), actor_id=person.id)
    db.session.execute(update(Job).values(status="doing"))
    db.session.execute(update(Job).values(status="failed"))
    job_id = db.session.scalar(db.select(Export.job_id))
    db.session.add(
        JobReport(job_id=job_id, failure="The database did not answer, or not in time. Try again.")
    )
    db.session.commit()
    page.goto(f"/exports/{number}")
    expect(page.get_by_text("The database did not answer, or not in time.")).to_be_visible()
    assert problems_in_every_look(page) == []
    page.get_by_role("button", name="Make it anew").click()
    expect(page.get_by_role("heading", name=f"Export {number + 1}")).to_be_visible()
    work_off()
    expect(page.get_by_role("link", name="Download numbers.csv")).to_be_visible()
    db.session.execute(update(Export).values(expires_at=db.func.now()).where(Export.id == number + 1))
    db.session.commit()
    page.get_by_role("link", name="Download numbers.csv").click()
    expect(page.get_by_text("This file has expired")).to_be_visible()
    assert problems_in_every_look(page) == []
