"""What a contact was at an earlier time, against a replay of its events."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.contacts.past.queries import state
from tests.contacts.histories import consent, membership
from tests.factories import NOON, make_contact, make_list, make_owner

EVENTS = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.sampled_from([None, 0, 1])), max_size=14)


def replayed(events, until: int):
    """The state after the events before `until`, one after the other in the order in which they came.

    Whether they were subscribed and since when, and since when on which lists.
    """
    subscribed, lists = None, {}
    for minute, is_in, place in sorted(events, key=lambda event: event[0]):
        if minute < until:
            if place is None:
                subscribed = subscribed if subscribed and subscribed[0] == is_in else (is_in, minute)
            elif is_in:
                lists[place] = minute
            else:
                lists.pop(place, None)
    return subscribed, lists


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(events=EVENTS, until=st.integers(0, 7))
def test_the_state_is_what_the_events_before_made_of_it(session, events, until):
    owner = make_owner()
    contact, other = make_contact(owner), make_contact(owner)
    lists = [make_list(owner, name=name) for name in ("Alpha", "Beta")]
    for minute, is_in, place in events:
        at = NOON + timedelta(minutes=minute)
        for who, turned in ((contact, is_in), (other, not is_in)):
            if place is None:
                consent(who, at, turned)
            else:
                membership(who, at, lists[place].id, "added" if turned else "removed")
    found = state(owner.id, contact.id, NOON + timedelta(minutes=until))
    subscribed, on_lists = replayed(events, until)
    assert (found.consent and (found.consent.is_subscribed, found.consent.occurred_at)) == (
        subscribed and (subscribed[0], NOON + timedelta(minutes=subscribed[1]))
    )
    assert [(row.name, row.since) for row in found.lists] == [
        (["Alpha", "Beta"][place], NOON + timedelta(minutes=minute))
        for place, minute in sorted(on_lists.items())
    ]


def test_before_it_was_added_it_was_no_contact(session):
    contact = make_contact(created_at=NOON)
    assert not state(contact.owner_id, contact.id, NOON).was_added
    assert state(contact.owner_id, contact.id, NOON + timedelta(microseconds=1)).was_added


@pytest.fixture
def known(client, sign_in):
    """The page of a contact in Athens who left at 23:30 there on 20 November."""
    sign_in("support")
    contact = make_contact(make_owner(timezone="Europe/Athens"), created_at=NOON - timedelta(days=30))
    consent(contact, NOON - timedelta(days=10), True, source="import")
    consent(contact, NOON.replace(hour=21, minute=30), False, reason="Left late")
    url = f"/owners/{contact.owner_id}/contacts/{contact.id}"

    def known(query: str) -> str:
        return client.get(f"{url}?{query}").text.replace("\n", " ")

    return known


@pytest.mark.parametrize(
    ("query", "was_in"),
    [
        ("day=2026-11-19", True),
        ("day=2026-11-20", False),
        ("day=2026-11-20&time=23:29", True),
        ("day=2026-11-20&time=23:30", False),
    ],
)
def test_a_day_ends_in_the_owners_zone_which_is_named(known, query, was_in):
    page = known(query)
    answer = page[page.index('id="then"') :]
    assert "Europe/Athens (EET)" in answer
    assert answer.index("Subscribed" if was_in else "Unsubscribed") < 600
    timeline = page[page.index('id="timeline"') : page.index('id="lists-title"')]
    assert ("Left late" in timeline) is not was_in


def test_a_day_before_the_history_says_so(known):
    assert "the history of consent begins later" in known("day=2026-11-01")
    assert "Not a contact yet" in known("day=2026-01-01")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("day=yesterday", "Enter a day such as 2026-11-30."),
        ("day=9999-12-31", "Enter a day between 1900 and 2199."),
        ("time=12:00", "Choose a day, too."),
        ("day=2026-11-20&time=25:00", "Enter a time such as 23:59."),
        ("day=2026-11-20&time=١٢:٠٠", "Enter a time such as 23:59."),
        ("day=2026-03-29&time=03:30", "were put forward over that time."),
        ("day=2099-01-01", "That day is still to come."),
    ],
)
def test_a_time_that_is_none_is_said_at_its_field(known, query, sentence):
    page = known(query)
    assert sentence in page
    assert 'id="then"' not in page


def test_today_is_now_and_what_comes_after_is_refused(known):
    now = datetime.now(ZoneInfo("Europe/Athens"))
    today = known(f"day={now:%Y-%m-%d}")
    assert "Now, Europe/Athens (EET):" in today
    assert "until now" in today
    assert "Unsubscribed" in today[today.index('id="then"') :]
    later = now + timedelta(minutes=2)
    sentence = "That time is still to come." if later.date() == now.date() else "That day is still to come."
    assert sentence in known(f"day={later:%Y-%m-%d}&time={later:%H:%M}")
    assert "That day is still to come." in known(f"day={now + timedelta(days=1):%Y-%m-%d}")


def test_who_opts_in_twice_is_subscribed_since_the_first_time(client, sign_in):
    sign_in("support")
    contact = make_contact(make_owner(timezone="Europe/Athens"), created_at=NOON - timedelta(days=400))
    for days in (300, 100):
        consent(contact, NOON - timedelta(days=days), True, source="import")
    page = client.get(f"/owners/{contact.owner_id}/contacts/{contact.id}?day=2026-11-19").text
    words = " ".join(re.sub("<[^>]*>", "", page).split())
    assert re.findall(r"Subscribed since ([^,]*),", words) == ["24 Jan"] * 2


def test_of_a_minute_that_clocks_showed_twice_it_is_the_later(known):
    assert "At the end of 03:30 on 26 Oct 2025" in known("day=2025-10-26&time=03:30")


def test_a_kind_that_is_none_shows_everything(known):
    assert "Left late" in known("kind=x")
    assert "Left late" in known("kind=consent")
    assert "Nothing of this kind is known." in known("kind=notes")
