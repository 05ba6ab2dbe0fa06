"""Which of many shares are higher than they should be, by more than chance."""

from collections.abc import Sequence
from math import exp, lgamma

from dashboard.core.rates import Rate


def p_value_of_higher(rate: Rate, than: Rate) -> float:
    """How likely chance alone gives `rate` such a lead over `than`: Fisher's exact test, one-sided.

    If all of both failed alike, and as many did, so many or more would fall on `rate` with this
    probability (the upper tail of the hypergeometric distribution). It allows for both being counts,
    also small ones: `than` is not taken for the truth. Nothing counted on either side gives 1.

    Exact to nine digits at thousands, to five at tens of millions. Takes about as many steps as eight
    standard deviations of the count, which is some milliseconds at the latter.
    """
    total, hits = rate.of + than.of, rate.count + than.count
    if rate.count <= max(0, hits - than.of):
        return 1.0
    # From the nearer end of the bulk outwards, where the terms only shrink.
    if rate.count * total > rate.of * hits:
        return min(1.0, _tail(rate.count, rate.of, hits, total))
    return max(0.0, 1.0 - _tail(than.count + 1, than.of, hits, total))


def p_value_of_difference(one: Rate, other: Rate) -> float:
    """How likely chance alone sets the two as far apart, whichever is higher: twice the smaller tail."""
    return min(1.0, 2 * min(p_value_of_higher(one, other), p_value_of_higher(other, one)))


def _tail(least: int, draws: int, hits: int, total: int) -> float:
    """The probability of `least` or more hits among `draws` of `total` that hold `hits`."""
    if least > min(draws, hits):
        return 0.0
    added, term, i = 0.0, 1.0, least  # in units of the first term
    while term > added * 1e-17:
        added += term
        term *= (draws - i) * (hits - i) / ((i + 1) * (total - draws - hits + i + 1))
        i += 1
    first = _log_choices(draws, least) + _log_choices(total - draws, hits - least) - _log_choices(total, hits)
    return exp(first) * added


def _log_choices(of: int, chosen: int) -> float:
    """The logarithm of in how many ways `chosen` can be chosen."""
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)


def discoveries(p_values: Sequence[float], *, tests: int = 0, false_share: float = 0.05) -> list[bool]:
    """Which of the tests are to be believed, where many were made: Benjamini and Hochberg (1995).

    Of those believed at most `false_share` are wrong on average, however many were tried: with twenty
    campaigns as ever one would stand out at 5 % by chance. The largest k is sought of which the k-th
    smallest p-value is at most `false_share` * k / tests; those k are believed. `tests` says how many were
    made, where not all are given: the p-values of the others are taken for 1.
    """
    made, limit = max(tests, len(p_values)), -1.0
    for k, p_value in enumerate(sorted(p_values), start=1):
        if p_value <= false_share * k / made:
            limit = p_value
    return [p_value <= limit for p_value in p_values]
