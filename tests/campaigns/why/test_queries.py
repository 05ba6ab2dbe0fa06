"""Why a delivery rate fell: the parts are those of hand-made sets, and add up."""

from datetime import timedelta
from fractions import Fraction

import pytest

from dashboard.campaigns.queries import Wanted
from dashboard.campaigns.why import queries
from dashboard.core.rates import Rate
from tests.campaigns.signals.many import NOW, send
from tests.campaigns.why.sending import send_to
from tests.factories import make_campaign, make_list, make_owner

BEFORE = [("30", "delivered", 270), ("30", "27", 30), ("49", "delivered", 80), ("49", "1", 20)]
NOW_SENT = [
    ("30", "delivered", 90),
    ("30", "27", 10),
    ("49", "delivered", 60),
    ("49", "1", 32),
    ("49", "sent", 8),
]


def explained(campaign):
    return queries.of_campaign(campaign.owner_id, campaign.id, campaign.started_at)


def assert_adds_up(why):
    for split in why.splits.values():
        assert (split.now, split.before) == (why.now.delivery, why.before.delivery)
        assert sum(one.total for one in split.effects) == why.difference
    assert sum(one.total for one in why.codes) + why.pending.total == why.difference


def by_group(split):
    return {one.group: one for one in split.effects}


def test_a_campaign_beside_its_baseline(session):
    owner = make_owner(sender_name="Shop")
    send_to(owner, BEFORE, days_ago=30)
    why = explained(send_to(owner, NOW_SENT))

    assert (why.now.campaigns, why.before.campaigns) == (1, 1)
    assert (why.now.delivery, why.before.delivery) == (Rate(150, 200), Rate(350, 400))
    assert why.difference == Fraction(-1, 8)
    assert_adds_up(why)
    greece, germany = by_group(why.splits["country"])["30"], by_group(why.splits["country"])["49"]
    assert (greece.now, greece.before) == (Rate(90, 100), Rate(270, 300))
    assert greece.rate == 0
    assert germany.rate == Fraction(-1, 5) * Fraction(3, 8)
    assert germany.mix == Fraction(1, 4) * (Fraction(7, 10) - Fraction(13, 16))
    assert {one.group: one.total for one in why.codes} == {
        "1": -(Fraction(32, 200) - Fraction(20, 400)),
        "27": -(Fraction(10, 200) - Fraction(30, 400)),
    }
    assert (why.pending.now, why.pending.total) == (Rate(8, 200), -Fraction(8, 200))
    assert not why.may_be_chance


def test_sender_and_list_are_the_campaigns_own(session):
    owner = make_owner(sender_name="Shop")
    vip, rest = make_list(owner, name="VIP"), make_list(owner, name="The rest")
    send_to(owner, BEFORE, days_ago=30, list_id=vip.id)
    send_to(owner, BEFORE, days_ago=20, list_id=rest.id, sender_name="Sale")
    why = explained(send_to(owner, NOW_SENT, list_id=vip.id))

    senders, lists = by_group(why.splits["sender"]), by_group(why.splits["list"])
    # Without a name of its own a campaign has its owner's.
    assert (senders["Shop"].share_now, senders["Shop"].share_before) == (1, Fraction(1, 2))
    assert senders["Sale"].rate == 0
    assert lists.keys() == {str(vip.id), str(rest.id)}
    assert why.names == {str(vip.id): "VIP", str(rest.id): "The rest"}
    assert "owner" not in why.splits
    assert_adds_up(why)


def test_what_has_no_list_or_sender_is_a_group_too(session):
    owner = make_owner(sender_name=None)
    send_to(owner, BEFORE, days_ago=30)
    why = explained(send_to(owner, NOW_SENT))
    assert [one.group for one in why.splits["list"].effects] == [""]
    assert [one.group for one in why.splits["sender"].effects] == [""]
    assert_adds_up(why)


def test_the_baseline_is_that_of_the_signals(session):
    owner = make_owner()
    for days_ago, failed in ((101.1, 64), (100.9, 32), (40, 16), (11, 8), (10, 4)):
        send(owner, failed, 1_000, days_ago=days_ago)
    send(make_owner(), 1, 1_000, days_ago=20)
    make_campaign(owner, started_at=None, scheduled_at=NOW - timedelta(days=20))
    why = explained(send(owner, 300, 1_000, days_ago=11, name="At the same time"))
    assert (why.now.campaigns, why.before.campaigns) == (1, 2)
    assert why.before.delivery == Rate(2_000 - 32 - 16, 2_000)


def test_a_failure_without_a_code_is_counted_too(session):
    owner = make_owner()
    send(owner, 10, 1_000, days_ago=30)
    why = explained(send(owner, 60, 1_000, pending=5))
    assert [(one.group, one.total) for one in why.codes] == [("", Fraction(-5, 100))]
    assert_adds_up(why)


@pytest.mark.parametrize(("before", "now"), [(99, 1_000), (1_000, 99), (0, 1_000), (1_000, 0)])
def test_too_few_on_one_side_are_not_split(session, before, now):
    owner = make_owner()
    if before:
        send(owner, 3, before, days_ago=5)
    why = explained(send(owner, min(now, 3), now) if now else make_campaign(owner, started_at=NOW))
    assert why.is_too_few
    assert why.splits == {}


def test_of_many_lists_those_that_add_least_stand_together(session):
    owner = make_owner()
    lists = [make_list(owner) for _ in range(queries.MOST + 3)]
    for n, one in enumerate(lists):
        send(owner, n, 100, days_ago=20, list_id=one.id)
    why = explained(send(owner, 30, 100, list_id=lists[0].id))
    effects = why.splits["list"].effects
    assert len(effects) == queries.MOST
    assert [one.group for one in effects].count(None) == 1
    assert why.splits["list"].groups == len(lists)
    assert_adds_up(why)


@pytest.fixture
def weeks(session):
    """Two shops, in Greece and in Germany, each with a campaign in the week and one before it."""
    start = NOW - timedelta(days=10)
    greek, german = make_owner(name="Bakery"), make_owner(name="Books", country="DE")
    for owner, failed in ((greek, 100), (german, 20)):
        send(owner, 20, 1_000, days_ago=30)
        send_to(owner, [("30", "delivered", 1_000 - failed), ("30", "27", failed)], started_at=start)
        # Neither the week nor before it.
        send_to(owner, [("30", "27", 500)], started_at=start + timedelta(days=7))
        send_to(owner, [("30", "27", 500)], started_at=start - timedelta(days=90, seconds=1))
    return greek, german, Wanted(since=start, until=start + timedelta(days=7))


def test_a_week_beside_the_90_days_before(weeks):
    greek, german, wanted = weeks
    why = queries.of_week(wanted)
    assert (why.now.campaigns, why.before.campaigns) == (2, 2)
    assert (why.now.delivery, why.before.delivery) == (Rate(1_880, 2_000), Rate(1_960, 2_000))
    owners = by_group(why.splits["owner"])
    assert owners[str(greek.id)].rate == Fraction(-8, 100) / 2
    assert owners[str(german.id)].total == 0
    assert why.names == {str(greek.id): "Bakery", str(german.id): "Books"}
    assert "list" not in why.splits
    assert_adds_up(why)


def test_a_week_of_one_owner_and_of_one_country(weeks):
    greek, _, wanted = weeks
    of_owner = queries.of_week(Wanted(owner_id=greek.id, since=wanted.since, until=wanted.until))
    assert of_owner.now.delivery == Rate(900, 1_000)
    assert of_owner.splits.keys() == {"country", "sender", "list"}
    assert_adds_up(of_owner)
    of_country = queries.of_week(Wanted(country="EU", since=wanted.since, until=wanted.until))
    assert of_country.now.delivery.of == 2_000
    of_country = queries.of_week(Wanted(country="DE", since=wanted.since, until=wanted.until))
    assert of_country.now.delivery == Rate(980, 1_000)
    assert of_country.may_be_chance
