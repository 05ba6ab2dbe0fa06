"""A view comes by mail: asked for at its page, sent by a worker, read in the folder of mails."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from dashboard.core.db import db
from dashboard.reports.models import Report
from tests.browser.hand import sign_in_at
from tests.browser.test_accessibility import problems_in_every_look
from tests.factories import make_campaign, make_owner
from tests.jobs.conftest import work_off  # noqa: F401  a fixture


@pytest.fixture
def folder(app: Flask, served: Flask, address: str, monkeypatch, tmp_path):
    """Mails land in a folder; both of the web server, which shows them, and of the worker."""
    for one in (app, served):
        monkeypatch.setitem(one.config, "MAIL_FOLDER", str(tmp_path))
        monkeypatch.setitem(one.config, "PUBLIC_URL", address)
    return tmp_path


def save_view(page: Page, name: str) -> None:
    page.goto("/campaigns?status=failed")
    page.get_by_role("button", name="Save view").click()
    page.get_by_label("Save as").fill(name)
    page.get_by_role("button", name="Save for me").click()


def test_a_manager_has_a_view_sent_and_reads_it(folder, page: Page, sign_in, work_off):  # noqa: F811
    make_campaign(make_owner(name="Shoes & Co"), name="Black Friday", status="failed")
    sign_in("manager")
    save_view(page, "Did not go out")
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    page.goto("/views")
    page.get_by_role("link", name="By mail: Did not go out").click()
    page.get_by_role("button", name="Send it to me every Monday at 08:00 (Europe/Athens)").click()
    expect(page.get_by_role("heading", name="Every Monday at 08:00")).to_be_visible()
    expect(page.get_by_text("in Europe/Athens", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_text("Being sent")).to_be_visible()
    assert problems_in_every_look(page) == []
    work_off()
    # The page looks again by itself.
    expect(page.get_by_text("Sent", exact=True)).to_be_visible()
    page.get_by_role("link", name="See the mails").click()
    page.get_by_role("link", name="Did not go out").click()
    mail = page.frame_locator("iframe[title='The mail as HTML']")
    expect(mail.get_by_role("heading", name="Did not go out")).to_be_visible()
    expect(mail.get_by_role("link", name="Black Friday")).to_be_visible()
    text = page.get_by_role("region", name="The mail as plain text")
    expect(text).to_contain_text("- Black Friday, Shoes & Co")
    assert problems_in_every_look(page) == []
    with page.context.expect_page() as opened:
        mail.get_by_role("link", name="Open it on Signalbox").click()
    expect(opened.value.get_by_role("heading", name="Campaigns")).to_be_visible()
    assert opened.value.url.endswith("/campaigns?status=failed")


def test_without_scripts_a_report_is_asked_for_sent_and_stopped(folder, open_page, work_off):  # noqa: F811
    page = open_page(java_script_enabled=False)
    sign_in_at(page, "manager")
    save_view(page, "Did not go out")
    page.goto("/views")
    page.get_by_role("link", name="Change Did not go out").click()
    page.get_by_role("button", name="Send it to me every Monday at 08:00 (Europe/Athens)").click()
    page.get_by_role("button", name="Send it now").click()
    work_off()
    page.reload()
    expect(page.get_by_text("Sent", exact=True)).to_be_visible()
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_role("status")).to_contain_text("The report is stopped.")
    expect(page.get_by_text("The report was stopped.")).to_be_visible()
    db.session.rollback()
    assert db.session.scalars(db.select(Report.end_reason)).all() == ["stopped"]


def test_the_pages_without_reports_and_mails_have_no_serious_finding(folder, page: Page, sign_in):
    sign_in("admin")
    for path, sentence in {
        "/reports": "You get no reports yet.",
        "/reports?show=all": "Nobody gets reports yet.",
        "/mails": "No mail yet.",
    }.items():
        page.goto(path)
        expect(page.get_by_text(sentence)).to_be_visible()
        assert problems_in_every_look(page) == []
