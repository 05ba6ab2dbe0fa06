from datetime import UTC, datetime

import pytest

from dashboard.core.zones import instants, zone_called


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Athens", "Europe/Athens"),
        ("europe/athens", "Europe/Athens"),
        (" Athens ", "Europe/Athens"),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
        ("Asia/Kathmandu", "Asia/Kathmandu"),
    ],
)
def test_a_zone_is_known_by_its_name_or_its_city(typed, zone):
    assert zone_called(typed) == zone


@pytest.mark.parametrize(
    "typed", ["", "Europe", "Atlantis", "../../etc/passwd", "/etc/localtime", "Athens\x00", "٣"]
)
def test_what_names_no_zone(typed):
    assert zone_called(typed) is None


@pytest.mark.parametrize(
    ("local", "zone", "at"),
    [
        ("2025-12-31T23:59", "Europe/Athens", ["2025-12-31T21:59"]),
        ("2025-12-31T23:59", "Asia/Kathmandu", ["2025-12-31T18:14"]),
        ("2026-03-29T02:59", "Europe/Athens", ["2026-03-29T00:59"]),
        ("2026-03-29T03:00", "Europe/Athens", []),
        ("2026-03-29T03:59", "Europe/Athens", []),
        ("2026-03-29T04:00", "Europe/Athens", ["2026-03-29T01:00"]),
        ("2026-10-25T03:00", "Europe/Athens", ["2026-10-25T00:00", "2026-10-25T01:00"]),
        ("2026-10-25T03:59", "Europe/Athens", ["2026-10-25T00:59", "2026-10-25T01:59"]),
        ("2026-10-25T04:00", "Europe/Athens", ["2026-10-25T02:00"]),
        # Half an hour is put back there, and Samoa left out a day.
        ("2026-04-05T01:45", "Australia/Lord_Howe", ["2026-04-04T14:45", "2026-04-04T15:15"]),
        ("2011-12-30T12:00", "Pacific/Apia", []),
    ],
)
def test_clocks_show_a_time_once_twice_or_never(local, zone, at):
    expected = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in at]
    assert instants(datetime.fromisoformat(local), zone) == expected
