"""Campaign figures as a file: the campaigns of the page, in its order, with its figures."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from dashboard.audit.models import AuditEvent
from dashboard.campaigns import queries
from dashboard.core.db import db, utc_now
from tests.campaigns.signals.many import send
from tests.exports.reading import rows
from tests.factories import NOON, make_campaign, make_message, make_owner


@pytest.fixture
def scene(session):
    """Campaigns of two owners in every state, of which one is below normal."""
    aurora = make_owner(name="Café Aurora", country="GR")
    bagel = make_owner(name="=Bagel", country="US", timezone="America/New_York")
    for n, status in enumerate(["draft", "scheduled", "sending", "paused", "completed", "failed"]):
        started_at = None if status == "draft" else NOON - timedelta(days=n)
        owner = aurora if n % 2 else bagel
        campaign = make_campaign(owner, name=f"Sale {n}", status=status, started_at=started_at)
        for m in range(n):
            make_message(campaign, status=["delivered", "failed", "sent", "queued"][m % 4], segments=2)
    send(aurora, 30, 1_000, days_ago=40, name="Before")
    send(aurora, 300, 1_000, days_ago=1, name="Bad")
    return {"aurora": aurora.id, "bagel": bagel.id}


FILTERS = [
    "", "?q=sale", "?status=failed", "?owner={aurora}", "?country=GR", "?country=EU", "?sort=oldest",
    "?sort=failing", "?sort=undelivered", "?sort=largest", "?sort=nonsense", "?signal=below-normal",
    "?since=2026-11-18", "?until=2026-11-17", "?owner={bagel}&signal=below-normal", "?q=nothing+is+named+so",
    "?q=%25",
    "?status=sending&owner={bagel}&sort=largest",
]  # fmt: skip


@pytest.mark.parametrize("filters", FILTERS)
def test_the_file_holds_the_campaigns_of_the_page_in_its_order(client, sign_in, scene, filters):
    sign_in("manager")
    asked = filters.format(**scene)
    page = client.get(f"/campaigns{asked}").text
    shown = re.findall(r'<td class="cell-name">\s*<a href="/owners/(\d+)/campaigns/(\d+)"', page)
    file = rows(client.get(f"/campaigns.csv{asked}").data)
    assert [(row["Owner no."], row["Campaign no."]) for row in file] == shown
    link = re.search(r'href="(/campaigns\.csv[^"]*)">Download CSV', page)
    assert bool(link) == bool(shown)
    if link:
        assert client.get(link[1].replace("&amp;", "&")).data == client.get(f"/campaigns.csv{asked}").data


def test_the_link_on_a_later_page_leads_to_all_pages(client, sign_in):
    sign_in("manager")
    owner = make_owner()
    for _ in range(51):
        make_campaign(owner)
    later = re.search(r'rel="next" href="([^"]+)"', client.get(f"/campaigns?owner={owner.id}").text)
    link = re.search(r'href="([^"]+)">Download CSV', client.get(later[1].replace("&amp;", "&")).text)
    assert link[1] == f"/campaigns.csv?owner={owner.id}"
    assert len(rows(client.get(link[1]).data)) == 51


def test_every_figure_is_that_of_the_page(client, sign_in, scene):
    sign_in("manager")
    file = {int(row["Campaign no."]): row for row in rows(client.get("/campaigns.csv").data)}
    assert len(file) == 8
    for number, row in file.items():
        totals = queries.totals_of(queries.get(int(row["Owner no."]), number))
        counts = ["Messages", "Accepted", "Delivered", "Failed", "Pending", "Queued"]
        assert [int(row[name]) for name in counts] == [
            totals.messages, totals.accepted, totals.delivered, totals.failed, totals.sent, totals.queued,
        ]  # fmt: skip
        for name, rate in (("Delivery rate", totals.delivery), ("Failure rate", totals.failure)):
            low, high = rate.interval or (None, None)
            for column, value in (
                (name, rate.value),
                (f"{name}, 95 % from", low),
                (f"{name}, 95 % to", high),
            ):
                assert row[column] == ("" if value is None else f"{value:.6f}"), column


def test_one_row_in_full(client, sign_in, session):
    sign_in("manager")
    owner = make_owner(name="=Bagel", timezone="America/New_York")
    campaign = make_campaign(owner, name="-10 % today", status="sending", started_at=NOON)
    for status in ("delivered", "delivered", "failed", "sent", "queued"):
        make_message(campaign, status=status, segments=2)
    answer = client.get("/campaigns.csv")
    assert answer.mimetype == "text/csv", answer.text
    assert answer.headers["Content-Disposition"] == "attachment; filename=campaigns.csv"
    assert answer.headers["Cache-Control"] == "no-store"
    assert rows(answer.data) == [
        {
            "Owner no.": str(owner.id), "Owner": "'=Bagel", "Campaign no.": str(campaign.id),
            "Campaign": "'-10 % today", "State": "Sending", "Started": "2026-11-20T07:00:00-05:00",
            "Time zone": "America/New_York", "Messages": "5", "Accepted": "4", "Delivered": "2",
            "Failed": "1", "Pending": "1", "Queued": "1", "Delivery rate": "0.500000",
            "Delivery rate, 95 % from": "0.150039",
            "Delivery rate, 95 % to": "0.849961", "Failure rate": "0.250000",
            "Failure rate, 95 % from": "0.045587", "Failure rate, 95 % to": "0.699358", "Segments": "10",
        }
    ]  # fmt: skip


def test_a_wrong_filter_leads_to_the_page_that_says_so(client, sign_in):
    sign_in("manager")
    answer = client.get("/campaigns.csv?since=yesterday&status=failed")
    assert answer.status_code == 303
    assert answer.location == "/campaigns?since=yesterday&status=failed"
    assert "Enter a day such as" in client.get(answer.location).text


def test_support_is_told_that_it_may_not_and_is_shown_no_link(client, sign_in, session):
    sign_in("support")
    make_campaign(started_at=utc_now())
    for method in (client.get, client.post):
        answer = method("/campaigns.csv")
        assert answer.status_code == 403
        assert "Your role may not export campaign figures" in answer.text
    page = client.get("/campaigns").text
    assert "Download CSV" not in page


def test_who_takes_a_file_away_is_written_down(client, sign_in, session):
    person, owner = sign_in("manager"), make_owner()
    client.get(f"/campaigns.csv?owner={owner.id}&q=sale")
    taken = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "export.download")).one()
    assert (taken.staff_id, taken.owner_id) == (person.id, owner.id)
    assert taken.after["kind"] == "campaigns.figures"
    assert taken.after["arguments"]["name"] == "sale"
