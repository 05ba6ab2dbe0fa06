"""When campaigns start."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dashboard.demo.plan import PlannedOwner

AGE = timedelta(days=395)  #: how far back campaigns go


def office_hour(owner: PlannedOwner, now: datetime, random: Random, within: timedelta = AGE) -> datetime:
    """An instant between 9 and 20 o'clock at the owner's, at least six hours ago, more often lately."""
    zone = ZoneInfo(owner.company.country.timezone)
    earliest = max(now - within, owner.created_at + timedelta(days=10))
    while True:
        day = (now - (now - earliest) * random.random() ** 1.25).astimezone(zone).date()
        hour = random.choice((9, 10, 10, 11, 11, 11, 12, 12, 13, 16, 17, 17, 18, 18, 19, 20))
        there = datetime(day.year, day.month, day.day, hour, random.randrange(0, 60, 5), tzinfo=zone)
        at = there.astimezone(UTC)
        is_week_end = day.weekday() >= 5
        if earliest <= at <= now - timedelta(hours=6) and (not is_week_end or random.random() < 0.4):
            return at


def black_friday(now: datetime, timezone: str) -> datetime:
    """The last one that is over: the day after the fourth Thursday of November, at ten o'clock."""
    zone = ZoneInfo(timezone)
    for year in (now.year, now.year - 1):
        first = date(year, 11, 1)
        day = first + timedelta(days=(3 - first.weekday()) % 7 + 22)
        at = datetime(day.year, day.month, day.day, 10, 0, tzinfo=zone).astimezone(UTC)
        if at < now - timedelta(days=3):
            return at
    raise ValueError("a year has a Black Friday")


def coming_office_hour(owner: PlannedOwner, now: datetime, random: Random) -> datetime:
    """An instant of the next seven days, in working hours at the owner's."""
    day = now.astimezone(ZoneInfo(owner.company.country.timezone)) + timedelta(days=random.randint(1, 7))
    hour, minute = random.randint(9, 19), random.choice((0, 15, 30))
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0).astimezone(UTC)
