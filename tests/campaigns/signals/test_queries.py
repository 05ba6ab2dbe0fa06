"""A campaign is below normal where it surely failed more than its owner's campaigns before it."""

from datetime import timedelta

import pytest
from scipy.stats import false_discovery_control, fisher_exact

from dashboard.campaigns.queries import Wanted
from dashboard.campaigns.signals import queries as signals
from dashboard.core import keyset
from dashboard.core.rates import Rate
from tests.campaigns.signals.many import NOW, send
from tests.factories import make_campaign, make_owner


def marked(wanted: Wanted = Wanted()) -> list[str]:  # noqa: B008
    return [row.name for row in signals.page(signals.below_normal(wanted)).rows]


def judged(campaign):
    return signals.of_campaign(campaign.owner_id, campaign.id, campaign.started_at)


def test_of_a_hand_made_set_the_worst_comes_first(session):
    owner = make_owner()
    send(owner, 31, 1_000, days_ago=30, name="Before")
    send(owner, 123, 1_000, days_ago=3, name="Bad")
    send(owner, 500, 1_000, days_ago=2, name="Worse")
    send(owner, 30, 1_000, days_ago=1, name="As ever")
    assert marked() == ["Worse", "Bad"]


def test_a_campaign_stands_beside_its_baseline(session):
    owner = make_owner()
    send(owner, 31, 1_000, days_ago=30)
    comparison = judged(send(owner, 123, 1_000))
    assert (comparison.failure, comparison.before) == (Rate(123, 1_000), Rate(31, 1_000))
    assert comparison.is_below_normal
    assert comparison.lead == comparison.failure.interval[0] - 0.031
    expected = fisher_exact([[123, 877], [31, 969]], alternative="greater").pvalue
    assert comparison.p_value == pytest.approx(expected)


def test_the_baseline_is_of_the_owners_campaigns_of_the_90_days_before(session):
    owner = make_owner()
    for days_ago, failed in ((101.1, 64), (100.9, 32), (40, 16), (11, 8), (10, 4), (9, 2)):
        send(owner, failed, 1_000, days_ago=days_ago)
    send(make_owner(), 1, 1_000, days_ago=20)
    make_campaign(owner, started_at=None, scheduled_at=NOW - timedelta(days=20))
    comparison = judged(send(owner, 300, 1_000, days_ago=11, name="At the same time"))
    assert comparison.before == Rate(32 + 16, 2_000)
    later = judged(send(owner, 1, 1_000, days_ago=10))
    assert later.before == Rate(16 + 8 + 300, 3_000)


def test_too_few_accepted_before_are_no_baseline(session):
    owner = make_owner()
    send(owner, 3, signals.LEAST_BASELINE - 1, days_ago=5)
    campaign = send(owner, 500, 1_000, days_ago=4)
    assert judged(campaign).baseline is None
    assert marked() == []
    assert judged(send(owner, 900, 1_000, days_ago=3)).baseline == 503 / 1_099


def test_pending_is_no_failure(session):
    owner = make_owner()
    send(owner, 30, 1_000, days_ago=5)
    comparison = judged(send(owner, 30, 1_000, pending=900))
    assert comparison.failure == Rate(30, 1_000)
    assert not comparison.is_below_normal


def test_no_mark_where_the_interval_reaches_down_to_the_baseline(session):
    owner = make_owner()
    send(owner, 1_000, 20_000, days_ago=5)
    comparison = judged(send(owner, 4, 40))
    assert comparison.failure.value > comparison.baseline > comparison.failure.interval[0]
    assert (comparison.p_value, comparison.is_below_normal) == (1, False)


def test_an_interval_above_the_baseline_is_not_enough(session):
    """1 of 5 has an interval from 3.6 %, and comes about by chance one time in twenty."""
    owner = make_owner()
    send(owner, 200, 20_000, days_ago=5)
    comparison = judged(send(owner, 1, 5))
    assert comparison.lead > 0
    assert comparison.p_value == pytest.approx(0.05, abs=0.01)
    send(owner, 10, 1_000)
    assert judged(send(owner, 1, 5)).is_below_normal is False


def test_among_many_campaigns_one_alone_must_be_surer(session):
    owner = make_owner()
    send(owner, 300, 10_000, days_ago=80)
    campaign = send(owner, 46, 1_000, days_ago=40)
    assert 0.001 < judged(campaign).p_value < 0.01
    assert judged(campaign).is_below_normal
    for n in range(12):
        send(owner, 30, 1_000, days_ago=1 + n)
    assert not judged(campaign).is_below_normal
    assert judged(campaign).lead > 0


def test_the_marks_are_those_of_scipy(session):
    owners = [make_owner() for _ in range(3)]
    campaigns = []
    for n, owner in enumerate(owners):
        send(owner, 60 + 20 * n, 2_000, days_ago=89)
        for m in range(6):
            campaigns.append(send(owner, 12 + 7 * m, 400, days_ago=40 - m))
    comparisons = [judged(campaign) for campaign in campaigns]
    adjusted = false_discovery_control([one.p_value for one in comparisons], method="bh")
    expected = {one.campaign_id for one, p in zip(comparisons, adjusted, strict=True) if p <= 0.05}
    # The first of each owner have no baseline, and are not tested.
    assert {campaign_id for _, campaign_id in signals.below_normal(Wanted())} == expected
    assert 2 < len(expected) < 15


def test_the_campaigns_on_show_are_those_that_the_filters_want(session):
    greek, other = make_owner(country="GR"), make_owner(country="US")
    for owner in (greek, other):
        send(owner, 30, 1_000, days_ago=150)
        send(owner, 30, 1_000, days_ago=60)
        send(owner, 300, 1_000, days_ago=100, name="Long ago")
    send(greek, 300, 1_000, days_ago=5, name="Bread")
    send(other, 400, 1_000, days_ago=2, name="Bagels")
    assert marked() == ["Bagels", "Bread"]
    assert marked(Wanted(name="bread")) == ["Bread"]
    assert marked(Wanted(owner_id=other.id)) == ["Bagels"]
    assert marked(Wanted(country="GR")) == ["Bread"]
    assert marked(Wanted(since=NOW - timedelta(days=3))) == ["Bagels"]
    assert marked(Wanted(status="draft")) == []
    # Of a time that is over, those of the 90 days to its end.
    assert marked(Wanted(owner_id=greek.id, until=NOW - timedelta(days=90))) == ["Long ago"]


def test_an_old_campaign_is_judged_among_those_of_its_time(session):
    owner = make_owner()
    send(owner, 30, 1_000, days_ago=250)
    old = send(owner, 300, 1_000, days_ago=200)
    assert judged(old).is_below_normal
    assert marked() == []


def test_of_too_many_the_newest_are_on_show(session, monkeypatch):
    owner = make_owner()
    send(owner, 30, 1_000, days_ago=60)
    for n in range(5):
        send(owner, 500, 1_000, days_ago=5 - n, name=f"Bad {n}")
    monkeypatch.setattr(signals, "MOST", 2)
    assert sorted(marked()) == ["Bad 3", "Bad 4"]


def test_their_pages_hold_each_once_in_that_order(session):
    owner = make_owner()
    send(owner, 30, 1_000, days_ago=60)
    for n in range(5):
        send(owner, 900 - 100 * n, 1_000, days_ago=5, name=f"Bad {n}")
    below = signals.below_normal(Wanted())
    first = signals.page(below, keyset.At(size=2))
    second = signals.page(below, keyset.At(size=2, after=first.after))
    third = signals.page(below, keyset.At(size=2, after=second.after))
    assert [row.name for page in (first, second, third) for row in page.rows] == [
        f"Bad {n}" for n in range(5)
    ]
    assert third.after is None


def test_what_never_started_or_was_not_accepted_is_compared_with_nothing(session):
    owner = make_owner()
    send(owner, 30, 1_000, days_ago=60)
    assert judged(make_campaign(owner, started_at=None)) is None
    assert judged(make_campaign(owner, started_at=NOW)) is None
    assert signals.below_normal(Wanted(owner_id=987)) == {}
