import pytest
from scipy.stats import binomtest
from sqlalchemy import literal, select

from dashboard.core.db import db
from dashboard.core.rates import WIDEST, Rate, interval_columns, share_column
from dashboard.web.filters import interval, percent


def test_the_wilson_interval_of_the_domain():
    low, high = Rate(2, 40).interval
    assert (round(low, 3), round(high, 3)) == (0.014, 0.165)
    low, high = Rate(600, 20_000).interval
    assert (round(low, 4), round(high, 4)) == (0.0277, 0.0325)


def test_of_nothing_there_is_no_rate():
    assert Rate(0, 0).value is None
    assert Rate(0, 0).interval is None
    assert percent(Rate(0, 0)) == "–"


@pytest.mark.parametrize("of", [1, 7, 40, 20_000])
def test_the_interval_holds_the_share_and_stays_within_0_and_1(of):
    for count in {0, 1, of // 2, of - 1, of}:
        low, high = Rate(count, of).interval
        assert 0 <= low <= count / of <= high <= 1


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (Rate(500, 1_000), "50.0 %"),
        (Rate(1, 100_000), "< 0.1 %"),
        (Rate(99_999, 100_000), "> 99.9 %"),
        (Rate(0, 50), "0.0 %"),
        (Rate(50, 50), "100.0 %"),
        (0.5, "50.0 %"),
    ],
)
def test_a_percentage_never_rounds_to_none_or_all(rate, text):
    assert percent(rate) == text


@pytest.mark.parametrize("of", [1, 2, 9, 40, 1_000, 20_000, 3_000_000])
def test_the_interval_is_scipys(of):
    for count in {0, 1, of // 50, of // 2, of - 1, of}:
        wilson = binomtest(count, of).proportion_ci(method="wilson")
        assert Rate(count, of).interval == pytest.approx((wilson.low, wilson.high), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(
    ("rate", "is_too_few"),
    [
        (Rate(0, 0), False),  # there is no share to be said
        (Rate(1, 1), True),
        (Rate(0, 15), True),
        (Rate(0, 16), False),
        (Rate(1, 20), True),
        (Rate(2, 40), False),
        (Rate(46, 92), True),
        (Rate(46, 93), False),
    ],
)
def test_a_share_of_too_few_is_not_said(rate, is_too_few):
    assert rate.is_too_few is is_too_few
    assert (percent(rate) == "too few to say") is is_too_few
    if rate.interval:
        assert (rate.interval[1] - rate.interval[0] > WIDEST) is is_too_few


def test_an_interval_for_people():
    assert interval(Rate(2, 40)) == "1.4 to 16.5 %"


@pytest.mark.parametrize("of", [0, 1, 2, 40, 20_000, 2_000_000])
def test_sql_says_the_same(session, of):
    for count in {0, 1, of // 3, of - 1, of} & set(range(of + 1)):
        columns = [share_column(literal(count), literal(of)), *interval_columns(literal(count), literal(of))]
        rate = Rate(count, of)
        said = db.session.execute(select(*columns)).one()
        assert tuple(said) == pytest.approx((rate.value, *(rate.interval or (None, None))), abs=1e-15)
        # Exactly 0 and 1 at the ends.
        assert (said[1] == 0, said[2] == 1) == (bool(of) and count == 0, bool(of) and count == of)
