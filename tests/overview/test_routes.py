from datetime import timedelta

from sqlalchemy import event

from dashboard.core.db import db, utc_now
from tests.factories import make_campaign, make_message, make_owner, make_wallet


def test_the_first_page_of_an_empty_house_says_so(client, sign_in):
    sign_in("manager")
    page = client.get("/").text
    for words in (
        "No message was sent in these 30 days.", "No campaign is being sent.", "No wallet is low.",
        "No campaign of the last 30 days had a failure.",
    ):  # fmt: skip
        assert words in page


def test_what_needs_a_look_is_on_the_first_page(client, sign_in):
    sign_in("manager")
    now = utc_now()
    campaign = make_campaign(name="Under way", status="sending", started_at=now)
    make_message(campaign, status="failed", sent_at=now, failed_at=now)
    make_message(campaign, status="delivered", sent_at=now, delivered_at=now)
    make_message(campaign, status="queued")
    make_wallet(balance_credits=3)
    page = client.get("/").text
    assert "2 of 3" in page
    assert "1 of 2 accepted" in page
    assert page.count("Under way") == 2
    assert ">3</strong>" in page
    assert "Europe/Athens" in page


def test_the_first_page_says_when_messages_fail_and_to_whom_they_went(client, sign_in):
    sign_in("manager")
    noon = utc_now().replace(hour=10, minute=0) - timedelta(days=1)
    campaign = make_campaign(make_owner(name="Harbour Books"), started_at=noon)
    for n in range(40):
        fate = {"failed_at": noon} if n < 3 else {"delivered_at": noon}
        make_message(campaign, status="failed" if n < 3 else "delivered", sent_at=noon, **fate)
    page = client.get("/").text
    assert '<td class="heat-3" title="3 of 40 failed">8</td>' in page
    assert f'href="/campaigns?since={noon.date()}&amp;until={noon.date()}"' in page
    owners = page[page.index('id="owners-title"') :].partition("</section>")[0]
    assert "Harbour Books" in owners
    assert 'aria-label="Accepted by the day on which the campaign started, at most 40"' in owners
    countries = page[page.index('id="countries-title"') :].partition("</section>")[0]
    assert "+30 Greece" in countries
    assert "92.5 %" in countries


def test_who_watches_what_is_sent_asks_for_nothing_else(client, sign_in):
    """The block that renews itself every few seconds costs one query beside those of any page."""
    sign_in("manager")
    statements = []

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        client.get("/", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert sum("campaign" in statement for statement in statements) == 1


def test_the_figures_of_the_month_are_those_of_one_set_of_messages(client, sign_in):
    """What was sent before the month and delivered in it would make more delivered than accepted."""
    sign_in("manager")
    now = utc_now()
    older = make_campaign(started_at=now - timedelta(days=40))
    for _ in range(30):
        make_message(older, sent_at=now - timedelta(days=31), delivered_at=now - timedelta(days=28))
    owner = make_owner()
    recent = make_campaign(owner, started_at=now - timedelta(days=2))
    for n in range(20):
        status = "sent" if n < 2 else "delivered"
        times = {} if status == "sent" else {"delivered_at": now - timedelta(days=2)}
        make_message(recent, status=status, sent_at=now - timedelta(days=2), **times)
    for page in (client.get("/").text, client.get(f"/owners/{owner.id}").text):
        assert "18 of 20 accepted" in page
    assert "2 of 20 accepted" in client.get("/").text
