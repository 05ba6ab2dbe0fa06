"""All that happened to a contact, in one order."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.contacts.commands import Person, create_contact, edit_contact
from dashboard.contacts.notes.commands import add_note
from dashboard.contacts.subscriptions.commands import stop_contact
from dashboard.contacts.timeline import queries, words
from dashboard.contacts.timeline.queries import SHOWN, Kind
from dashboard.core.db import db
from dashboard.core.keyset import At
from dashboard.owners.models import Owner, SenderNumber
from tests.contacts.histories import consent, edit, inbound, membership, note, skip, tagging
from tests.factories import (
    NOON,
    make_campaign,
    make_contact,
    make_list,
    make_message,
    make_owner,
    make_staff,
)


def lines(contact, **asked):
    return queries.page(contact.owner_id, contact.id, **asked).rows


def everything(contact, size: int, **asked) -> list[tuple]:
    """All pages after each other, and back again, which must show the same."""
    at, found, last = At(size=size), [], None
    while True:
        last = queries.page(contact.owner_id, contact.id, at=at, **asked)
        found.append([(one.at, one.kind, one.id) for one in last.rows])
        if last.after is None:
            break
        at = At(after=last.after, size=size)
    back = [found[-1]]
    while last.before is not None:
        last = queries.page(contact.owner_id, contact.id, at=At(before=last.before, size=size), **asked)
        back.insert(0, [(one.at, one.kind, one.id) for one in last.rows])
    assert back == found
    return [one for page in found for one in page]


def happen(contact, kind: Kind, minute: int) -> tuple:
    """Let something of the kind happen to the contact; gives its place in the order."""
    at, owner = NOON + timedelta(minutes=minute), {"owner_id": contact.owner_id}
    make = {
        Kind.MESSAGE: lambda: make_message(make_campaign(**owner), contact, created_at=at).id,
        Kind.SKIP: lambda: skip(contact, at, make_campaign(**owner).id, "suppressed").campaign_id,
        Kind.CONSENT: lambda: consent(contact, at, True).id,
        Kind.LIST: lambda: membership(contact, at, make_list(**owner).id, "added").id,
        Kind.TAG: lambda: tagging(contact, at, "VIP", "added").id,
        Kind.EDIT: lambda: edit(contact, at, {"email": None}, {"email": "a@example.com"}).id,
        Kind.NOTE: lambda: note(contact, at, "Called").id,
    }
    return (at, kind, make[kind]())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)
@given(
    events=st.lists(st.tuples(st.sampled_from(Kind), st.integers(0, 4)), max_size=12),
    shown=st.sampled_from(list(SHOWN)),
    size=st.integers(1, 5),
    until=st.none() | st.integers(0, 5),
)
def test_every_event_once_newest_first_in_both_directions(session, events, shown, size, until):
    contact = make_contact()
    stranger = make_contact(db.session.get_one(Owner, contact.owner_id))
    happened = [happen(contact, kind, minute) for kind, minute in events]
    for kind in Kind:
        happen(stranger, kind, 1)
    before = NOON + timedelta(minutes=until) if until is not None else None
    expected = [
        (at, kind, number)
        for at, kind, number in happened
        if kind in SHOWN[shown] and (before is None or at < before)
    ]
    assert everything(contact, size, shown=shown, until=before) == sorted(expected, reverse=True)


def test_another_owners_contact_of_the_same_number_shows_nothing_of_it(session):
    mine = make_contact()
    theirs = make_contact(make_owner(), id=mine.id, phone=mine.phone)
    note(mine, NOON, "Mine")
    edit(mine, NOON, {"email": None}, {"email": "a@example.com"})
    assert len(lines(mine)) == 2
    assert lines(theirs) == []


def test_what_staff_do_is_told_once_and_in_words(session):
    person = make_staff("support", name="Ada")
    owner = make_owner()
    contact_id = create_contact(
        owner.id, Person("6984303406", first_name="Nora"), consent="At the till", actor_id=person.id
    )
    edit_contact(
        owner.id,
        contact_id,
        Person("6984303407", email="nora@example.com", gender="prefer_not_to_say"),
        actor_id=person.id,
    )
    stop_contact(owner.id, contact_id, reason="Asked by phone", actor_id=person.id)
    add_note(owner.id, contact_id, "Call back on Monday", actor_id=person.id)
    found = queries.page(owner.id, contact_id).rows
    by_kind = {kind: [one.row for one in found if one.kind is kind] for kind in Kind}
    assert [len(by_kind[kind]) for kind in (Kind.EDIT, Kind.CONSENT, Kind.NOTE)] == [2, 2, 1]
    changes = [
        [(c.field, c.was, c.became) for c in words.changes(row)]
        for row in sorted(by_kind[Kind.EDIT], key=lambda row: row.id)
    ]
    assert changes[0] == [("Phone", None, "+30 698 430 3406"), ("First name", None, "Nora")]
    assert changes[1] == [
        ("Phone", "+30 698 430 3406", "+30 698 430 3407"),
        ("First name", "Nora", None),
        ("Email", None, "nora@example.com"),
        ("Gender", None, "prefer not to say"),
    ]
    assert by_kind[Kind.NOTE][0].text == "Call back on Monday"
    assert {row.staff_name for rows in by_kind.values() for row in rows} == {"Ada"}


@pytest.mark.parametrize(
    ("values", "minutes", "is_found"),
    [
        ({}, 0, True),
        ({}, 59, True),
        ({}, 61, False),
        ({}, -1, False),
        ({"signature_ok": False}, 0, False),
        ({"kind": "receipt"}, 0, False),
    ],
)
def test_the_inbound_text_behind_a_stop_is_shown(session, values, minutes, is_found):
    contact = make_contact()
    db.session.add(SenderNumber(owner_id=contact.owner_id, number="+306900000123"))
    consent(contact, NOON, False, source="stop_keyword", reason="stop")
    inbound(contact.phone, "+306900000123", "Stop!", NOON - timedelta(minutes=minutes), **values)
    # To somebody else's number, and from somebody else.
    inbound(contact.phone, "+306900000124", "No", NOON)
    inbound("+306900000125", "+306900000123", "No", NOON)
    (line,) = lines(contact)
    assert (line.inbound.text if line.inbound else None) == ("Stop!" if is_found else None)


def test_an_opt_out_by_staff_has_no_inbound_text(session):
    contact = make_contact()
    db.session.add(SenderNumber(owner_id=contact.owner_id, number="+306900000123"))
    inbound(contact.phone, "+306900000123", "Hello?", NOON)
    consent(contact, NOON, False)
    assert lines(contact)[0].inbound is None


def test_what_became_of_the_messages(session):
    contact = make_contact()
    for status in ("delivered", "delivered", "failed", "sent", "queued"):
        make_message(make_campaign(owner_id=contact.owner_id), contact, status)
    fate = queries.fate(contact.owner_id, contact.id)
    assert (fate.totals.messages, fate.totals.accepted, fate.totals.delivered) == (5, 4, 2)
    assert fate.last_delivered_at == NOON
