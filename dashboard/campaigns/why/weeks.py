"""Weeks of ISO 8601: from Monday to Sunday, the first of a year being that of its first Thursday."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.core.dates import day_start
from dashboard.core.db import utc_now

_WRITTEN = re.compile("([0-9]{4})-W([0-9]{2})")


@dataclass(frozen=True)
class Week:
    monday: date

    def __str__(self) -> str:
        """2026-W46, as browsers write it."""
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02d}"

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def previous(self) -> "Week":
        return Week(self.monday - timedelta(days=7))

    @property
    def next(self) -> "Week":
        return Week(self.monday + timedelta(days=7))

    def start(self, zone: str) -> datetime:
        """The first instant of the week in the IANA zone."""
        return day_start(self.monday, zone)

    def end(self, zone: str) -> datetime:
        """The first instant after the week in the IANA zone."""
        return day_start(self.next.monday, zone)


def this_week(zone: str) -> Week:
    """The week that the clocks of the IANA zone are in."""
    today = utc_now().astimezone(ZoneInfo(zone)).date()
    return Week(today - timedelta(days=today.weekday()))


def week_of(text: str) -> Week | None:
    """The week that is written so, such as 2026-W46; None where there is none, or none from 1900 to 2199."""
    if not (written := _WRITTEN.fullmatch(text)):
        return None
    year, week = int(written[1]), int(written[2])
    if not (1900 <= year <= 2199 and 1 <= week <= date(year, 12, 28).isocalendar().week):
        return None
    return Week(date.fromisocalendar(year, week, 1))
