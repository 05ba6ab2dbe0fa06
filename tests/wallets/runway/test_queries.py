from datetime import timedelta

import pytest

from dashboard.contacts.models import Contact
from dashboard.core.db import db, utc_now
from dashboard.lists.models import ListStat
from dashboard.wallets.runway import queries as runways
from tests.factories import make_campaign, make_contact, make_list, make_owner, make_wallet

pytestmark = pytest.mark.usefixtures("session")
ONE_SEGMENT, TWO_SEGMENTS = "Hello", "Γειά σας! " * 8


def make_audience(owner, *, subscribed: int, unsubscribed: int = 0):
    """A list with so many members; the counters count them."""
    members = [make_contact(owner) for _ in range(subscribed)]
    members += [make_contact(owner, is_subscribed=False) for _ in range(unsubscribed)]
    return make_list(owner, members=members)


def schedule(owner, audience, *, days: float = 1, text: str | None = ONE_SEGMENT, **values):
    at = utc_now() + timedelta(days=days)
    given = {"status": "scheduled", "started_at": None, "scheduled_at": at, "message_text": text}
    return make_campaign(owner, list_id=audience and audience.id, **(given | values))


@pytest.fixture
def owner(session):
    return make_owner()


@pytest.fixture
def ten(owner):
    """A list of ten subscribed members."""
    return make_audience(owner, subscribed=10)


def test_where_nothing_is_scheduled_there_is_no_runway(owner):
    make_wallet(owner, balance_credits=5)
    assert runways.of(owner.id) is None
    assert runways.of_each([]) == {}


def test_a_campaign_costs_its_segments_times_the_subscribed_members(owner):
    make_wallet(owner, balance_credits=100)
    schedule(owner, make_audience(owner, subscribed=3, unsubscribed=2), text=TWO_SEGMENTS)
    runway = runways.of(owner.id)
    assert (runway.needed_credits, runway.left_credits, runway.campaigns) == (6, 94, 1)
    assert runway.short is None


def test_who_unsubscribes_costs_nothing_more(owner, ten):
    make_wallet(owner, balance_credits=9)
    schedule(owner, ten)
    assert runways.of(owner.id).short.missing_credits == 1
    contact = db.session.query(Contact).filter_by(owner_id=owner.id).first()
    contact.is_subscribed, contact.unsubscribed_at = False, utc_now()
    db.session.commit()
    assert runways.of(owner.id).short is None


@pytest.mark.parametrize(("balance", "missing"), [(31, None), (30, None), (29, 1), (11, 19)])
def test_exactly_enough_is_enough(owner, ten, balance, missing):
    make_wallet(owner, balance_credits=balance)
    schedule(owner, ten, days=1)
    schedule(owner, ten, days=2, text=TWO_SEGMENTS)
    runway = runways.of(owner.id)
    assert (runway.short and runway.short.missing_credits) == missing
    assert runway.left_credits == balance - 30


def test_the_first_campaign_that_the_balance_does_not_reach_is_named(owner, ten):
    make_wallet(owner, balance_credits=25)
    # Made in another order than they start in.
    schedule(owner, ten, days=4, name="Fourth")
    third = schedule(owner, ten, days=3, name="Third")
    schedule(owner, ten, days=1, name="First")
    schedule(owner, ten, days=2, name="Second")
    runway = runways.of(owner.id)
    short = runway.short
    assert (short.campaign_name, short.campaign_id, short.starts_at) == (
        "Third",
        third.id,
        third.scheduled_at,
    )
    assert (short.cost_credits, short.needed_credits, short.missing_credits) == (10, 30, 5)
    assert not short.is_overdue
    assert (runway.campaigns, runway.needed_credits, runway.left_credits) == (4, 40, -15)


def test_at_the_same_instant_the_older_campaign_comes_first(owner, ten):
    make_wallet(owner, balance_credits=10)
    at = utc_now() + timedelta(days=1)
    schedule(owner, ten, scheduled_at=at)
    schedule(owner, ten, scheduled_at=at, name="Younger")
    assert runways.of(owner.id).short.campaign_name == "Younger"


def test_what_is_overdue_starts_at_once_and_so_comes_first(owner, ten):
    make_wallet(owner, balance_credits=9)
    schedule(owner, ten, days=1)
    schedule(owner, ten, days=-0.01, name="Overdue")
    short = runways.of(owner.id).short
    assert (short.campaign_name, short.missing_credits, short.is_overdue) == ("Overdue", 1, True)


@pytest.mark.parametrize("status", ["draft", "sending", "paused", "completed", "failed"])
def test_only_what_is_scheduled_counts_for_the_rest_is_paid_or_not_decided(owner, ten, status):
    make_wallet(owner, balance_credits=1)
    schedule(owner, ten, status=status)
    assert runways.of(owner.id) is None


def test_what_has_started_once_is_paid(owner, ten):
    schedule(owner, ten, started_at=utc_now() - timedelta(hours=1))
    assert runways.of(owner.id) is None


@pytest.mark.parametrize("lacking", [{"list_id": None}, {"message_text": None}, {"scheduled_at": None}])
def test_without_a_list_a_text_or_a_time_the_cost_is_unknown(owner, ten, lacking):
    make_wallet(owner, balance_credits=10)
    campaign = schedule(owner, ten)
    for name, value in lacking.items():
        setattr(campaign, name, value)
    db.session.commit()
    schedule(owner, ten, days=2)
    runway = runways.of(owner.id)
    assert (runway.unknown, runway.campaigns, runway.needed_credits, runway.short) == (1, 1, 10, None)


def test_an_empty_list_costs_nothing_even_where_the_wallet_is_empty(owner):
    schedule(owner, make_list(owner))
    runway = runways.of(owner.id)
    assert (runway.campaigns, runway.needed_credits, runway.short) == (1, 0, None)


def test_an_owner_without_a_wallet_is_short_of_everything(owner, ten):
    schedule(owner, ten)
    runway = runways.of(owner.id)
    assert (runway.balance_credits, runway.short.missing_credits) == (0, 10)


def test_each_owners_campaigns_draw_on_its_own_wallet(owner, ten):
    make_wallet(owner, balance_credits=10)
    schedule(owner, ten)
    other = make_owner()
    make_wallet(other, balance_credits=10)
    theirs = make_audience(other, subscribed=4)
    for days in (0.5, 1, 1.5):
        schedule(other, theirs, days=days)
    assert runways.of(owner.id).short is None
    each = runways.of_each([owner.id, other.id, make_owner().id])
    assert {owner_id: runway.needed_credits for owner_id, runway in each.items()} == {
        owner.id: 10,
        other.id: 12,
    }
    assert each[other.id].short.missing_credits == 2
    assert runways.short_owner_ids() == [other.id]


def test_another_owners_list_of_the_same_number_is_not_asked(owner, ten):
    schedule(owner, ten)
    other = make_owner()
    schedule(other, make_list(other, members=[make_contact(other)], id=ten.id))
    assert (runways.of(owner.id).needed_credits, runways.of(other.id).needed_credits) == (10, 1)


def test_those_who_run_short_first_come_first():
    names = []
    for days in (5, 1, 3):
        owner = make_owner(name=f"In {days} days", timezone="Asia/Nicosia")
        audience = make_audience(owner, subscribed=1)
        schedule(owner, audience, days=days)
        schedule(owner, audience, days=days + 0.5)  # one owner is told once
        names.append(owner.name)
    enough = make_owner()
    make_wallet(enough, balance_credits=1)
    schedule(enough, make_audience(enough, subscribed=1), days=0.1)
    found = runways.soonest_short()
    assert [one.owner_name for one in found] == ["In 1 days", "In 3 days", "In 5 days"]
    assert [(one.timezone, one.missing_credits) for one in found] == [("Asia/Nicosia", 1)] * 3
    assert [one.owner_name for one in runways.soonest_short(most=2)] == ["In 1 days", "In 3 days"]


def test_a_cost_beyond_32_bits_is_exact(owner, ten):
    db.session.get(ListStat, (owner.id, ten.id)).subscribed = 2**40
    db.session.commit()
    schedule(owner, ten, text=TWO_SEGMENTS)
    assert runways.of(owner.id).short.missing_credits == 2**41
