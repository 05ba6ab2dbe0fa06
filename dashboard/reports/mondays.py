"""When a report is due: every Monday at 08:00 by the clocks of its reader's zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DUE = time(8)
MONDAY = 0  #: as `date.weekday` counts


def next_monday(zone: str, *, after: datetime) -> datetime:
    """The first Monday 08:00 in the IANA zone that lies after the instant, in UTC.

    Counted in days of the calendar, so that a week in which clocks change has its 167 or 169 hours.
    """
    tz = ZoneInfo(zone)
    today = after.astimezone(tz).date()
    monday = today + timedelta(days=(MONDAY - today.weekday()) % 7)
    due = datetime.combine(monday, DUE, tz)
    if due <= after:
        due = datetime.combine(monday + timedelta(days=7), DUE, tz)
    return due.astimezone(UTC)
