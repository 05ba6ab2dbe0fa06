"""A campaign's messages as a file: those behind the figure on the page."""

import re

import pytest
from sqlalchemy import select

from dashboard.audit.models import AuditEvent
from dashboard.core.db import db
from tests.exports.reading import rows
from tests.factories import NOON, make_campaign, make_contact, make_message, make_owner


@pytest.fixture
def campaign(session):
    """A campaign with messages in every state, and failures with and without codes."""
    campaign = make_campaign(make_owner(timezone="Europe/Athens"), name="Autumn")
    for status in ("queued", "sent", "delivered", "delivered"):
        make_message(campaign, status=status)
    for error_code in (None, "", "27", "27", "a/code nobody knows", "=1+1"):
        make_message(campaign, status="failed", error_code=error_code)
    return campaign


def address(campaign) -> str:
    return f"/owners/{campaign.owner_id}/campaigns/{campaign.id}/messages"


FILTERS = [
    "", "?status=accepted", "?status=queued", "?status=sent", "?status=delivered", "?status=failed",
    "?error_code=27", "?status=failed&error_code=27", "?error_code=", "?status=failed&error_code=nothing",
    "?status=delivered&error_code=27", "?status=nonsense", "?status=failed&error_code=%3D1%2B1",
]  # fmt: skip


@pytest.mark.parametrize("filters", FILTERS)
def test_the_file_holds_the_messages_of_the_page_in_its_order(client, sign_in, campaign, filters):
    sign_in("manager")
    page = client.get(address(campaign) + filters).text
    shown = re.findall(r'<a href="/owners/\d+/contacts/\d+">([^<]+)</a>', page)
    file = rows(client.get(f"{address(campaign)}.csv{filters}").data)
    assert [row["Number"] for row in file] == ["".join(phone.split()) for phone in shown]
    link = re.search(r'href="([^"]+)">Download CSV', page)
    assert bool(link) == bool(shown)
    if link:
        assert rows(client.get(link[1].replace("&amp;", "&")).data) == file


def test_one_row_in_full(client, sign_in, session):
    sign_in("manager")
    owner = make_owner(timezone="America/St_Johns")
    contact = make_contact(owner, phone="+306984303406", first_name="@Ada", last_name="Lovelace")
    campaign = make_campaign(owner)
    make_message(
        campaign, contact, "failed", error_code="27", segments=2, text='=HYPERLINK("http://x.example")\nSTOP=2',
        provider="p", provider_message_id="+x-1", created_at=NOON,
    )  # fmt: skip
    answer = client.get(f"{address(campaign)}.csv?status=failed&error_code=27")
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename=messages-of-{campaign.id}-failed-27.csv"
    )
    noon = "2026-11-20T08:30:00-03:30"
    assert rows(answer.data) == [
        {
            "Number": "+306984303406", "Name": "'@Ada Lovelace", "State": "Failed", "Segments": "2",
            "Error code": "27", "Meaning": "The handset was off or out of reach", "Queued": noon,
            "Sent": noon, "Delivered": "", "Failed": noon, "Time zone": "America/St_Johns",
            "Provider message id": "'+x-1",
            "Text": '\'=HYPERLINK("http://x.example")\nSTOP=2',
        }
    ]  # fmt: skip


def test_reasons_are_in_words_where_they_are_known_and_raw_where_not(client, sign_in, campaign):
    sign_in("manager")
    file = rows(client.get(f"{address(campaign)}.csv").data)
    reasons = {(row["Error code"], row["Meaning"]) for row in file if row["State"] == "Failed"}
    assert reasons == {
        ("", "The provider gave no reason"),
        ("27", "The handset was off or out of reach"),
        ("a/code nobody knows", ""),
        ("'=1+1", ""),
    }
    assert {row["Meaning"] for row in file if row["State"] != "Failed"} == {""}


def test_support_is_told_that_it_may_not_and_is_shown_no_link(client, sign_in, campaign):
    sign_in("support")
    assert "Download CSV" not in client.get(address(campaign)).text
    answer = client.get(f"{address(campaign)}.csv")
    assert answer.status_code == 403
    assert "Your role may not" in answer.text


def test_a_campaign_of_another_owner_is_not_found(client, sign_in, campaign):
    sign_in("manager")
    other = make_owner()
    assert client.get(f"/owners/{other.id}/campaigns/{campaign.id}/messages.csv").status_code == 404


def test_who_takes_a_file_away_is_written_down(client, sign_in, campaign):
    person = sign_in("manager")
    client.get(f"{address(campaign)}.csv?status=failed")
    taken = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "export.download")).one()
    assert (taken.staff_id, taken.owner_id) == (person.id, campaign.owner_id)
    assert taken.after["arguments"] == {
        "owner_id": campaign.owner_id, "campaign_id": campaign.id, "figure": "failed", "error_code": None,
    }  # fmt: skip
