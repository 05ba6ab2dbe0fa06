"""Small curves without axes, for a cell of a table."""

from collections.abc import Sequence
from itertools import groupby

WIDTH, HEIGHT = 100, 24
_EDGE = 2  #: kept free above and below, so that the line is not cut there


def path(values: Sequence[float | None], most: float | None = None) -> str:
    """The curve as the `d` of an SVG path in a box of WIDTH by HEIGHT: evenly spaced, from 0 up to `most`.

    `most` is the greatest of the values where it is not given; curves that are to be compared share it. What
    is above it is drawn at it. None leaves a gap, and a value alone between gaps is a dot. Without any value
    the text is empty.
    """
    top = most or max((value for value in values if value), default=1.0)
    step = WIDTH / max(len(values) - 1, 1)
    points = [
        None if value is None else f"{n * step:.1f} {_y(value / top):.1f}" for n, value in enumerate(values)
    ]
    runs = [list(run) for is_known, run in groupby(points, lambda point: point is not None) if is_known]
    # A line to where it already is shows as a dot, if its ends are round.
    return " ".join("M" + " L".join(map(str, run if len(run) > 1 else run * 2)) for run in runs)


def _y(share: float) -> float:
    return HEIGHT - _EDGE - min(share, 1) * (HEIGHT - 2 * _EDGE)
