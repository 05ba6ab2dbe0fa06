"""How much data there is, and how it is shared out."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """The number of rows of each kind: exact, but for `entries`."""

    owners: int
    contacts: int
    lists: int
    memberships: int
    campaigns: int
    messages: int
    entries: int  #: credit transactions; exact or one less, since most come in pairs
    largest_campaign: int = 0  #: messages of one campaign that is not counted in the spread of the others


SCALES = {
    "small": Scale(12, 5_000, 60, 12_500, 200, 100_000, 2_000),
    "medium": Scale(50, 200_000, 400, 500_000, 1_000, 2_000_000, 100_000),
    "large": Scale(200, 2_000_000, 2_000, 5_000_000, 5_000, 20_000_000, 2_000_000, 2_000_000),
}


def zipf(count: int, exponent: float) -> list[float]:
    """Weights of the ranks 1 to `count`: the second is 2**-exponent of the first, and so on."""
    return [rank**-exponent for rank in range(1, count + 1)]


def shares(total: int, weights: Sequence[float], *, at_least: int = 0) -> list[int]:
    """`total` in whole parts as the weights say, adding up exactly, none below `at_least`."""
    rest = total - at_least * len(weights)
    whole = sum(weights)
    parts, given, reached = [], 0, 0.0
    for weight in weights:
        reached += weight
        upto = round(rest * reached / whole)
        parts.append(at_least + upto - given)
        given = upto
    return parts
