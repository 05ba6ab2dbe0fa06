"""A balance in the shape that static/app.js draws."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dashboard.wallets.balances.queries import Closings

DAYS = 365  #: of the chart and its table, today among them


def first_day(today: date) -> date:
    """The day from which on a balance is drawn."""
    return today - timedelta(days=DAYS - 1)


def closings_chart(closings: Closings, today: date) -> dict[str, Any] | None:
    """The balance at the end of each of the last `DAYS` UTC days; None where there was no entry ever.

    A wallet younger than that is drawn from its first entry on. Times are Unix seconds.
    """
    balance = closings.opening_credits
    if balance is None and not closings.days:
        return None
    first = closings.days[0].day if balance is None else first_day(today)
    by_day = {row.day: row.balance_credits for row in closings.days}
    # A clock that stepped back may have left an entry of tomorrow.
    last = max(today, *by_day) if by_day else today
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    values = []
    for day in days:
        balance = by_day.get(day, balance)
        values.append(balance)
    return {
        "x": [int(datetime.combine(day, time.min, UTC).timestamp()) for day in days],
        "series": [
            {"name": "Balance", "colour": "--sb-accent", "values": values, "fill": True, "stepped": True}
        ],
        "zone": "UTC",
        "step": "day",
    }
