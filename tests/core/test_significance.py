"""The statistics are those of scipy."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, fisher_exact, hypergeom

from dashboard.core.rates import Rate
from dashboard.core.significance import discoveries, p_value_of_difference, p_value_of_higher

SMALL = [
    Rate(count, of)
    for of in (0, 1, 2, 7, 30)
    for count in sorted({0, 1, of // 3, of - 1, of})
    if 0 <= count <= of
]


@pytest.mark.parametrize("rate", SMALL, ids=str)
def test_fishers_test_of_small_counts_is_scipys(rate):
    for than in SMALL:
        table = [[rate.count, rate.of - rate.count], [than.count, than.of - than.count]]
        expected = fisher_exact(table, alternative="greater").pvalue
        assert p_value_of_higher(rate, than) == pytest.approx(expected, rel=1e-11, abs=1e-300), than


@pytest.mark.parametrize("one", SMALL, ids=str)
def test_a_difference_is_twice_the_smaller_of_scipys_tails(one):
    for other in SMALL:
        table = [[one.count, one.of - one.count], [other.count, other.of - other.count]]
        tails = [fisher_exact(table, alternative=side).pvalue for side in ("greater", "less")]
        expected = min(1, 2 * min(tails))
        assert p_value_of_difference(one, other) == pytest.approx(expected, rel=1e-11, abs=1e-300), other
        assert p_value_of_difference(one, other) == pytest.approx(p_value_of_difference(other, one))


@pytest.mark.parametrize(
    ("of", "before", "accuracy"),
    [(400, 90_000, 1e-9), (50_000, 3_000, 1e-9), (200_000, 5_000_000, 1e-7), (20_000_000, 20_000_000, 1e-5)],
)
def test_fishers_test_of_large_counts_is_scipys(of, before, accuracy):
    for baseline, times in product((0.0005, 0.03, 0.5, 0.98), (0, 0.5, 0.97, 1, 1.01, 1.2, 3)):
        rate = Rate(min(of, round(of * baseline * times)), of)
        than = Rate(round(before * baseline), before)
        expected = hypergeom.sf(rate.count - 1, of + before, rate.count + than.count, of)
        assert p_value_of_higher(rate, than) == pytest.approx(expected, rel=accuracy, abs=1e-290), (
            rate,
            than,
        )


def test_nothing_counted_is_no_case():
    for rate, than in ((Rate(0, 0), Rate(3, 10)), (Rate(3, 10), Rate(0, 0)), (Rate(0, 0), Rate(0, 0))):
        assert p_value_of_higher(rate, than) == 1


SHARES = st.floats(0, 1) | st.floats(0, 0.05) | st.just(0.0)


@given(st.lists(SHARES, min_size=1, max_size=60))
def test_the_discoveries_are_scipys(p_values):
    adjusted = false_discovery_control(p_values, method="bh")
    believed = discoveries(p_values)
    for is_believed, value in zip(believed, adjusted, strict=True):
        # At the limit itself the two may round to different sides.
        assert is_believed == (value <= 0.05) or value == pytest.approx(0.05)


@given(st.lists(SHARES, max_size=40), SHARES, st.integers(0, 100))
def test_who_is_believed_is_so_also_with_a_smaller_p_value_and_beside_better_ones(p_values, other, more):
    believed = discoveries(p_values, tests=len(p_values) + more)
    for p_value, is_believed in zip(p_values, believed, strict=True):
        # Whoever has a smaller p-value is believed too.
        assert not is_believed or all(b for p, b in zip(p_values, believed, strict=True) if p <= p_value)
    # A smaller p-value of one takes nobody else's mark away.
    for i in range(len(p_values)):
        smaller = [min(p, other) if j == i else p for j, p in enumerate(p_values)]
        after = discoveries(smaller, tests=len(p_values) + more)
        assert all(now or not before for before, now in zip(believed, after, strict=True))
    # More tests that found nothing add no mark.
    fewer = discoveries(p_values)
    assert all(before or not now for before, now in zip(fewer, believed, strict=True))


def test_tests_that_are_not_given_count_as_ones():
    p_values = [0.001, 0.004, 0.03]
    assert discoveries(p_values, tests=20) == discoveries([*p_values, *[1.0] * 17])[:3] == [True, True, False]
    assert discoveries([], tests=5) == []
    assert discoveries([1.0]) == [False]
