"""Why a rate is not what it was: the difference of two rates, split into parts that add up to it exactly.

A rate over groups, such as countries, changes for two reasons: other shares of the messages go to each group
(*mix*), and the groups' own rates change (*rate*). The symmetric decomposition of Kitagawa (1955, "Components
of a difference between two rates", Journal of the American Statistical Association 50, 1168-1194) weighs
each by the mean of the two sides, so that nothing is left over. With the shares w, the rates r, and 0 and 1
for before and now:

    mix  = (w1 - w0) * ((r0 + r1) / 2 - m)
    rate = (r1 - r0) * (w0 + w1) / 2

`m` is the mean of the two rates over all groups. As the shares add up to the same on both sides, it takes
nothing from the sum; but with it the mix of a group tells whether the group is better or worse than the
rest: that fewer messages go to a good country counts against the good country.

All parts are fractions and so are exact: they add up to the difference, not nearly.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Generic, TypeVar

from dashboard.core.rates import Rate

Group = TypeVar("Group", bound=Hashable)

_ZERO, _NONE = Fraction(0), Rate(0, 0)


@dataclass(frozen=True)
class Effect(Generic[Group]):
    """What a group adds to the difference, each part as a share from -1 to 1."""

    group: Group | None  #: None: the groups that add least, together
    now: Rate
    before: Rate
    share_now: Fraction  #: of all that is counted now
    share_before: Fraction
    mix: Fraction
    rate: Fraction

    @property
    def total(self) -> Fraction:
        return self.mix + self.rate


@dataclass(frozen=True)
class Decomposition(Generic[Group]):
    """The difference of a rate and what each group adds to it."""

    now: Rate
    before: Rate
    effects: list[Effect[Group]]  #: the largest first, whichever its sign
    groups: int  #: how many there are, also of those that stand together

    @property
    def difference(self) -> Fraction:
        return exact(self.now) - exact(self.before)

    @cached_property
    def mix(self) -> Fraction:
        return sum((one.mix for one in self.effects), _ZERO)

    @cached_property
    def rate(self) -> Fraction:
        return sum((one.rate for one in self.effects), _ZERO)


@dataclass(frozen=True)
class Loss(Generic[Group]):
    """One way in which some of all get lost, such as an error code."""

    group: Group | None  #: None: those that add least, together
    now: Rate
    before: Rate

    @property
    def total(self) -> Fraction:
        """What it adds to the difference of the share that is not lost: it has no rate but its own share."""
        return exact(self.before) - exact(self.now)


def decompose(
    now: Mapping[Group, Rate], before: Mapping[Group, Rate], *, most: int | None = None
) -> Decomposition[Group] | None:
    """The difference of the rate over all groups; None where nothing is counted on one side.

    A group that only one side has keeps its rate: all that it adds is mix. Of more than `most` groups those
    that add least count as one.
    """
    all_now, all_before = _together(now.values()), _together(before.values())
    if not (all_now.of and all_before.of):
        return None
    sides = {group: (now.get(group, _NONE), before.get(group, _NONE)) for group in [*now, *before]}
    named = _largest(sides, all_now, all_before, most)
    mean = (exact(all_now) + exact(all_before)) / 2
    effects = [_effect(group, *sides[group], all_now.of, all_before.of, mean) for group in named]
    if rest := [sides[group] for group in sides.keys() - set(named)]:
        rest_now, rest_before = (_together(side) for side in zip(*rest, strict=True))
        effects.append(_effect(None, rest_now, rest_before, all_now.of, all_before.of, mean))
    return Decomposition(all_now, all_before, sorted(effects, key=_size), len(sides))


def losses(
    now: Mapping[Group, int],
    before: Mapping[Group, int],
    *,
    of_now: int,
    of_before: int,
    most: int | None = None,
) -> list[Loss[Group]]:
    """What each way to get lost takes from the share that does not, the largest first.

    Where all that is not counted here did not get lost, they add up to the difference of its share. Of more
    than `most` those that add least count as one.
    """
    found = [
        Loss(group, Rate(now.get(group, 0), of_now), Rate(before.get(group, 0), of_before))
        for group in dict.fromkeys([*now, *before])
    ]
    found.sort(key=_size)
    if most is None or len(found) <= most:
        return found
    named, rest = found[: most - 1], found[most - 1 :]
    lost_now, lost_before = sum(one.now.count for one in rest), sum(one.before.count for one in rest)
    together: Loss[Group] = Loss(None, Rate(lost_now, of_now), Rate(lost_before, of_before))
    return sorted([*named, together], key=_size)


def _size(one: Effect[Group] | Loss[Group]) -> tuple[Fraction, str]:
    """Sorts the largest first, whichever its sign; equal ones by name."""
    return -abs(one.total), str(one.group)


def exact(rate: Rate) -> Fraction:
    """The rate as a fraction; 0 where nothing is counted."""
    return Fraction(rate.count, rate.of) if rate.of else _ZERO


def _largest(
    sides: Mapping[Group, tuple[Rate, Rate]], all_now: Rate, all_before: Rate, most: int | None
) -> list[Group]:
    """The groups that add most to the difference, one less than `most`, so that the rest is one more."""
    if most is None or len(sides) <= most:
        return list(sides)

    # Nearly is enough to choose them, and much faster.
    mean = ((all_now.value or 0.0) + (all_before.value or 0.0)) / 2

    def size(group: Group) -> float:
        now, before = sides[group]
        shares = now.of / all_now.of, before.of / all_before.of
        known = [one.value for one in (now, before) if one.value is not None] or [0.0]
        return float(abs(sum(_parts(*shares, known[0], known[-1], mean))))

    return sorted(sides, key=size, reverse=True)[: most - 1]


def _effect(
    group: Group | None, now: Rate, before: Rate, of_now: int, of_before: int, mean: Fraction
) -> Effect[Group]:
    share_now, share_before = Fraction(now.of, of_now), Fraction(before.of, of_before)
    rate_now, rate_before = exact(now if now.of else before), exact(before if before.of else now)
    mix, rate = _parts(share_now, share_before, rate_now, rate_before, mean)
    return Effect(group, now, before, share_now, share_before, mix, rate)


def _parts(share_now: Any, share_before: Any, rate_now: Any, rate_before: Any, mean: Any) -> tuple[Any, Any]:
    """Mix and rate, of fractions or of floats."""
    mix = (share_now - share_before) * ((rate_before + rate_now) / 2 - mean)
    rate = (rate_now - rate_before) * (share_before + share_now) / 2
    return mix, rate


def _together(rates: Iterable[Rate]) -> Rate:
    counts = [(one.count, one.of) for one in rates]
    return Rate(sum(count for count, _ in counts), sum(of for _, of in counts))
