import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from dashboard.core.db import db, utc_now
from tests.factories import make_campaign, make_contact, make_list, make_owner, make_wallet


@pytest.fixture
def nicosia(session):
    """An owner whose wallet will be short of two credits in three days, at nine in the morning there."""
    return make_short(name="Nicosia Books", timezone="Asia/Nicosia")


def make_short(*, balance_credits: int = 1, **values):
    owner = make_owner(**values)
    make_wallet(owner, balance_credits=balance_credits)
    schedule(owner, at_nine(owner.timezone))
    return owner


def at_nine(zone: str, days: int = 3) -> datetime:
    day = utc_now().astimezone(ZoneInfo(zone)) + timedelta(days=days)
    return day.replace(hour=9, minute=0, second=0, microsecond=0)


def schedule(owner, at, **values):
    audience = make_list(owner, members=[make_contact(owner) for _ in range(3)])
    return make_campaign(
        owner,
        **{"name": "Open day", "status": "scheduled", "list_id": audience.id} | values,
        started_at=None,
        scheduled_at=at,
        message_text="Come and see",
    )


def words_of(page: str) -> str:
    """The page's words, as they are read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_the_owners_page_says_what_is_short_when_and_for_which_campaign(client, sign_in, nicosia):
    sign_in("manager")
    page = client.get(f"/owners/{nicosia.id}").text
    day = f"{at_nine('Asia/Nicosia'):%A}"
    words = words_of(page)
    assert f"Short 2 credits on {day} 09:00 ." in words
    assert "Open day needs 3; the wallet holds 1. Add credits before then, or move the campaign." in words
    assert f"Short 2 on {day} 09:00" in words
    assert re.search(rf'<a href="/owners/{nicosia.id}/campaigns/[0-9]+">Open day</a>\s+needs', page)


def test_it_says_what_comes_before_and_what_all_need(client, sign_in):
    sign_in("manager")
    owner = make_short(balance_credits=4)
    schedule(owner, at_nine(owner.timezone, 4), name="The next one")
    schedule(owner, at_nine(owner.timezone, 5))
    words = words_of(client.get(f"/owners/{owner.id}").text)
    assert "The next one needs 3, those before it 3; the wallet holds 4." in words
    assert "The 3 scheduled campaigns need 9 in all." in words


def test_what_is_overdue_is_short_now(client, sign_in):
    sign_in("manager")
    owner = make_owner()
    schedule(owner, utc_now() - timedelta(hours=2))
    words = words_of(client.get(f"/owners/{owner.id}").text)
    assert "Short 3 credits now." in words
    assert "Open day was to start on" in words
    assert "Add credits, or move the campaign." in words


def test_where_all_is_covered_the_owners_page_says_what_is_left(client, sign_in):
    sign_in("support")
    owner = make_short(balance_credits=1_003)
    words = words_of(client.get(f"/owners/{owner.id}").text)
    assert "Covers 1 scheduled campaign, 1,000 left." in words
    assert "Short" not in words


def test_where_nothing_is_scheduled_the_owners_page_says_so(client, sign_in):
    sign_in("support")
    assert "Nothing is scheduled." in client.get(f"/owners/{make_owner().id}").text


def test_a_campaign_of_unknown_cost_is_told(client, sign_in):
    sign_in("support")
    owner = make_short(balance_credits=3)
    schedule(owner, at_nine(owner.timezone, 1), list_id=None)
    words = words_of(client.get(f"/owners/{owner.id}").text)
    assert "Covers 1 scheduled campaign, 0 left. 1 scheduled campaign of unknown cost." in words
    assert "1 of unknown cost" in words_of(client.get("/wallets").text)


def test_the_wallets_say_what_is_short_in_the_owners_zone(client, sign_in, nicosia):
    sign_in("manager")
    make_short(balance_credits=50)
    make_wallet(make_owner(), balance_credits=70)
    words = words_of(client.get("/wallets").text)
    at = at_nine("Asia/Nicosia")
    assert f"Short 2 {at:%a} 09:00 {at:%Z}" in words
    assert "Enough for 1 scheduled" in words


def test_the_wallets_can_be_narrowed_to_those_that_run_short(client, sign_in, nicosia):
    sign_in("manager")
    make_short(name="Enough Ltd", balance_credits=50)
    make_short(name="Short Ltd", balance_credits=0)
    page = client.get("/wallets?short=y").text
    assert "Nicosia Books" in page
    assert "Short Ltd" in page
    assert "Enough Ltd" not in page
    assert "Nicosia Books" not in client.get("/wallets?short=y&q=ltd").text


def test_nothing_short_is_said_in_words(client, sign_in):
    sign_in("manager")
    make_short(balance_credits=50)
    assert "No wallet fits these filters." in client.get("/wallets?short=y").text
    assert "No wallet runs short." in client.get("/").text


def test_the_overview_names_who_runs_short_first(client, sign_in, nicosia):
    sign_in("manager")
    sooner = make_owner(name="Sooner")
    schedule(sooner, at_nine("Europe/Athens", 1))
    page = client.get("/").text
    card = page[page.index('id="short-title"') :].partition("</section>")[0]
    assert card.index("Sooner") < card.index("Nicosia Books")
    assert f'href="/owners/{nicosia.id}/wallet"' in card
    assert ">Open day</a>" in card
    assert f"{at_nine('Asia/Nicosia'):%a} 09:00 {at_nine('Asia/Nicosia'):%Z}" in card
    assert "/wallets?short=y" in card


@pytest.mark.parametrize("address", ["/wallets", "/wallets?short=y", "/", "/owners/{owner_id}"])
def test_more_owners_and_campaigns_ask_no_more_of_the_database(client, sign_in, nicosia, address):
    sign_in("manager")
    path = address.format(owner_id=nicosia.id)
    few = statements(client, path)
    for _ in range(4):
        make_short()
    schedule(nicosia, at_nine("Asia/Nicosia", 2))
    assert statements(client, path) == few


def statements(client, path: str) -> int:
    sent = []
    connection = db.session.connection()

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(connection, "before_cursor_execute", note)
    assert sent
    return sum(statement.startswith("SELECT") for statement in sent)
