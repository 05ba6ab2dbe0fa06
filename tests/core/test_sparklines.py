"""Small curves: numbers as points of a box."""

import pytest

from dashboard.core.sparklines import path


def test_a_curve_runs_from_left_to_right_between_nothing_and_the_greatest():
    assert path([0, 5, 10]) == "M0.0 22.0 L50.0 12.0 L100.0 2.0"


def test_curves_that_share_a_scale_can_be_compared():
    assert path([0, 0.5], most=1.0) == "M0.0 22.0 L100.0 12.0"
    assert path([0, 7], most=1.0) == "M0.0 22.0 L100.0 2.0", "what is off the scale stays in the box"


def test_what_is_unknown_leaves_a_gap_and_one_alone_is_a_dot():
    assert path([1, None, 1, 1]) == "M0.0 2.0 L0.0 2.0 M66.7 2.0 L100.0 2.0"


@pytest.mark.parametrize("values", [[], [None, None]])
def test_without_numbers_there_is_nothing_to_draw(values):
    assert path(values) == ""


def test_nothing_but_zeros_lie_on_the_ground():
    assert path([0, 0]) == "M0.0 22.0 L100.0 22.0"
