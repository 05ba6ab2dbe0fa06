from datetime import timedelta

from dashboard.campaigns.compare.queries import NOW, Comparison, campaigns, compare
from dashboard.core.db import utc_now
from tests.campaigns.signals.many import send
from tests.factories import make_campaign, make_message, make_owner


def compared(*those, **wanted) -> Comparison:
    return compare(campaigns([(one.owner_id, one.id) for one in those]), **wanted)


def verdicts(comparison: Comparison) -> list[tuple[bool, bool] | None]:
    """Whether the differences of delivered and of failed are real; None of the one compared with."""
    return [side.delivery and (side.delivery.is_real, side.failure.is_real) for side in comparison.sides]


def test_campaigns_of_several_owners_keep_the_order_in_which_they_were_named(session):
    first, second = send(make_owner(), 1, 10), send(make_owner(), 2, 10)
    assert [side.campaign.id for side in compared(second, first).sides] == [second.id, first.id]
    assert campaigns([(1, 987_654)]) == {}


def test_a_difference_that_is_more_than_chance_is_real(session):
    owner = make_owner()
    comparison = compared(send(owner, 30, 1_000), send(owner, 300, 1_000), send(owner, 32, 1_000))
    assert verdicts(comparison) == [None, (True, True), (False, False)]
    assert round(comparison.sides[1].failure.points, 3) == 0.27
    assert round(comparison.sides[1].delivery.points, 3) == -0.27


def test_what_is_rare_enough_for_one_test_is_not_for_many(session):
    owner = make_owner()
    normal, odd = send(owner, 300, 10_000), send(owner, 50, 1_250)
    assert verdicts(compared(normal, odd))[1] == (False, False), "p is about 0.06"
    odder = send(owner, 54, 1_250)
    assert verdicts(compared(normal, odder))[1] == (True, True), "p is about 0.014"
    alike = [send(owner, 300, 10_000) for _ in range(3)]
    assert verdicts(compared(normal, odder, *alike))[1] == (False, False), "of eight tests"


def test_pending_is_no_failure(session):
    owner = make_owner()
    done, slow = send(owner, 10, 1_000), send(owner, 10, 1_000, pending=500)
    judged = compared(done, slow).sides[1]
    assert (judged.delivery.is_real, judged.failure.is_real) == (True, False)
    assert judged.failure.points == 0


def test_another_can_be_the_one_that_all_are_compared_with(session):
    owner = make_owner()
    one, other = send(owner, 30, 1_000), send(owner, 300, 1_000)
    comparison = compared(one, other, against=(owner.id, other.id))
    assert comparison.against == (owner.id, other.id)
    assert verdicts(comparison) == [(True, True), None]
    assert comparison.sides[0].failure.points < 0
    assert compared(one, other, against=(1, 987_654)).against == (owner.id, one.id)


def test_all_are_shown_at_the_highest_age_that_they_have_all_reached(session):
    owner = make_owner()
    old, day_old = send(owner, 1, 10, days_ago=5), send(owner, 1, 10, days_ago=1.5)
    new = send(owner, 1, 10, days_ago=0.01)
    assert compared(old).hours == 72
    assert compared(old, day_old).hours == 24
    assert compared(old, new).hours == NOW


def test_at_an_age_only_what_happened_by_then_counts(session):
    campaign = make_campaign(started_at=utc_now() - timedelta(days=5))
    for hours in (0, 0.5, 2, 30):
        at = campaign.started_at + timedelta(hours=hours)
        make_message(campaign, sent_at=at, delivered_at=at)
    accepted = [compared(campaign, hours=hours).sides[0].totals.accepted for hours in (1, 24, 72, NOW)]
    assert accepted == [2, 3, 4, 4]


def test_one_that_is_not_so_old_yet_has_no_figures_and_is_compared_with_none(session):
    owner = make_owner()
    young, old = send(owner, 1, 10, days_ago=0.1), send(owner, 2, 10, days_ago=5)
    comparison = compared(young, old, hours=24)
    assert [side.totals is None for side in comparison.sides] == [True, False]
    assert comparison.against == (owner.id, old.id)
    assert verdicts(comparison) == [None, None]


def test_a_campaign_without_messages_differs_from_nothing(session):
    owner = make_owner()
    comparison = compared(send(owner, 1, 10), make_campaign(owner), hours=NOW)
    assert verdicts(comparison) == [None, None]


def test_none_at_all(session):
    assert compare({}) == Comparison(72, None, [])
