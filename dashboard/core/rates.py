"""Shares of counts, and how sure they are."""

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Any

from sqlalchemy import ColumnElement, Double, case, cast, func

Z_95 = 1.959963984540054  # the normal distribution's 97.5 % point
#: The widest 95 % interval beside which a share still says something: 20 points of percent. One half can be
#: said of 93 messages, one in twenty of 24, none at all of 16.
WIDEST = 0.20


@dataclass(frozen=True)
class Rate:
    """`count` of `of`, as a share from 0 to 1. Of nothing there is no share: `value` is None."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def is_too_few(self) -> bool:
        """Whether there is a share, of too few to say it: its interval spans more than `WIDEST`."""
        if self.interval is None:
            return False
        low, high = self.interval
        return high - low > WIDEST

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson score interval (Wilson 1927): where the true share plausibly lies.

        2 of 40 gives (0.014, 0.165); 600 of 20,000 gives (0.0277, 0.0325).
        """
        return _wilson(self.count, self.of) if self.of else None


@lru_cache(maxsize=4096)  # a page asks for the same one a dozen times
def _wilson(count: int, of: int) -> tuple[float, float]:
    share, z = count / of, Z_95
    centre = share + z * z / (2 * of)
    spread = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    # Exactly 0 and 1 at the ends, where rounding would leave a trace of either.
    low = (centre - spread) / (1 + z * z / of) if count else 0.0
    high = (centre + spread) / (1 + z * z / of) if count < of else 1.0
    return low, high


def share_column(count: Any, of: Any) -> ColumnElement[Any]:
    """`Rate.value` in SQL: NULL of nothing."""
    return cast(count, Double) / func.nullif(of, 0)


def interval_columns(count: Any, of: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """`Rate.interval` in SQL: its two ends, NULL of nothing.

    Both fractions are expanded by `of`, which is a third of the work where thousands are sorted by it.
    """
    k, n, z = cast(count, Double), cast(func.nullif(of, 0), Double), Z_95
    spread = z * func.sqrt(k * (n - k) / n + z * z / 4)
    low = case((n.is_(None), None), (k == 0, 0.0), else_=(k + z * z / 2 - spread) / (n + z * z))
    high = case((n.is_(None), None), (k == n, 1.0), else_=(k + z * z / 2 + spread) / (n + z * z))
    return low, high
