"""What groups add to the difference of two rates is all of it: exactly."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core.decomposition import decompose, exact, losses
from dashboard.core.rates import Rate

OF = st.integers(0, 50) | st.integers(0, 20_000_000)
RATES = OF.flatmap(lambda of: st.integers(0, of).map(lambda count: Rate(count, of)))
SIDES = st.dictionaries(st.sampled_from("ABCDEFGH"), RATES, max_size=8)


def together(side):
    return Rate(sum(one.count for one in side.values()), sum(one.of for one in side.values()))


def by_group(split):
    return {one.group: one for one in split.effects}


@given(SIDES, SIDES, st.none() | st.integers(1, 5))
def test_the_effects_add_up_to_the_difference_exactly(now, before, most):
    split = decompose(now, before, most=most)
    if not (together(now).of and together(before).of):
        assert split is None
        return
    assert split.difference == exact(together(now)) - exact(together(before))
    assert sum(one.total for one in split.effects) == split.mix + split.rate == split.difference
    assert sum(one.share_now for one in split.effects) == sum(one.share_before for one in split.effects) == 1


@given(SIDES, SIDES)
def test_the_other_way_round_every_sign_flips(now, before):
    there, back = decompose(now, before), decompose(before, now)
    if there is None:
        assert back is None
        return
    for group, one in by_group(there).items():
        other = by_group(back)[group]
        assert (one.mix, one.rate) == (-other.mix, -other.rate)


@given(st.dictionaries(st.sampled_from("ABCDE"), st.tuples(OF, OF, OF), min_size=1), st.integers(1, 7))
def test_where_the_shares_are_equal_there_is_no_mix(groups, times):
    now = {group: Rate(min(count, of) * times, of * times) for group, (of, count, _) in groups.items()}
    before = {group: Rate(min(count, of), of) for group, (of, _, count) in groups.items()}
    split = decompose(now, before)
    assert split is None or all(one.mix == 0 for one in split.effects)


@given(SIDES, st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(0, 9)))
def test_where_the_rates_are_equal_all_is_mix(before, times):
    now = {
        group: Rate(one.count * times.get(group, 1), one.of * times.get(group, 1))
        for group, one in before.items()
    }
    split = decompose(now, before)
    assert split is None or all(one.rate == 0 for one in split.effects)


@given(SIDES, SIDES)
def test_a_group_on_one_side_only_is_all_mix(now, before):
    split = decompose(now, before)
    for one in split.effects if split else ():
        if not (one.now.of and one.before.of):
            assert one.rate == 0


def test_a_hand_made_split():
    now = {"GR": Rate(90, 100), "DE": Rate(60, 100)}
    before = {"GR": Rate(270, 300), "DE": Rate(80, 100)}
    split = decompose(now, before)
    # From 350 of 400 to 150 of 200: 12.5 points down. The mean of both is 0.8125.
    assert split.difference == Fraction(-1, 8)
    greece, germany = by_group(split)["GR"], by_group(split)["DE"]
    # A quarter of the messages went from the better country to the worse one.
    assert (greece.mix, greece.rate) == (Fraction(-1, 4) * (Fraction(9, 10) - Fraction(13, 16)), 0)
    assert germany.mix == Fraction(1, 4) * (Fraction(7, 10) - Fraction(13, 16))
    assert germany.rate == Fraction(-1, 5) * Fraction(3, 8)
    assert [one.group for one in split.effects] == ["DE", "GR"]


def test_the_groups_that_add_least_stand_together():
    now = {"A": Rate(10, 100), "B": Rate(88, 100), "C": Rate(91, 100), "D": Rate(90, 100)}
    before = {name: Rate(90, 100) for name in "ABCD"}
    split = decompose(now, before, most=3)
    assert [one.group for one in split.effects] == ["A", "B", None]
    rest = split.effects[2]
    assert (rest.now, rest.before) == (Rate(181, 200), Rate(180, 200))
    assert split.groups == 4


@given(
    st.dictionaries(st.sampled_from("ABCDEF"), st.integers(0, 10**6)),
    st.dictionaries(st.sampled_from("ABCDEF"), st.integers(0, 10**6)),
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)),
    st.none() | st.integers(1, 4),
)
def test_what_gets_lost_adds_up_to_what_does_not_arrive(now, before, delivered, most):
    of_now, of_before = sum(now.values()) + delivered[0], sum(before.values()) + delivered[1]
    found = losses(now, before, of_now=of_now, of_before=of_before, most=most)
    groups = {*now, *before}
    assert len(found) == min(len(groups), most or len(groups))
    assert {one.group for one in found} - {None} <= groups
    sizes = [abs(one.total) for one in found]
    assert sizes == sorted(sizes, reverse=True)
    if of_now and of_before:
        expected = exact(Rate(delivered[0], of_now)) - exact(Rate(delivered[1], of_before))
        assert sum(one.total for one in found) == expected
    back = losses(before, now, of_now=of_before, of_before=of_now)
    found = losses(now, before, of_now=of_now, of_before=of_before)
    assert {one.group: one.total for one in found} == {one.group: -one.total for one in back}


@pytest.mark.parametrize("nothing", [{}, {"A": Rate(0, 0)}])
def test_of_nothing_there_is_no_difference(nothing):
    something = {"A": Rate(1, 2)}
    assert decompose(nothing, something) is None
    assert decompose(something, nothing) is None
    assert decompose(nothing, nothing) is None
