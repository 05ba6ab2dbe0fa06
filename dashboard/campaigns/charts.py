"""Figures in the shape that static/app.js draws."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from dashboard.campaigns.ages.queries import Growth
from dashboard.campaigns.history.queries import NOTHING, Curve, Span
from dashboard.campaigns.latency.queries import Latency
from dashboard.campaigns.models import AGES_MINUTES, LATENCIES_SECONDS
from dashboard.core.dates import day_start


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


def days_chart(by_day: dict[date, Span], days: Sequence[date], zone: str) -> dict[str, Any]:
    """Messages on each of `days` of the zone; those without any are zeros."""

    def column(name: str) -> list[int]:
        return [getattr(by_day.get(day, NOTHING), name) for day in days]

    return {
        "x": [int(day_start(day, zone).timestamp()) for day in days],
        "series": _series(column("accepted"), column("delivered"), column("failed")),
        "zone": zone,
        "step": "day",
    }


def ages_chart(growth: Growth) -> dict[str, Any]:
    """The share delivered at each age of a campaign. Ages in seconds."""
    return _share_chart([minutes * 60 for minutes in AGES_MINUTES], growth.delivered_shares)


def latency_chart(latency: Latency) -> dict[str, Any] | None:
    """The share delivered within so many seconds of being handed over; None where nothing was accepted."""
    if not latency.accepted:
        return None
    return _share_chart(LATENCIES_SECONDS, [rate.value for rate in latency.rates])


def _share_chart(seconds: Sequence[int], shares: Sequence[float | None]) -> dict[str, Any]:
    """Shares from 0 to 1 over spans, of which the short ones need as much room as the long."""
    delivered = {"name": "Delivered", "colour": "--sb-good-bar", "values": list(shares), "fill": True}
    return {"x": list(seconds), "series": [delivered | {"stepped": True}], "step": "span"}


def _series(accepted: Sequence[int], delivered: Sequence[int], failed: Sequence[int]) -> list[dict[str, Any]]:
    return [
        {"name": "Accepted", "colour": "--sb-wait-bar", "values": list(accepted)},
        {"name": "Delivered", "colour": "--sb-good-bar", "values": list(delivered), "fill": True},
        {"name": "Failed", "colour": "--sb-bad-bar", "values": list(failed)},
    ]
