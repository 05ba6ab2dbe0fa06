"""Times that a balance is asked for, in words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def time_in(at: datetime, zone: str) -> str:
    """What the clocks of the IANA zone show: "31 Dec 2025, 23:59 Europe/Athens (EET)"."""
    local = at.astimezone(ZoneInfo(zone))
    time = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    name = local.tzname() or ""
    short = "" if name == zone else f" ({name})" if name.isalpha() else f" (UTC{name})".replace("-", "−")
    return f"{local.day} {local:%b %Y}, {time} {zone}{short}"


def ends_of_periods(now: datetime, zone: str) -> list[datetime]:
    """The last minutes of the last month and of the last year in the IANA zone, without a zone."""
    this_month = now.astimezone(ZoneInfo(zone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    starts = {this_month, this_month.replace(month=1)}
    return [start.replace(tzinfo=None) - timedelta(minutes=1) for start in sorted(starts, reverse=True)]
