"""The balance as of any instant, and over time."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest

from dashboard.wallets.balances import queries
from dashboard.wallets.balances.charts import closings_chart
from dashboard.wallets.balances.words import ends_of_periods
from tests.factories import make_owner, make_wallet
from tests.wallets.ledgers import at, make_ledger


def answers(client, owner_id, **asked):
    """What the page says the balance was, as text; a list, for clocks can show a time twice."""
    page = client.get(f"/owners/{owner_id}/wallet", query_string=asked)
    assert page.status_code == 200
    found = re.findall(r'<p class="answer">(.*?)</p>', page.text, re.S)
    return [" ".join(unescape(re.sub("<[^>]+>", "", text)).split()).replace(" ,", ",") for text in found]


def complaint(client, owner_id, **asked):
    page = client.get(f"/owners/{owner_id}/wallet", query_string=asked).text
    return [unescape(text) for text in re.findall(r'<ul class="field-errors".*?<li>(.*?)</li>', page)], page


@pytest.fixture
def new_year(session) -> int:
    """The owner, in Athens, of a wallet with an entry in the last minute of 2025 and one right after it."""
    return make_ledger(
        [
            {"change": 100, "created_at": at("2025-06-01T12:00+00:00")},
            {"change": -30, "created_at": at("2025-12-31T21:59:59.999999+00:00")},
            {"change": 5, "created_at": at("2025-12-31T22:00+00:00")},
        ]
    )


def test_a_minute_counts_to_its_end_in_the_owners_zone(client, sign_in, new_year):
    sign_in("support")
    assert answers(client, new_year, at="2025-12-31T23:59") == [
        "70 credits at 31 Dec 2025, 23:59 Europe/Athens (EET), after entry 2."
    ]
    assert answers(client, new_year, at="2025-12-31T23:58") == [
        "100 credits at 31 Dec 2025, 23:58 Europe/Athens (EET), after entry 1."
    ]
    assert answers(client, new_year, at="2026-01-01 00:00")[0].startswith("75 credits")
    page = client.get(f"/owners/{new_year}/wallet?at=2025-12-31T23:59").text
    assert "Up to the end of that minute." in page
    assert f'<a href="/owners/{new_year}/wallet/entries/2">entry 2</a>' in page


def test_a_second_counts_to_its_end(client, sign_in, new_year):
    sign_in("support")
    assert answers(client, new_year, at="2025-12-31T23:59:58")[0].startswith(
        "100 credits at 31 Dec 2025, 23:59:58"
    )
    assert answers(client, new_year, at="2025-12-31T23:59:59")[0].startswith("70 credits")


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "75 credits at 31 Dec 2025, 23:59 UTC, after entry 3."),
        ("athens", "70 credits at 31 Dec 2025, 23:59 Europe/Athens (EET), after entry 2."),
        ("Asia/Kathmandu", "100 credits at 31 Dec 2025, 23:59 Asia/Kathmandu (UTC+0545), after entry 1."),
    ],
)
def test_any_zone_can_be_asked_in(client, sign_in, new_year, zone, said):
    sign_in("support")
    assert answers(client, new_year, at="2025-12-31T23:59", zone=zone) == [said]


def test_before_the_first_entry_and_without_a_wallet_there_was_nothing(client, sign_in, new_year):
    sign_in("support")
    nothing = ["0 credits at 1 Jan 2025, 00:00 Europe/Athens (EET), before the first entry."]
    assert answers(client, new_year, at="2025-01-01T00:00") == nothing
    assert answers(client, make_owner().id, at="2025-01-01T00:00") == nothing


def test_a_time_to_come_is_answered_with_the_balance_now(client, sign_in):
    sign_in("support")
    owner_id = make_wallet(balance_credits=9).owner_id
    assert answers(client, owner_id, at="2199-01-01T00:00") == [
        "9 credits at 1 Jan 2199, 00:00 Europe/Athens (EET), after entry 1."
        " That time is not over: this is what the wallet holds now."
    ]


def test_an_hour_that_came_twice_has_two_answers(client, sign_in, session):
    sign_in("support")
    owner_id = make_ledger(
        [
            {"change": 1, "created_at": at("2026-10-25T00:30+00:00")},
            {"change": 1, "created_at": at("2026-10-25T01:30+00:00")},
        ]
    )
    assert answers(client, owner_id, at="2026-10-25T03:30") == [
        "1 credit at 25 Oct 2026, 03:30 Europe/Athens (EEST), after entry 1.",
        "2 credits at 25 Oct 2026, 03:30 Europe/Athens (EET), after entry 2.",
    ]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"at": "2026-03-29T03:30"}, "The clocks of Europe/Athens were put forward over that time."),
        ({"at": "yesterday"}, "Enter a day and a time such as 2026-12-31 23:59."),
        ({"at": "٢٠٢٥-12-31T23:59"}, "Enter a day and a time such as 2026-12-31 23:59."),
        ({"at": "2025-02-30T10:00"}, "Enter a day and a time such as 2026-12-31 23:59."),
        ({"at": "0001-01-01T00:00"}, "Enter a day between 1900 and 2199."),
        ({"at": "9999-12-31T23:59"}, "Enter a day between 1900 and 2199."),
        ({"at": "2025-12-31T23:59", "zone": "Atlantis"}, "No time zone has that name."),
    ],
)
def test_what_cannot_be_answered_gets_a_sentence_and_stays(client, sign_in, new_year, asked, sentence):
    sign_in("support")
    [said], page = complaint(client, new_year, **asked)
    assert said.startswith(sentence)
    assert all(f'value="{value}"' in page for value in asked.values())
    assert answers(client, new_year, **asked) == []


def test_the_question_keeps_the_filters_and_a_page_of_the_ledger_keeps_the_question(
    client, sign_in, new_year
):
    sign_in("support")
    page = client.get(f"/owners/{new_year}/wallet?type=debit&at=2025-12-31T23:59&zone=UTC").text
    noscripts = " ".join(re.findall(r"<noscript>(.*?)</noscript>", page, re.S))
    assert '<input type="hidden" name="type" value="debit">' in noscripts
    assert '<input type="hidden" name="at" value="2025-12-31T23:59">' in noscripts
    assert "type=debit" in re.search(r'Or at the end of <a href="([^"]+)"', page)[1]


def test_the_ends_of_periods_are_last_minutes():
    def ends(now, zone):
        return [end.isoformat(timespec="minutes") for end in ends_of_periods(at(now), zone)]

    # It is the first of April in Athens.
    assert ends("2026-03-31T22:30+00:00", "Europe/Athens") == ["2026-03-31T23:59", "2025-12-31T23:59"]
    assert ends("2026-03-31T22:30+00:00", "UTC") == ["2026-02-28T23:59", "2025-12-31T23:59"]
    assert ends("2026-01-15T00:00+00:00", "UTC") == ["2025-12-31T23:59"]


@pytest.fixture
def spread(session) -> int:
    return make_ledger(
        [
            {"change": 100, "created_at": at("2026-01-01T10:00+00:00")},
            {"change": -30, "created_at": at("2026-01-02T00:00+00:00")},
            {"change": 7, "type": "refund", "created_at": at("2026-01-02T23:59:59.999999+00:00")},
            {"change": -1, "created_at": at("2026-01-05T12:00+00:00")},
        ]
    )


def rows(closings):
    return [(row.day, row.in_credits, row.out_credits, row.balance_credits) for row in closings.days]


def test_closings_are_the_balances_at_the_ends_of_utc_days(spread):
    closings = queries.closings(spread, date(2026, 1, 1))
    assert closings.opening_credits is None
    assert rows(closings) == [
        (date(2026, 1, 1), 100, 0, 100),
        (date(2026, 1, 2), 7, 30, 77),
        (date(2026, 1, 5), 0, 1, 76),
    ]
    for row in closings.days:
        end = datetime(row.day.year, row.day.month, row.day.day, tzinfo=UTC) + timedelta(days=1)
        assert queries.held(spread, end, end).credits == row.balance_credits


def test_closings_open_with_what_the_wallet_held_before(spread):
    closings = queries.closings(spread, date(2026, 1, 2))
    assert closings.opening_credits == 100
    assert [row.balance_credits for row in closings.days] == [77, 76]
    later = queries.closings(spread, date(2026, 2, 1))
    assert (later.opening_credits, rows(later)) == (76, [])


def test_the_chart_has_each_day_and_keeps_the_balance_between_entries(spread):
    chart = closings_chart(queries.closings(spread, date(2025, 1, 8)), date(2026, 1, 7))
    assert chart["series"][0]["values"] == [100, 77, 77, 77, 76, 76, 76]
    assert chart["x"][0] == int(at("2026-01-01T00:00+00:00").timestamp())
    assert chart["zone"] == "UTC"


def test_the_chart_of_an_old_wallet_spans_a_year(spread):
    chart = closings_chart(queries.closings(spread, date(2026, 1, 3)), date(2027, 1, 2))
    values = chart["series"][0]["values"]
    assert (len(values), values[0], values[-1]) == (365, 77, 76)


def test_a_wallet_without_entries_has_no_chart(session, client, sign_in):
    owner_id = make_wallet().owner_id
    assert closings_chart(queries.closings(owner_id, date(2026, 1, 1)), date(2026, 12, 31)) is None
    sign_in("support")
    assert 'class="chart"' not in client.get(f"/owners/{owner_id}/wallet").text


def test_the_page_draws_the_chart_and_holds_its_figures_as_a_table(client, sign_in):
    sign_in("support")
    owner_id = make_wallet(balance_credits=42).owner_id
    page = client.get(f"/owners/{owner_id}/wallet").text
    chart = json.loads(unescape(re.search(r"data-chart='([^']+)'", page)[1]))
    assert chart["series"][0]["values"] == [42]
    assert "Balance at the end of each day" in page
