"""Figures in the shape that static/app.js draws."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dashboard.campaigns.history.queries import Curve
from dashboard.core.dates import day_start
from dashboard.core.db import AnyRow


def curve_chart(curve: Curve, zone: str) -> dict[str, Any] | None:
    """A campaign's running totals; None where there are none. Times are Unix seconds."""
    if not curve.ends:
        return None
    return {
        "x": [int(end.timestamp()) for end in curve.ends],
        "series": _series(curve.accepted, curve.delivered, curve.failed),
        "zone": zone,
        "step": "hour",
    }


def days_chart(days: Sequence[AnyRow], first: date, last: date, zone: str) -> dict[str, Any]:
    """Messages per day of `zone` from `first` to `last`; days without any are zeros."""
    by_day = {row.day: row for row in days}
    all_days = [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def column(name: str) -> list[int]:
        return [getattr(by_day[day], name) if day in by_day else 0 for day in all_days]

    return {
        "x": [int(day_start(day, zone).timestamp()) for day in all_days],
        "series": _series(column("accepted"), column("delivered"), column("failed")),
        "zone": zone,
        "step": "day",
    }


def _series(accepted: Sequence[int], delivered: Sequence[int], failed: Sequence[int]) -> list[dict[str, Any]]:
    return [
        {"name": "Accepted", "colour": "--sb-wait-bar", "values": list(accepted)},
        {"name": "Delivered", "colour": "--sb-good-bar", "values": list(delivered), "fill": True},
        {"name": "Failed", "colour": "--sb-bad-bar", "values": list(failed)},
    ]
