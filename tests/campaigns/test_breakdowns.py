from datetime import timedelta

import pytest

from dashboard.campaigns.breakdowns import queries as breakdowns
from dashboard.campaigns.queries import Totals
from dashboard.core.countries import name_of_calling_code
from dashboard.core.rates import Rate
from tests.factories import NOON, make_campaign, make_contact, make_message, make_owner


def fill(campaign, **counts):
    for status, count in counts.items():
        for _ in range(count):
            make_message(campaign, status=status)


def test_owners_and_countries_of_the_campaigns_that_started_lately(session):
    bakery, florist = make_owner(name="Bakery"), make_owner(name="Florist")
    fill(make_campaign(bakery), delivered=3, failed=1)
    fill(make_campaign(bakery, started_at=NOON + timedelta(days=1)), delivered=2, sent=1)
    fill(make_campaign(bakery, started_at=NOON - timedelta(days=40)), delivered=30)
    fill(make_campaign(florist), delivered=1)
    make_message(make_campaign(florist), make_contact(florist, phone="+4915112345678"), status="failed")
    first, second = breakdowns.by_owner(NOON - timedelta(days=30), "UTC")
    assert (first.name, first.totals) == ("Bakery", Totals(0, 1, 5, 1))
    assert first.by_day([NOON.date() + timedelta(days=n) for n in (-1, 0, 1)]) == [0, 4, 3]
    assert (second.name, second.totals.accepted, second.busiest) == ("Florist", 2, 2)
    greece, germany = breakdowns.by_country(NOON - timedelta(days=30))
    assert (greece.calling_code, greece.totals) == ("30", Totals(0, 1, 6, 1))
    assert (germany.calling_code, germany.totals.failure) == ("49", Rate(1, 1))


@pytest.mark.parametrize(
    ("code", "name"), [("30", "+30 Greece"), ("1", "+1 United States and others"), ("999", "+999"), ("", "+")]
)
def test_a_calling_code_has_a_name(code, name):
    assert name_of_calling_code(code).startswith(name)
