from datetime import UTC, date, datetime

import pytest

from dashboard.campaigns.why.weeks import Week, this_week, week_of


@pytest.mark.parametrize(
    ("text", "monday"),
    [
        ("2026-W46", date(2026, 11, 9)),
        ("2026-W53", date(2026, 12, 28)),
        ("2026-W01", date(2025, 12, 29)),
        ("2025-W53", None),
        ("2026-W00", None),
        ("2026-W54", None),
        ("2026-46", None),
        ("２０２６-W４６", None),
        ("0000-W01", None),
        ("9999-W52", None),
        ("", None),
    ],
)
def test_a_week_is_read_as_browsers_write_it(text, monday):
    week = week_of(text)
    assert (week and week.monday) == monday
    assert week is None or str(week) == text


def test_the_neighbours_of_the_years_last_week():
    last = Week(date(2026, 12, 28))
    assert (str(last.previous), str(last.next)) == ("2026-W52", "2027-W01")
    assert last.sunday == date(2027, 1, 3)


def test_a_week_begins_and_ends_at_midnight_of_its_zone():
    # Clocks are put back on that Sunday: the week has 169 hours.
    week = week_of("2026-W43")
    assert week.start("Europe/Athens") == datetime(2026, 10, 18, 21, tzinfo=UTC)
    assert week.end("Europe/Athens") == datetime(2026, 10, 25, 22, tzinfo=UTC)


def test_it_is_monday_somewhere_before_it_is_elsewhere(time_machine):
    time_machine.move_to(datetime(2026, 11, 22, 23, tzinfo=UTC))
    assert (str(this_week("Europe/Athens")), str(this_week("UTC"))) == ("2026-W48", "2026-W47")
