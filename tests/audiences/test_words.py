"""An audience in words, and what a person may type of it."""

from dataclasses import fields
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dashboard.audiences import queries
from dashboard.audiences.audience import Audience
from dashboard.audiences.filter import AudienceForm
from dashboard.audiences.words import phrases, sentence
from dashboard.core.db import db
from dashboard.tags.models import Tag
from tests.factories import make_contact, make_list, make_owner


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        (Audience(), "all contacts"),
        (Audience(is_subscribed=False), "unsubscribed"),
        (Audience(gender="female", age_from=18, age_to=30, calling_code="30"),
         "women, 18 to 30 years, numbers of +30 Greece"),
        (Audience(age_from=0), "0 years or older"),
        (Audience(age_to=0), "up to 0 years"),
        (Audience(age_from=40, age_to=40), "40 years"),
        (Audience(added_from=date(2026, 3, 1)), "added since 1 Mar 2026"),
        (Audience(left_to=date(2026, 3, 1)), "left until 1 Mar 2026"),
        (Audience(joined_from=date(2026, 3, 1), joined_to=date(2026, 3, 1)), "joined the list on 1 Mar 2026"),
        (Audience(tag_id=987_654), "tagged with a tag that is gone"),
    ],
)  # fmt: skip
def test_what_it_asks_for_is_said(session, audience, words):
    assert sentence(make_owner().id, audience) == words


def test_lists_and_tags_are_said_by_their_names_and_each_filter_can_be_taken_out(session):
    made = make_list(name="VIP")
    tag = Tag(owner_id=made.owner_id, name="complained")
    db.session.add(tag)
    db.session.commit()
    asked = Audience(list_id=made.id, is_subscribed=True, tag_id=tag.id, age_from=18)
    assert (
        sentence(made.owner_id, asked) == "members of VIP, subscribed, tagged complained, 18 years or older"
    )
    assert [one.fields for one in phrases(made.owner_id, asked)] == [
        ("is_subscribed",), ("tag_id",), ("age_from", "age_to"),
    ]  # fmt: skip
    assert sentence(make_owner().id, asked).startswith("members of a list that is gone")


@pytest.mark.parametrize(
    "hostile",
    [
        {"list_id": "1"},
        {"list_id": True},
        {"nothing": 1},
        {"added_from": "x"},
        {"added_from": 5},
        {"age_to": 1.5},
        {"age_from": 2026},
        {"age_to": -5},
        {"age_from": 30, "age_to": 20},
        {"list_id": 10**30},
        {"tag_id": 0},
        {"added_to": "9999-12-31"},
        {"added_from": "2026-11-02", "added_to": "2026-11-01"},
        {"gender": "unknown"},
        {"gender": "\ud800"},
        {"calling_code": ""},
        {"calling_code": "²"},
        {"calling_code": "\0"},
        {"calling_code": "9" * 5_000},
        {"is_subscribed": None},
        {"is_subscribed": 1},
        [],
        None,
    ],
    ids=lambda hostile: ascii(hostile)[:40],
)
def test_what_describes_no_audience_is_refused(hostile):
    with pytest.raises(ValueError, match=r"no |not as|neither|above|Invalid"):
        Audience.of_json(hostile)


numbers = st.integers() | st.integers(-1, 151)
edges = ["\0", "\ud800", "²", "9999-12-31", "1900-01-01", "2199-12-31", "female", "30"]
texts = st.text() | st.sampled_from(edges)
plain = st.none() | st.booleans() | numbers | st.floats() | texts
names = st.sampled_from([field.name for field in fields(Audience)]) | st.text()
anything = st.dictionaries(names, plain, max_size=4) | st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)
)


@pytest.fixture
def anybody(session) -> int:
    """The number of an owner of one contact."""
    return make_contact(make_owner()).owner_id


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=anything)
@example(asked={"age_from": 150, "age_to": 150, "added_from": "1900-01-01", "added_to": "2199-12-31"})
@example(asked={"list_id": 2**63 - 1, "tag_id": 2**63 - 1, "calling_code": "999", "gender": "other"})
def test_whatever_json_is_sent_is_refused_or_can_be_looked_up(anybody, asked):
    try:
        audience = Audience.of_json(asked)
    except ValueError:
        return
    assert queries.count(anybody, audience).number in (0, 1)
    assert sentence(anybody, audience)


def form(app, owner_id: int, query: str) -> AudienceForm:
    with app.test_request_context(f"/?{query}"):
        return AudienceForm(owner_id)


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("age_from=eighteen", "age_from", "Enter an age in whole years, such as 18."),
        ("age_from=١٨", "age_from", "Enter an age in whole years, such as 18."),
        ("age_to=151", "age_to", "Enter an age in whole years, such as 18."),
        ("age_from=30&age_to=18", "age_to", "This is below the other age. Enter a higher one."),
        ("added_from=yesterday", "added_from", "Enter a day such as 2026-11-30."),
        ("left_to=0001-01-01", "left_to", "Enter a day between 1900 and 2199."),
        ("joined_from=2026-03-02&joined_to=2026-03-01", "joined_to", "This is before the first day."),
        ("gender=unicorn", "gender", "Choose one of those offered."),
        ("tag_id=1%20OR%201", "tag_id", "Choose one of those offered."),
        ("calling_code=999", "calling_code", "Choose one of those offered."),
    ],
)
def test_bad_input_is_said_at_its_field_and_left_out(app, session, query, field, sentence):
    asked = form(app, make_owner().id, query)
    assert asked.errors[field][0].startswith(sentence)
    assert getattr(asked.audience(), field) is None


def test_what_fits_is_asked_for(app, session):
    owner = make_owner()
    make_contact(owner, phone="+35988123456")
    asked = form(
        app, owner.id, "is_subscribed=true&gender=male&age_to=30&calling_code=359&added_to=2026-03-01"
    )
    assert not asked.errors
    assert asked.audience(5) == Audience(
        list_id=5, is_subscribed=True, gender="male", age_to=30, calling_code="359", added_to=date(2026, 3, 1)
    )
