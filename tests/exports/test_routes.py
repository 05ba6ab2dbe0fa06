"""Exports at a browser: offered, watched, downloaded, refused, and asked for anew."""

import gzip
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from dashboard.audit.models import AuditEvent
from dashboard.core.csv_stream import csv_lines
from dashboard.core.db import db, utc_now
from dashboard.core.keyset import PAGE_SIZE
from dashboard.exports.commands import keep_file, request_export
from dashboard.exports.models import Export
from dashboard.exports.packing import Packing
from dashboard.jobs.models import Job, JobReport
from tests.exports.hand import NUMBERS, some
from tests.exports.reading import rows
from tests.factories import make_campaign, make_message, make_owner, make_staff


def ask(person, rows: int = 3) -> int:
    return request_export(NUMBERS, some(rows), actor_id=person.id)


def make(person, rows: int = 3) -> int:
    """An export that is ready."""
    number = ask(person, rows)
    finish(number, rows)
    return number


def finish(number: int, rows: int = 3) -> None:
    keep_file(number, Packing(lines(rows), tell=lambda _: None), hours=72)


def lines(rows: int):
    """All read before the first is handed on: the tests have one connection, which writes them then."""
    yield from list(csv_lines(NUMBERS.rows(some(rows)), db.session.connection()))


def set_job(status: str, failure: str | None = None, **progress: int) -> None:
    """Take the one job there is through its life."""
    job_id = db.session.scalar(select(Job.id))
    for step in dict.fromkeys(["doing", status]):
        db.session.execute(update(Job).values(status=step))
    db.session.add(JobReport(job_id=job_id, failure=failure, **progress))
    db.session.commit()


def expire(number: int) -> None:
    ago = utc_now() - timedelta(seconds=1)
    db.session.execute(update(Export).where(Export.id == number).values(expires_at=ago))
    db.session.commit()


@pytest.fixture
def campaign(session):
    campaign = make_campaign(make_owner(), name="Autumn")
    for _ in range(3):
        make_message(campaign, status="failed")
    return campaign


def test_a_large_file_is_offered_and_made_by_the_form(client, sign_in, campaign, only_small_files):
    person = sign_in("manager")
    address = f"/owners/{campaign.owner_id}/campaigns/{campaign.id}/messages.csv?status=failed&error_code="
    offer = client.get(address)
    assert offer.mimetype == "text/html"
    assert "3 rows." in offer.text
    assert "more than 2 are made in the background" in offer.text
    assert "Messages of Autumn, failed, failed with no code" in offer.text
    assert f'href="{address.replace(".csv", "").replace("&", "&amp;")}"' in offer.text
    action = re.search(r'<form method="post" action="([^"]+messages\.csv[^"]+)"', offer.text)
    answer = client.post(action[1].replace("&amp;", "&"))
    export = db.session.scalars(select(Export)).one()
    assert answer.status_code == 303
    assert answer.location == f"/exports/{export.id}"
    assert (export.asked_by, export.rows) == (person.id, 3)
    assert export.arguments["error_code"] == ""
    assert export.file_name == f"messages-of-{campaign.id}-failed.csv"
    assert "is under way" in client.get(answer.location).text
    downloads = select(AuditEvent).where(AuditEvent.action == "export.download")
    assert db.session.scalars(downloads).all() == []


def test_a_file_of_just_that_size_comes_at_once(client, sign_in, campaign, app, monkeypatch):
    monkeypatch.setitem(app.config, "EXPORT_STREAM_ROWS", 3)
    sign_in("manager")
    answer = client.get(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}/messages.csv")
    assert len(rows(answer.data)) == 3


def test_large_figures_are_offered_too(client, sign_in, only_small_files, session):
    sign_in("manager")
    owner = make_owner(name="Café Aurora")
    for _ in range(3):
        make_campaign(owner, name="Sale")
    query = f"q=sale&status=completed&owner={owner.id}&country=EU&since=2026-11-01&until=2026-11-30"
    page = client.get(f"/campaigns.csv?{query}").text
    assert (
        "Campaigns, named like “sale”, completed, of Café Aurora, in European Union, from 2026-11-01,"
        " to 2026-11-30"
    ) in page
    client.post(f"/campaigns.csv?{query}")
    [name] = db.session.scalars(select(Export.file_name))
    assert name == f"campaigns-completed-of-{owner.id}-from-2026-11-01-to-2026-11-30.csv"


def test_while_it_waits_and_runs_the_page_asks_again_and_can_be_reloaded(client, sign_in):
    number = ask(sign_in("support"))
    page = client.get(f"/exports/{number}").text
    assert "It waits for a worker" in page
    assert 'hx-trigger="every 2s"' in page
    set_job("doing", done=1, total=3)
    page = client.get(f"/exports/{number}").text
    assert "1 of 3 rows" in page
    assert 'hx-trigger="every 2s"' in page
    assert "Reload" in page


def test_what_is_ready_says_how_large_it_is_and_how_long_it_is_kept(client, sign_in):
    number = make(sign_in("support"))
    page = client.get(f"/exports/{number}", headers={"HX-Request": "true"}).text
    assert "<html" not in page
    assert 'hx-trigger="every 2s"' not in page
    assert "Download numbers.csv" in page
    size = len(client.get(f"/exports/{number}.csv").data)
    assert f"<dd>{size} bytes</dd>" in page
    assert "Kept until" in page


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_the_download_is_the_file(client, sign_in, encoding):
    person = sign_in("support")
    number = make(person, 1_000)
    answer = client.get(f"/exports/{number}.csv", headers={"Accept-Encoding": encoding})
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == "attachment; filename=numbers.csv"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert answer.headers.get("Content-Encoding") == ("gzip" if encoding == "gzip" else None)
    content = gzip.decompress(answer.data) if encoding == "gzip" else answer.data
    assert len(rows(content)) == 1_000
    taken = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "export.download")).one()
    assert (taken.staff_id, taken.subject) == (person.id, f"export:{number}")


def test_the_export_of_somebody_else_is_not_there(client, sign_in):
    number = make(make_staff("support"))
    for role in ("support", "manager"):
        sign_in(role)
        assert client.get(f"/exports/{number}").status_code == 404
        assert client.get(f"/exports/{number}.csv").status_code == 404
        assert client.post(f"/exports/{number}/repeats").status_code == 404
        assert "3 numbers" not in client.get("/exports").text
        assert "3 numbers" not in client.get("/exports?show=all").text


def test_an_admin_finds_everybodys(client, sign_in):
    number = make(make_staff("support", name="Ada"))
    sign_in("admin")
    assert "by Ada" in client.get(f"/exports/{number}").text
    assert client.get(f"/exports/{number}.csv").status_code == 200
    assert "3 numbers" not in client.get("/exports").text
    assert "Ada" in client.get("/exports?show=all").text


def test_who_lost_the_role_gets_the_file_no_more(client, sign_in, campaign, only_small_files):
    person = sign_in("manager")
    client.post(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}/messages.csv")
    number = db.session.scalar(select(Export.id))
    finish(number)
    assert client.get(f"/exports/{number}.csv").status_code == 200
    person.role = "support"
    db.session.commit()
    for answer in (client.get(f"/exports/{number}.csv"), client.post(f"/exports/{number}/repeats")):
        assert answer.status_code == 403
        assert "Your role may not export campaign figures" in answer.text
    assert "Your role may not have this file any more." in client.get(f"/exports/{number}").text
    for address in (f"/exports/{number}", "/exports"):
        page = client.get(address).text
        assert f"/exports/{number}.csv" not in page
    expire(number)
    page = client.get(f"/exports/{number}").text
    assert "Your role may not have such files any more." in page
    assert "Make it anew" not in page


def test_asking_for_the_head_alone_is_no_download(client, sign_in, campaign):
    number = make(sign_in("manager"))
    for address in ("/campaigns.csv", f"/exports/{number}.csv"):
        answer = client.head(address)
        assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    downloads = select(AuditEvent).where(AuditEvent.action == "export.download")
    assert db.session.scalars(downloads).all() == []


def test_what_has_expired_says_so_and_is_made_anew(client, sign_in):
    number = make(sign_in("support"))
    expire(number)
    download = client.get(f"/exports/{number}.csv")
    assert download.status_code == 303
    page = client.get(download.location).text
    assert "This file has expired" in page
    assert "Download" not in page
    answer = client.post(f"/exports/{number}/repeats")
    anew = db.session.scalar(select(Export.id).order_by(Export.id.desc()))
    assert answer.location == f"/exports/{anew}"
    assert anew != number
    assert "It waits for a worker" in client.get(answer.location).text


def test_what_failed_says_why_and_is_made_anew(client, sign_in):
    number = ask(sign_in("support"))
    set_job("failed", "The database did not answer, <b>or not in time</b>. Try again.")
    page = client.get(f"/exports/{number}").text
    assert "It stopped before its end," in page
    assert "The database did not answer, &lt;b&gt;or not in time&lt;/b&gt;. Try again." in page
    assert "Make it anew" in page


def test_what_was_cancelled_says_so(client, sign_in):
    number = ask(sign_in("support"))
    set_job("cancelled")
    assert "It was cancelled before its end." in client.get(f"/exports/{number}").text


def test_no_exports_are_told_with_what_to_do(client, sign_in):
    sign_in("manager")
    assert "You have no exports yet." in client.get("/exports").text
    assert "Everybody" not in client.get("/exports").text


def test_exports_come_in_pages_newest_first(client, sign_in):
    person = sign_in("manager")
    for n in range(PAGE_SIZE + 1):
        ask(person, n)
    page = client.get("/exports").text
    assert page.index(">50 numbers<") < page.index(">49 numbers<")
    assert ">0 numbers<" not in page
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert ">0 numbers<" in client.get(older[1].replace("&amp;", "&")).text


def test_the_account_menu_leads_to_them(client, sign_in):
    sign_in("manager")
    assert 'href="/exports"' in client.get("/").text
