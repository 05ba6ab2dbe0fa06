from datetime import date, datetime

import pytest

from dashboard.wallets.statements.periods import Period, day_of, last_month, presets


@pytest.mark.parametrize(
    ("today", "since", "until"),
    [
        (date(2026, 11, 23), date(2026, 10, 1), date(2026, 10, 31)),
        (date(2026, 1, 1), date(2025, 12, 1), date(2025, 12, 31)),
        (date(2028, 3, 31), date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_last_month_is_a_whole_calendar_month(today, since, until):
    assert last_month(today) == Period(since, until)


def test_the_presets_are_whole_months_quarters_and_years():
    assert dict(presets(date(2026, 12, 31))) == {
        "Last month": Period(date(2026, 11, 1), date(2026, 11, 30)),
        "This month": Period(date(2026, 12, 1), date(2026, 12, 31)),
        "This quarter": Period(date(2026, 10, 1), date(2026, 12, 31)),
        "This year": Period(date(2026, 1, 1), date(2026, 12, 31)),
        "Last year": Period(date(2025, 1, 1), date(2025, 12, 31)),
    }
    assert dict(presets(date(2026, 1, 1)))["This quarter"] == Period(date(2026, 1, 1), date(2026, 3, 31))


def test_the_day_is_that_of_the_zone():
    late = datetime.fromisoformat("2026-10-31T22:30:00+00:00")
    assert day_of(late, "Europe/Athens") == date(2026, 11, 1)
    assert day_of(late, "America/New_York") == date(2026, 10, 31)
