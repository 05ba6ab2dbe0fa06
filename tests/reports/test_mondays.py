from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.reports.mondays import next_monday

ZONES = ["Europe/Athens", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "after", "due"),
    [
        # Clocks go forward on 29 March and back on 25 October 2026: weeks of 167 and 169 hours.
        ("Europe/Athens", "2026-03-23T06:00", "2026-03-30T05:00"),
        ("Europe/Athens", "2026-10-19T05:00", "2026-10-26T06:00"),
        ("America/New_York", "2026-03-02T13:00", "2026-03-09T12:00"),
        ("America/New_York", "2026-10-26T12:00", "2026-11-02T13:00"),
        ("Asia/Kolkata", "2026-11-23T02:29", "2026-11-23T02:30"),
        ("Asia/Kolkata", "2026-11-23T02:30", "2026-11-30T02:30"),
        # By half an hour there.
        ("Australia/Lord_Howe", "2026-03-29T21:00", "2026-04-05T21:30"),
        ("Australia/Lord_Howe", "2026-09-27T21:30", "2026-10-04T21:00"),
        # Monday there, Sunday in UTC, and the other way round.
        ("Pacific/Auckland", "2026-11-22T18:59", "2026-11-22T19:00"),
        ("Pacific/Honolulu", "2026-11-23T17:59", "2026-11-23T18:00"),
        ("Pacific/Honolulu", "2026-11-24T05:00", "2026-11-30T18:00"),
    ],
)
def test_the_next_monday_at_eight_by_the_clocks_of_the_zone(zone, after, due):
    assert next_monday(zone, after=at(after)) == at(due)


@given(st.sampled_from(ZONES), st.timedeltas(timedelta(), timedelta(days=16 * 365)))
def test_it_is_a_monday_at_eight_that_follows_within_a_week(zone, later):
    after = at("2020-01-01T00:00") + later
    due = next_monday(zone, after=after)
    local = due.astimezone(ZoneInfo(zone))
    assert (local.weekday(), local.hour, local.minute, local.second) == (0, 8, 0, 0)
    assert timedelta() < due - after <= timedelta(days=7, hours=1)
