"""How times are said by their weekday, and figures never rounded to what they are not."""

from datetime import UTC, datetime

import pytest

from dashboard.core.rates import Rate
from dashboard.web import filters
from dashboard.web.filters import weekday_time


@pytest.fixture(autouse=True)
def _on_sunday(monkeypatch):
    """It is Sunday, 22 November 2026, 12:00 in Athens."""
    monkeypatch.setattr(filters, "utc_now", lambda: datetime(2026, 11, 22, 10, tzinfo=UTC))


def said(at: datetime, zone: str = "Europe/Athens", **how) -> str:
    return weekday_time(at, zone, **how).striptags()


def on(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_within_six_days_the_weekday_is_enough():
    assert said(on(22, 10, 1)) == "Sunday 12:01"
    assert said(on(26, 7)) == "Thursday 09:00"
    assert said(on(28, 21, 59)) == "Saturday 23:59"
    assert said(on(26, 7), brief=True) == "Thu 09:00"


def test_the_same_weekday_of_the_next_week_has_its_date():
    assert said(on(28, 22)) == "Sunday 29 November, 00:00"
    assert said(on(28, 22), brief=True) == "Sun 29 Nov, 00:00"
    assert said(on(3, 7, month=1, year=2027)) == "Sunday 3 January 2027, 09:00"


def test_what_has_passed_has_its_date():
    assert said(on(22, 10)) == "Sunday 22 November, 12:00"
    assert said(on(20, 7)) == "Friday 20 November, 09:00"


def test_the_weekday_is_that_of_the_zone():
    late = on(25, 23, 30)
    assert said(late) == "Thursday 01:30"
    assert said(late, "America/New_York") == "Wednesday 18:30"
    assert said(late, "America/New_York", named=True) == "Wednesday 18:30 EST"
    assert said(late, "America/Sao_Paulo", brief=True, named=True) == "Wed 20:30 UTC−03"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 10, 24, 6, tzinfo=UTC), "Sat 09:00 EEST"),
        (datetime(2026, 10, 25, 6, tzinfo=UTC), "Sun 08:00 EET"),  # the clocks went back at 04:00
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Sun 03:30 EEST"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Sun 03:30 EET"),  # the same hour again
    ],
)
def test_summer_time_ends_in_the_middle_of_a_week(monkeypatch, at, words):
    monkeypatch.setattr(filters, "utc_now", lambda: datetime(2026, 10, 21, 10, tzinfo=UTC))
    assert said(at, brief=True, named=True) == words


def test_machines_read_the_exact_instant():
    assert 'datetime="2026-11-26T07:00:00+00:00"' in weekday_time(on(26, 7), "Europe/Athens")


@pytest.mark.parametrize(
    ("count", "of", "words"),
    [(2, 40, "1.4 to 16.5 %"), (1, 2_000_000, "< 0.1 %"), (1_999_999, 2_000_000, "> 99.9 %"), (0, 0, "")],
)
def test_an_interval_never_rounds_to_nothing_or_all(count, of, words):
    assert filters.interval(Rate(count, of)) == words
