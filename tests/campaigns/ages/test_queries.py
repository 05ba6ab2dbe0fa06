from datetime import timedelta

import pytest

from dashboard.campaigns.ages import queries
from dashboard.campaigns.ages.queries import HOURS
from dashboard.campaigns.models import AGES_MINUTES
from dashboard.core.db import utc_now
from tests.factories import make_campaign, make_message, make_owner

LONG_AGO = utc_now() - timedelta(days=10)


def at(campaign, **minutes: float):
    """A message whose times lie so many minutes after its campaign's start."""
    status = "failed" if "failed" in minutes else "delivered" if "delivered" in minutes else "sent"
    times = {f"{name}_at": campaign.started_at + timedelta(minutes=after) for name, after in minutes.items()}
    make_message(campaign, status=status, **times)


def growth_of(campaign) -> queries.Growth:
    return queries.growths([(campaign.owner_id, campaign.id)])[campaign.owner_id, campaign.id]


def counts(totals) -> tuple[int, int, int, int]:
    return totals.accepted, totals.delivered, totals.failed, totals.sent


@pytest.fixture
def campaign(session):
    """A campaign of which two messages each were sent in the first hour, day, three days and later."""
    campaign = make_campaign(started_at=LONG_AGO)
    at(campaign, sent=0, delivered=1)
    at(campaign, sent=10, failed=59.9)
    at(campaign, sent=60, delivered=60)
    at(campaign, sent=59, delivered=23 * 60)
    at(campaign, sent=24 * 60, failed=50 * 60)
    at(campaign, sent=30 * 60, delivered=71 * 60)
    at(campaign, sent=30 * 60, delivered=72 * 60)
    at(campaign, sent=30 * 60)
    at(campaign, sent=80 * 60, delivered=81 * 60)
    return campaign


def test_the_figures_at_each_age_are_those_of_a_hand_made_set(campaign):
    growth = growth_of(campaign)
    assert counts(growth.at(1)) == (4, 2, 1, 1), "at sixty minutes sharp is within the first hour"
    assert counts(growth.at(24)) == (5, 3, 1, 1)
    assert counts(growth.at(72)) == (8, 5, 2, 1), "what takes longer than three days never counts"


def test_the_shares_at_each_age_are_of_what_was_accepted_by_then(campaign):
    shares = growth_of(campaign).delivered_shares
    assert len(shares) == len(AGES_MINUTES)
    assert (shares[0], shares[AGES_MINUTES.index(60)], shares[-1]) == (1, 2 / 4, 5 / 8)


def test_a_young_campaign_has_no_figure_at_an_age_that_it_has_not_reached(session):
    campaign = make_campaign(started_at=utc_now() - timedelta(hours=2))
    at(campaign, sent=1, delivered=2)
    growth = growth_of(campaign)
    assert counts(growth.at(1)) == (1, 1, 0, 0)
    assert (growth.at(24), growth.at(72)) == (None, None)
    assert growth.reaches_at(24) == campaign.started_at + timedelta(hours=24)
    assert growth.delivered_shares[-1] is None


def test_a_campaign_without_messages_has_zeros_and_one_that_has_not_started_nothing(session):
    assert counts(growth_of(make_campaign(started_at=LONG_AGO)).at(72)) == (0, 0, 0, 0)
    draft = growth_of(make_campaign(status="draft", started_at=None))
    assert (draft.at(1), draft.reaches_at(1), set(draft.delivered_shares)) == (None, None, {None})
    assert queries.growths([(1, 987_654)]) == {}
    assert queries.growths([]) == {}


def test_many_campaigns_do_not_get_mixed_up(session):
    owner, other = make_owner(), make_owner()
    campaigns = [make_campaign(one, started_at=LONG_AGO) for one in (owner, other, owner)]
    for n, campaign in enumerate(campaigns, start=1):
        for _ in range(n):
            at(campaign, sent=1, delivered=2)
    grown = queries.growths([(one.owner_id, one.id) for one in campaigns])
    assert [grown[one.owner_id, one.id].at(1).delivered for one in campaigns] == [1, 2, 3]


def before(owner, days: float):
    """A campaign that started so many days before LONG_AGO."""
    return make_campaign(owner, started_at=LONG_AGO - timedelta(days=days))


def test_normal_is_what_the_owners_campaigns_of_90_days_before_did_by_the_same_age_together(session):
    owner = make_owner()
    small, large = before(owner, 1), before(owner, 89)
    at(small, sent=0, delivered=50)
    for _ in range(3):
        at(large, sent=0, failed=30)
    at(large, sent=30, delivered=120)
    too_early, same_time, later = before(owner, 90.1), before(owner, 0), before(owner, -1)
    for outside in (too_early, same_time, later, before(make_owner(), 1)):
        at(outside, sent=0, delivered=0)
    normal = queries.normal(owner.id, LONG_AGO)
    assert counts(normal[1]) == (5, 1, 3, 1)
    assert counts(normal[24]) == (5, 2, 3, 0)
    assert (normal[24].delivery.count, normal[24].delivery.of) == (2, 5)


def test_a_campaign_that_is_not_so_old_yet_is_no_part_of_what_is_normal_at_that_age(session):
    owner = make_owner()
    young = make_campaign(owner, started_at=utc_now() - timedelta(hours=2))
    at(young, sent=0, delivered=1)
    normal = queries.normal(owner.id, utc_now())
    assert [normal[hours].accepted for hours in HOURS] == [1, 0, 0]


def test_without_campaigns_before_nothing_is_normal(session):
    for started_at in (LONG_AGO, None):
        normal = queries.normal(make_owner().id, started_at)
        assert [normal[hours].delivery.value for hours in HOURS] == [None, None, None]


def test_a_campaign_stands_beside_what_is_normal_at_each_age(campaign):
    rows = queries.at_ages(growth_of(campaign), queries.normal(campaign.owner_id, LONG_AGO))
    assert [row.hours for row in rows] == [1, 24, 72]
    assert [row.totals.accepted for row in rows] == [4, 5, 8]
    assert rows[0].normal_delivery.of == 0
