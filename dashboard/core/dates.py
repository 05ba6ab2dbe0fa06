"""Days of a zone as instants."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Those of the days that a person can mean; far ones would overflow when they become instants.
YEARS = range(1900, 2200)


def day_start(day: date, zone: str) -> datetime:
    """The first instant of `day` in the IANA zone."""
    return datetime.combine(day, time.min, ZoneInfo(zone))


def day_end(day: date, zone: str) -> datetime:
    """The first instant after `day` in the IANA zone."""
    return day_start(day + timedelta(days=1), zone)
