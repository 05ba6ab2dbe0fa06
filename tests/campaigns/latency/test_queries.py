from datetime import timedelta

from dashboard.campaigns.latency.queries import Latency, latencies
from dashboard.campaigns.models import LATENCIES_SECONDS
from tests.factories import NOON, make_campaign, make_message


def deliver(campaign, *seconds: float) -> None:
    """Messages that took so long."""
    for took in seconds:
        make_message(campaign, delivered_at=NOON + timedelta(seconds=took))


def latency_of(campaign, accepted: int) -> Latency:
    key = (campaign.owner_id, campaign.id)
    return latencies({key: accepted})[key]


def by(latency: Latency, seconds: int) -> float:
    return latency.rates[LATENCIES_SECONDS.index(seconds)].value


def test_the_curve_is_that_of_a_hand_made_set(session):
    campaign = make_campaign()
    deliver(campaign, 0, 0.9, 1, 4, 12, 59, 60, 3_600, 100_000)
    make_message(campaign, status="failed")
    latency = latency_of(campaign, 10)
    shares = [by(latency, seconds) for seconds in (1, 2, 5, 15, 60, 90, 3_600, 7_200, 172_800)]
    assert shares == [0.3, 0.3, 0.4, 0.5, 0.7, 0.7, 0.8, 0.8, 0.9]


def test_what_is_pending_or_failed_is_in_the_denominator(session):
    campaign = make_campaign()
    deliver(campaign, 1, 1)
    assert by(latency_of(campaign, 2), 2) == 1
    assert by(latency_of(campaign, 8), 2) == 0.25


def test_how_long_half_and_nine_in_ten_took(session):
    campaign = make_campaign()
    deliver(campaign, *[1] * 5, *[100] * 4)
    latency = latency_of(campaign, 10)
    assert (latency.within(0.5), latency.within(0.9)) == (1, 120)
    assert latency.within(0.91) is None, "never, so far"


def test_what_took_more_than_three_days_never_counts(session):
    campaign = make_campaign()
    deliver(campaign, 259_200, 259_200.001)
    assert latency_of(campaign, 2).delivered[-1] == 1


def test_without_messages_there_is_no_share(session):
    latency = latency_of(make_campaign(), 0)
    assert latency.within(0.5) is None
    assert {rate.value for rate in latency.rates} == {None}


def test_campaigns_do_not_get_mixed_up(session):
    one, other = make_campaign(), make_campaign()
    deliver(one, 1)
    deliver(other, 1, 1)
    found = latencies({(one.owner_id, one.id): 4, (other.owner_id, other.id): 4})
    assert [found[each.owner_id, each.id].delivered[-1] for each in (one, other)] == [1, 2]


def test_what_was_accepted_after_it_was_counted_makes_no_share_of_more_than_all(session):
    campaign = make_campaign()
    deliver(campaign, 1, 1, 1)
    assert by(latency_of(campaign, 2), 5) == 1
