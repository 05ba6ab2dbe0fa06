import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.contacts import queries
from dashboard.contacts.queries import Wanted
from tests.factories import make_contact, make_owner

FORMATS = [
    "69 8430 3406", "6984303406", "+30 698 430 3406", "00306984303406", "+30 (698) 430-3406",
    "0030 698 4303406", "698.430.3406",
]  # fmt: skip


def found(**wanted) -> list[int]:
    return [row.id for row in queries.page(Wanted(**wanted)).page.rows]


@pytest.mark.parametrize("typed", FORMATS)
def test_every_format_of_one_number_finds_its_contact(session, typed):
    contact = make_contact(phone="+306984303406")
    make_contact()
    assert [row.id for row in queries.by_number(typed)] == [contact.id]
    assert found(typed=typed) == [contact.id]


def test_a_number_is_read_in_the_country_of_each_owner(session):
    greek = make_contact(make_owner(country="GR"), phone="+306984303406")
    british = make_contact(make_owner(country="GB"), phone="+447911123456")
    assert [row.id for row in queries.by_number("07911 123456")] == [british.id]
    assert [row.id for row in queries.by_number("698 430 3406")] == [greek.id]


def test_a_part_of_a_number_a_name_or_an_email_finds(session):
    contact = make_contact(
        phone="+306984303406", first_name="Νίκη", last_name="Παπαδάκη", email="niki@example.gr"
    )
    make_contact(first_name="Νίκος")
    for typed in ("843034", "παπαδακη", "ΝΙΚΗ παπα", "niki@ex", "Niki@Example.GR"):
        assert found(typed=typed) == [contact.id], typed


def test_wildcards_are_literal(session):
    make_contact(first_name="Ada")
    percent = make_contact(first_name="100% Ada_")
    assert found(typed="100%") == [percent.id]
    assert found(typed="ada_") == [percent.id]
    assert found(typed="%%%") == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=30).filter(lambda text: "\x00" not in text and text.strip()))
def test_any_text_is_answered(session, typed):
    try:
        typed.encode()
    except UnicodeEncodeError:
        return
    queries.page(Wanted(typed=typed))
    queries.search(typed)
    queries.by_number(typed)


@pytest.mark.parametrize(("state", "count"), [(None, 3), (True, 2), (False, 1)])
def test_contacts_filter_by_state_and_owner(session, state, count):
    owner = make_owner()
    make_contact(owner)
    make_contact(owner)
    make_contact(owner, is_subscribed=False)
    make_contact(is_subscribed=False)
    make_contact()
    rows = queries.page(Wanted(owner_id=owner.id, is_subscribed=state)).page.rows
    assert len(rows) == count
    assert state is None or {row.is_subscribed for row in rows} == {state}
