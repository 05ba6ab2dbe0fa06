"""When messages fail: a table of days by hours, in which each hour's failures stand out by their share."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.campaigns.history.queries import Span
from dashboard.core.rates import Rate

_BOUNDS = (0.02, 0.05, 0.10, 0.20)
STEPS = ("below 2 %", "2 to 5 %", "5 to 10 %", "10 to 20 %", "20 % and more")  #: in words, 1 to 5
HOURS = range(24)


@dataclass(frozen=True)
class Cell:
    """An hour in which the fate of any message was reported."""

    failing: Rate  #: of those whose fate was reported in that hour
    step: int  #: 1 to 5, as in STEPS; 0 where there are too few to say

    @property
    def percent(self) -> str:
        """Whole percent, such as "3", never 0 or 100 for what is not; a dot for too few to say."""
        if not self.step:
            return "·"
        text = f"{100 * (self.failing.value or 0):.0f}"
        if text == "0" and self.failing.count:
            return "<1"
        return ">99" if text == "100" and self.failing.count < self.failing.of else text


def rows(
    by_clock: Mapping[tuple[date, int], Span], days: Sequence[date]
) -> list[tuple[date, list[Cell | None]]]:
    """Each day with a cell for each of its 24 hours; None where nothing was reported."""
    return [(day, [_cell(by_clock.get((day, hour))) for hour in HOURS]) for day in days]


def _cell(span: Span | None) -> Cell | None:
    if span is None or not span.failing.of:
        return None
    failing = span.failing
    return Cell(failing, 0 if failing.is_too_few else 1 + bisect(_BOUNDS, failing.value or 0))
