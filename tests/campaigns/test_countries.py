"""Campaigns by the country of their owner."""

import re

import pytest

from tests.factories import make_campaign, make_owner


@pytest.fixture
def campaigns(client, sign_in):
    """Reads the page of campaigns with a query."""
    for country in ("GR", "DE", "GB"):
        make_campaign(make_owner(country=country), name=f"Sale in {country}")
    sign_in("manager")
    return lambda query="": client.get(f"/campaigns{query}").text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["DE", "GB", "GR"]),
        ("?country=EU", ["DE", "GR"]),
        ("?country=GB", ["GB"]),
        ("?country=EU&q=GB", []),
        ("?country=XX", ["DE", "GB", "GR"]),
    ],
)
def test_the_filter_filters(campaigns, query, shown):
    assert sorted(re.findall(r">Sale in (..)</a>", campaigns(query))) == shown


def test_the_owners_countries_are_offered_by_name_after_the_union(campaigns):
    select = re.search(r'<select[^>]* name="country">.*?</select>', campaigns(), re.DOTALL)[0]
    names = re.findall(r"<option[^>]*>([^<]+)", select)
    assert names == ["All countries", "European Union", "Britain (UK)", "Germany", "Greece"]


def test_a_country_without_owners_is_said_at_the_field(campaigns):
    assert "Choose one of those offered." in campaigns("?country=XX")
