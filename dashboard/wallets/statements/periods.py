"""The periods that a statement can be of: whole days of the owner's zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MOST_YEARS = 5


@dataclass(frozen=True)
class Period:
    since: date  #: the first day
    until: date  #: the last day, which belongs to the period

    @property
    def is_too_long(self) -> bool:
        """Whether it spans more than `MOST_YEARS`, leap days and all."""
        return self.until - self.since >= timedelta(days=366 * MOST_YEARS)


def day_of(instant: datetime, zone: str) -> date:
    """The day that it is at the instant in the IANA zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def last_month(today: date) -> Period:
    """The calendar month before that of `today`."""
    end = today.replace(day=1) - timedelta(days=1)
    return Period(end.replace(day=1), end)


def presets(today: date) -> list[tuple[str, Period]]:
    """The periods that people ask for most, with their names. The present ones end in the future."""
    first_of_quarter = (today.month - 1) // 3 * 3 + 1
    return [
        ("Last month", last_month(today)),
        ("This month", _months(today.year, today.month, 1)),
        ("This quarter", _months(today.year, first_of_quarter, 3)),
        ("This year", _months(today.year, 1, 12)),
        ("Last year", _months(today.year - 1, 1, 12)),
    ]


def _months(year: int, first: int, count: int) -> Period:
    after = first + count
    start_of_next = date(year + (after > 12), (after - 1) % 12 + 1, 1)
    return Period(date(year, first, 1), start_of_next - timedelta(days=1))
