"""Tags are put on contacts and taken off, by whatever case and accents they are typed."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from dashboard.audit.models import AuditEvent
from dashboard.core.db import db, utc_now
from dashboard.core.errors import DomainError, Missing
from dashboard.tags import queries
from dashboard.tags.commands import ensure_tag, tag_contact, untag_contact
from dashboard.tags.models import Tag, TagEvent
from tests.factories import make_contact, make_owner, make_staff
from tests.wallets.racing import at_once


def names_of(contact) -> list[str]:
    return [tag.name for tag in queries.tags_of(contact.owner_id, contact.id)]


def test_a_contact_is_tagged_with_an_event_and_an_audit_row(session):
    contact, person = make_contact(), make_staff("support")
    assert tag_contact(contact.owner_id, contact.id, "Late payer", actor_id=person.id) == "Late payer"
    assert names_of(contact) == ["Late payer"]
    event = db.session.scalars(select(TagEvent)).one()
    assert (event.contact_id, event.action, event.staff_id) == (contact.id, "added", person.id)
    actions = db.session.execute(select(AuditEvent.action, AuditEvent.after).order_by(AuditEvent.id)).all()
    assert [tuple(row) for row in actions] == [
        ("tag.create", {"name": "Late payer"}),
        ("contact.tag", {"tag": "Late payer"}),
    ]


@pytest.mark.parametrize(("first", "second"), [("VIP", "vip"), ("Φίλοι", "ΦΙΛΟΙ"), ("Café", "cafe")])
def test_accents_and_case_make_no_other_tag(session, first, second):
    owner, person = make_owner(), make_staff("support")
    one, other = make_contact(owner), make_contact(owner)
    tag_contact(owner.id, one.id, first, actor_id=person.id)
    assert tag_contact(owner.id, other.id, second, actor_id=person.id) == first
    assert names_of(other) == [first]
    assert db.session.scalar(select(func.count()).select_from(Tag)) == 1


def test_the_same_word_of_another_owner_is_another_tag(session):
    mine, theirs = make_owner(), make_owner()
    actor_id = make_staff().id
    assert ensure_tag(mine.id, "VIP", actor_id=actor_id) != ensure_tag(theirs.id, "VIP", actor_id=actor_id)


def test_a_tag_is_put_on_once(session):
    contact, actor_id = make_contact(), make_staff().id
    tag_contact(contact.owner_id, contact.id, "VIP", actor_id=actor_id)
    with pytest.raises(DomainError, match="already has the tag “VIP”") as refusal:
        tag_contact(contact.owner_id, contact.id, "vip", actor_id=actor_id)
    assert refusal.value.field == "tag"
    assert db.session.scalar(select(func.count()).select_from(TagEvent)) == 1


def test_a_tag_is_taken_off_once(session):
    contact, actor_id = make_contact(), make_staff().id
    tag_contact(contact.owner_id, contact.id, "VIP", actor_id=actor_id)
    tag_id = queries.find(contact.owner_id, "VIP").id
    assert untag_contact(contact.owner_id, contact.id, tag_id, actor_id=actor_id) == "VIP"
    assert names_of(contact) == []
    with pytest.raises(Missing, match="no longer has the tag “VIP”"):
        untag_contact(contact.owner_id, contact.id, tag_id, actor_id=actor_id)
    assert db.session.scalars(select(TagEvent.action).order_by(TagEvent.id)).all() == ["added", "removed"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("x" * 61, "1 to 60 characters")]
    + [
        (unseen, "can be seen")
        for unseen in ("", " ", "\u200b", "\u202e", "\u2003\n", "\u200d", "\u3164", "\ufe0f")
    ],
)
def test_a_name_that_is_none_is_refused(session, name, words):
    contact = make_contact()
    with pytest.raises(DomainError, match=words):
        tag_contact(contact.owner_id, contact.id, name, actor_id=make_staff().id)
    assert db.session.scalar(select(func.count()).select_from(Tag)) == 0


@pytest.mark.parametrize(
    "alike", ["a\u2003b", "a\nb", " a  b ", "a\u200b b", "\u202ea b", "a\xa0b", "a \u061cB"]
)
def test_names_that_read_alike_are_one_tag(session, alike):
    owner, actor_id = make_owner(), make_staff().id
    tag_id = ensure_tag(owner.id, alike, actor_id=actor_id)
    assert ensure_tag(owner.id, "a b", actor_id=actor_id) == tag_id
    assert queries.find(owner.id, alike).id == tag_id
    assert queries.name_of(owner.id, tag_id).casefold() == "a b"


@pytest.mark.parametrize("name", ["می\u200cخواهم", "👩\u200d🚀", "Café", "❤\ufe0f"])
def test_what_belongs_to_a_name_stays_in_it(session, name):
    owner = make_owner()
    assert queries.name_of(owner.id, ensure_tag(owner.id, name, actor_id=make_staff().id)) == name


def test_who_is_not_there_is_not_tagged(session):
    contact, actor_id = make_contact(), make_staff().id
    elsewhere = make_owner()
    with pytest.raises(Missing):
        tag_contact(elsewhere.id, contact.id, "VIP", actor_id=actor_id)
    assert queries.find(elsewhere.id, "VIP") is None
    contact.phone, contact.erased_at = None, utc_now()
    contact.is_subscribed, contact.unsubscribed_at = False, utc_now()
    db.session.commit()
    with pytest.raises(Missing):
        tag_contact(contact.owner_id, contact.id, "VIP", actor_id=actor_id)


def test_the_tag_of_another_owner_is_not_found(session):
    contact, actor_id = make_contact(), make_staff().id
    tag_id = ensure_tag(make_owner().id, "VIP", actor_id=actor_id)
    with pytest.raises(NoResultFound):
        untag_contact(contact.owner_id, contact.id, tag_id, actor_id=actor_id)


def test_two_people_who_type_a_new_tag_at_once_make_one(app, committed):
    owner, actor_id = make_owner(), make_staff().id
    people = [make_contact(owner).id for _ in range(6)]
    owner_id = owner.id
    words = ["VIP", "vip", "Vip"] * 2
    answers = at_once(
        app,
        [
            lambda who=who, word=word: tag_contact(owner_id, who, word, actor_id=actor_id)
            for who, word in zip(people, words, strict=True)
        ],
    )
    db.session.rollback()
    assert len(set(answers)) == 1
    assert answers[0] in words
    assert db.session.scalar(select(func.count()).select_from(Tag)) == 1
    assert len(queries.contact_page(owner_id, queries.find(owner_id, "vip").id).rows) == 6
