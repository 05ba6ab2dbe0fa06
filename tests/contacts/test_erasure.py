"""Erasure on request: nothing personal is left, the history is, and nobody slips in between."""

from datetime import date
from functools import partial

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError, NoResultFound

from dashboard.audit.models import AuditEvent
from dashboard.campaigns.failures import reason
from dashboard.campaigns.models import CampaignMessage
from dashboard.contact_imports.models import ContactImport, ContactImportProblem, ContactImportRow
from dashboard.contacts.commands import Person, create_contact, edit_contact
from dashboard.contacts.erasure.commands import erase_contact
from dashboard.contacts.models import Contact, ContactStat, Source, SubscriptionEvent
from dashboard.contacts.notes.commands import add_note
from dashboard.contacts.notes.models import ContactNote
from dashboard.contacts.queries import Wanted, page, search, suppressed_since
from dashboard.contacts.subscriptions.commands import (
    resubscribe_contact,
    stop_contact,
    undo_subscription,
)
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.inbound.models import WebhookEvent
from dashboard.lists.commands import add_member
from dashboard.lists.models import ListMembership, ListStat
from dashboard.owners.models import SenderNumber
from dashboard.platform_import.models import ImportIssue, ImportRun
from dashboard.tags.models import ContactTag, Tag, TagEvent
from tests.contacts import histories as history
from tests.contacts.racing import at_once, late
from tests.factories import NOON, make_campaign, make_contact, make_list, make_message, make_owner, make_staff

NUMBER, FORMER = "+306984303406", "+306984303499"
#: What names the person: the number as digits, its former one, and what was written down about them.
PERSONAL = ["6984303406", "6984303499", "Zenobia", "Quillfeather", "zq@example.com", "1987-06-05"]


def erased(contact, person, reason="By letter of 1 November"):
    return erase_contact(
        contact.owner_id, contact.id, last_digits=contact.phone[-4:], reason=reason, actor_id=person.id
    )


@pytest.fixture
def known(session):
    """A contact of whom everything is known that can be, and who did it."""
    owner, person = make_owner(), make_staff("support")
    contact_id = create_contact(
        owner.id,
        Person(FORMER, "Zenobia", "Quillfeather", "zq@example.com", "female", date(1987, 6, 5)),
        consent="Signed at the till",
        actor_id=person.id,
    )
    edit_contact(
        owner.id,
        contact_id,
        Person(NUMBER, "Zenobia", "Quillfeather", "zq@example.com", "female", date(1987, 6, 5)),
        actor_id=person.id,
    )
    contact = db.session.scalars(select(Contact).where(Contact.id == contact_id)).one()
    add_note(owner.id, contact_id, "Zenobia called from 698 430 3406", actor_id=person.id)
    vip, tag = make_list(owner, members=[contact]), history.add(Tag(owner_id=owner.id, name="VIP"))
    history.add(ContactTag(owner_id=owner.id, tag_id=tag.id, contact_id=contact_id))
    history.membership(contact, NOON, vip.id, "added")
    campaign = make_campaign(owner)
    for status in ("queued", "sent", "delivered", "failed"):
        make_message(campaign, contact, status, text="Dear Zenobia", provider_message_id=status, provider="x")
    make_message(campaign, contact, phone=FORMER)
    history.add(SenderNumber(owner_id=owner.id, number="+306900099999"))
    for number in (NUMBER, FORMER):
        history.inbound(number, "+306900099999", "Zenobia here", NOON)
    run = history.add(ImportRun(source="x", country="GR"))
    history.add(
        ImportIssue(
            run_id=run.id, owner_id=owner.id, source_table="Contact", reason_code="x", reason="Bad", done="-",
            row={"firstName": "Zenobia", "lastName": "Quillfeather", "phone": "698 430 3406"},
        )
    )  # fmt: skip
    brought = history.add(
        ContactImport(
            owner_id=owner.id, file_name="all.csv", size_bytes=1, staff_id=person.id, options={},
            expires_at=NOON, sample=[["Zenobia", "698 430 3406"]],
        )
    )  # fmt: skip
    ids = {"owner_id": owner.id, "import_id": brought.id, "row_no": 2}
    history.add(ContactImportRow(**ids, phone=NUMBER, phone_hash=b"", first_name="Zenobia"))
    history.add(ContactImportProblem(**ids, reason="x", cells=["Zenobia", "+30 698 430-3406"]))
    return contact, person


def whole_database() -> str:
    """Every value of every table, as text."""
    tables = db.session.scalars(
        text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    ).all()
    rows = [db.session.scalars(text(f'SELECT t::text FROM "{table}" AS t')).all() for table in tables]
    assert len(tables) > 40
    return "\n".join(row for of_table in rows for row in of_table)


def test_nothing_personal_is_left_in_any_table(known):
    contact, person = known
    before = whole_database()
    assert [word for word in PERSONAL if word not in before] == []
    assert erased(contact, person)
    after = whole_database()
    assert [word for word in PERSONAL if word in after] == []


def test_what_happened_stays_without_the_person(known):
    contact, person = known
    before = db.session.execute(
        select(CampaignMessage.status, CampaignMessage.provider_message_id).order_by(CampaignMessage.id)
    ).all()
    erased(contact, person)
    db.session.expire_all()
    after = db.session.execute(
        select(CampaignMessage.status, CampaignMessage.provider_message_id).order_by(CampaignMessage.id)
    ).all()
    assert (before[0].status, after[0].status) == ("queued", "failed")
    assert before[1:] == after[1:]
    assert set(db.session.scalars(select(CampaignMessage.phone))) == {"+30"}
    assert db.session.scalars(text("SELECT calling_code FROM campaign_stat_country")).all() == ["30"]
    assert [
        (e.is_subscribed, e.source, e.reason)
        for e in db.session.scalars(select(SubscriptionEvent).order_by(SubscriptionEvent.id))
    ] == [(True, "staff", "Signed at the till"), (False, "erasure", "By letter of 1 November")]
    audits = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [audit.action for audit in audits] == [
        "contact.create", "contact.edit", "contact.note", "contact.erase",
    ]  # fmt: skip
    assert set(audits[0].after.values()) == {None}
    assert audits[3].staff_id == person.id
    assert audits[3].after["reason"] == "By letter of 1 November"


def test_what_waits_to_be_sent_fails_and_is_counted_so(known):
    contact, person = known
    erased(contact, person)
    stmt = select(CampaignMessage.status, CampaignMessage.error_code, CampaignMessage.failed_at).order_by(
        CampaignMessage.id
    )
    first = db.session.execute(stmt).first()
    assert (first.status, first.error_code) == ("failed", "erased")
    assert first.failed_at == db.session.scalar(select(Contact.erased_at))
    assert reason(first.error_code).words == "The person was erased on request before it was sent"
    counted = db.session.execute(text("SELECT queued, failed FROM campaign_stat")).one()
    assert counted == (0, 2)


@pytest.mark.parametrize("sender", ["306984303406", "00306984303406", "6984303406"])
def test_texts_go_however_the_provider_writes_the_sender(known, sender):
    contact, person = known
    history.inbound(sender, "306900099999", "Zenobia once more", NOON)
    erased(contact, person)
    assert [word for word in PERSONAL if word in whole_database()] == []


def test_a_short_number_abroad_is_not_taken_for_a_sender_here(session):
    contact, person = make_contact(phone="+29051234"), make_staff("support")
    history.add(SenderNumber(owner_id=contact.owner_id, number="+306900099999"))
    history.inbound("51234", "+306900099999", "A service's", NOON)
    erased(contact, person)
    assert db.session.scalar(select(WebhookEvent.payload["text"].astext)) == "A service's"


@pytest.mark.parametrize(
    ("phone", "said", "is_it"),
    [
        ("+29051234", "+306951234567", False),
        ("+29051234", "51234", False),
        ("+29051234", "+290 51234", True),
        ("+29051234", "0029051234", True),
        ("+306951234567", "695 123 4567", True),
        ("+306951234567", "0030-695.123.4567", True),
        ("+306951234567", "30 (0) 695/1234567", True),
        ("+306951234567", "+30\u00a0695\u00a01234567", True),
        ("+306951234567", "695 123 4567 8", False),
        ("+306951234567", "1695 123 4567", False),
        ("+306951234567", "+44 695 123 4567", False),
        ("+306951234567", "Call 6951234567, please", True),
    ],
)
def test_a_row_of_a_file_is_a_persons_where_it_has_their_whole_number(session, phone, said, is_it):
    contact, person = make_contact(phone=phone), make_staff("support")
    run = history.add(ImportRun(source="x", country="GR"))
    history.add(
        ImportIssue(
            run_id=run.id, owner_id=contact.owner_id, source_table="Contact", reason_code="x", reason="Bad",
            done="-", row={"phone": said, "zip": 10437},
        )
    )  # fmt: skip
    erased(contact, person)
    assert (db.session.scalar(select(ImportIssue.row)) is None) == is_it


def test_the_page_names_the_tags_that_nobody_else_has(client, sign_in, known):
    contact, _ = known
    sign_in("support")
    place = url(contact.id, contact.owner_id, "/erasure")
    assert "“<bdi>VIP</bdi>”" in client.get(place).text
    other = make_contact(owner_id=contact.owner_id)
    tag_id = db.session.scalar(select(Tag.id))
    history.add(ContactTag(owner_id=other.owner_id, tag_id=tag_id, contact_id=other.id))
    assert "VIP" not in client.get(place).text


def test_an_erased_contact_is_on_no_list_has_no_tag_and_is_counted_nowhere(known):
    contact, person = known
    erased(contact, person)
    assert db.session.scalar(select(func.count()).select_from(ListMembership)) == 0
    assert db.session.scalar(select(func.count()).select_from(ContactTag)) == 0
    assert db.session.scalars(select(TagEvent.action)).all() == ["removed"]
    stat = db.session.scalars(select(ListStat)).one()
    assert (stat.members, stat.subscribed) == (0, 0)
    stat = db.session.scalars(select(ContactStat)).one()
    db.session.refresh(stat)
    assert (stat.contacts, stat.subscribed) == (0, 0)


def test_an_erased_unsubscribed_contact_is_counted_nowhere_either(session):
    contact, person = make_contact(is_subscribed=False), make_staff("support")
    make_contact(owner_id=contact.owner_id)
    erased(contact, person)
    stat = db.session.scalars(select(ContactStat)).one()
    assert (stat.contacts, stat.subscribed) == (1, 1)
    assert db.session.scalar(select(func.count()).select_from(SubscriptionEvent)) == 0


def test_no_page_and_no_search_finds_an_erased_contact(known):
    contact, person = known
    owner_id = contact.owner_id
    assert len(search("Zenobia")) == 1
    erased(contact, person)
    other = make_contact(owner_id=owner_id, first_name="Ada")
    assert [row.id for row in page(Wanted()).page.rows] == [other.id]
    assert [row.id for row in page(Wanted(is_subscribed=False)).page.rows] == []
    assert search("Zenobia") == []
    assert search("6984303406") == []


def test_the_same_number_added_again_is_unsubscribed(known):
    contact, person = known
    owner_id = contact.owner_id
    erased(contact, person)
    assert suppressed_since(owner_id, NUMBER)
    again = create_contact(owner_id, Person(NUMBER), consent="Again", actor_id=person.id)
    assert not db.session.scalar(select(Contact.is_subscribed).where(Contact.id == again))


def test_another_owners_contact_of_the_same_number_is_left_alone(known):
    contact, person = known
    theirs = make_contact(phone=NUMBER, first_name="Zenobia")
    history.add(SenderNumber(owner_id=theirs.owner_id, number="+306900088888"))
    history.inbound(NUMBER, "+306900088888", "Hello there", NOON)
    erased(contact, person)
    assert db.session.scalar(select(Contact.first_name).where(Contact.id == theirs.id)) == "Zenobia"
    texts = db.session.scalars(select(WebhookEvent.payload)).all()
    assert {"from": NUMBER, "to": "+306900088888", "text": "Hello there"} in texts
    assert not suppressed_since(theirs.owner_id, NUMBER)


def test_a_former_number_that_is_somebody_elses_now_keeps_their_texts(known):
    contact, person = known
    make_contact(owner_id=contact.owner_id, phone=FORMER)
    erased(contact, person)
    senders = db.session.scalars(select(WebhookEvent.payload["from"].astext)).all()
    assert sorted(senders, key=str) == [FORMER, None]


def test_the_wrong_digits_erase_nobody(known):
    contact, person = known
    with pytest.raises(DomainError, match="ends otherwise") as refusal:
        erase_contact(contact.owner_id, contact.id, last_digits="0000", reason="x", actor_id=person.id)
    assert refusal.value.field == "last_digits"
    assert db.session.scalar(select(Contact.phone)) == NUMBER


def test_another_owners_contact_cannot_be_erased(known):
    contact, person = known
    with pytest.raises(NoResultFound):
        erase_contact(make_owner().id, contact.id, last_digits="3406", reason="x", actor_id=person.id)


def test_an_erased_contact_is_not_changed_any_more(known):
    contact, person = known
    ids = contact.owner_id, contact.id
    event_id = db.session.scalar(select(func.max(SubscriptionEvent.id)))
    erased(contact, person)
    assert not erase_contact(*ids, last_digits="3406", reason="Again", actor_id=person.id)
    for change in (
        partial(edit_contact, *ids, Person(NUMBER), actor_id=person.id),
        partial(resubscribe_contact, *ids, reason="x", actor_id=person.id, has_asked=True),
        partial(undo_subscription, *ids, event_id, actor_id=person.id),
        partial(add_note, *ids, "Zenobia again", actor_id=person.id),
    ):
        with pytest.raises(DomainError, match="erased"):
            change()
    assert stop_contact(*ids, reason="STOP", actor_id=None, source=Source.STOP_KEYWORD) is None
    assert [word for word in PERSONAL if word in whole_database()] == []


def test_a_receipt_for_an_erased_contact_still_counts(known):
    contact, person = known
    erased(contact, person)
    db.session.execute(
        update(CampaignMessage)
        .where(CampaignMessage.status == "sent")
        .values(status="delivered", delivered_at=NOON)
    )
    counted = db.session.execute(text("SELECT calling_code, delivered FROM campaign_stat_country")).all()
    assert counted == [("30", 3)]


# What the database itself refuses


def refused(statement: str, **values) -> str:
    with pytest.raises(IntegrityError) as refusal, db.session.begin_nested():
        db.session.execute(text(statement), values)
    return refusal.value.orig.diag.constraint_name


def test_notes_and_audit_rows_are_redacted_for_the_erased_alone(known):
    contact, person = known
    note, audit = (
        "UPDATE contact_note SET text = NULL",
        "UPDATE audit_event SET after = without_person(after)",
    )
    assert refused(note) == refused(audit) == "append_only"
    erased(contact, person)
    assert refused("UPDATE contact_note SET text = 'Another'") == "append_only"
    assert refused("UPDATE contact_note SET text = NULL, staff_id = 0") == "append_only"
    assert refused("UPDATE audit_event SET after = NULL") == "append_only"
    assert refused("UPDATE audit_event SET after = without_person(after), action = 'x'") == "append_only"
    assert refused("DELETE FROM contact_note") == refused("DELETE FROM audit_event") == "append_only"
    other = make_contact(owner_id=contact.owner_id)
    history.note(other, NOON, "About another")
    assert refused("UPDATE contact_note SET text = NULL WHERE contact_id = :id", id=other.id) == "append_only"


def test_the_database_keeps_the_erased_off_lists(known):
    contact, person = known
    list_id = db.session.scalar(select(ListMembership.list_id))
    erased(contact, person)
    ids = {"owner": contact.owner_id, "list": list_id, "contact": contact.id}
    joining = "INSERT INTO list_membership (owner_id, list_id, contact_id) VALUES (:owner, :list, :contact)"
    assert refused(joining, **ids) == "contact_erased"
    back = "UPDATE contact SET is_subscribed = true, unsubscribed_at = NULL"
    assert refused(back) == "ck_contact_erased_person"
    assert refused("UPDATE contact SET first_name = 'Zenobia'") == "ck_contact_erased_person"
    assert refused("UPDATE contact SET erased_at = NULL") == "ck_contact_erased"


# At the same moment


@pytest.mark.parametrize("moments", [(0, 0), (1, 0), (0, 1)])
def test_whoever_comes_at_the_same_moment_leaves_nothing_of_the_person(app, committed, moments):
    owner, person_id = make_owner(), make_staff("support").id
    list_id = make_list(owner).id
    contact = make_contact(owner, phone=NUMBER, first_name="Zenobia")
    ids = owner.id, contact.id
    erase = partial(erase_contact, *ids, last_digits="3406", reason="By letter", actor_id=person_id)
    stop = partial(stop_contact, *ids, reason="STOP", actor_id=None, source=Source.STOP_KEYWORD)
    answers = at_once(
        app,
        late(moments[0], erase),
        late(moments[0], erase),
        late(moments[1], stop),
        late(moments[1], partial(edit_contact, *ids, Person(NUMBER, "Zenobia"), actor_id=person_id)),
        late(moments[1], partial(add_member, owner.id, list_id, NUMBER, actor_id=person_id)),
        late(moments[1], partial(add_note, *ids, "Zenobia called", actor_id=person_id)),
    )  # fmt: skip
    assert sorted(answers[:2]) == [False, True], answers
    db.session.rollback()
    assert [word for word in PERSONAL if word in whole_database()] == []
    assert db.session.scalar(select(func.count()).select_from(ListMembership)) == 0
    assert suppressed_since(owner.id, NUMBER)
    last = db.session.scalars(select(SubscriptionEvent).order_by(SubscriptionEvent.id.desc()).limit(1)).one()
    assert not last.is_subscribed
    assert db.session.scalar(select(func.count()).select_from(ContactNote)) <= 1


# As people do it


def url(contact_id, owner_id, rest=""):
    return f"/owners/{owner_id}/contacts/{contact_id}{rest}"


def test_the_page_says_what_goes_and_what_stays_and_asks_twice(client, sign_in, known):
    contact, _ = known
    sign_in("support")
    place = url(contact.id, contact.owner_id, "/erasure")
    assert place in client.get(url(contact.id, contact.owner_id)).text
    asked = client.get(place).text
    for words in (
        "This cannot be undone.", "5 messages to them", "2 texts that they sent", "1 note", "1 list",
    ):  # fmt: skip
        assert words in asked
    answer = client.post(place, data={"reason": "", "last_digits": "34"})
    assert answer.status_code == 422
    assert "Say why." in answer.text
    assert "Type 4 digits." in answer.text
    answer = client.post(place, data={"reason": "By letter", "last_digits": "0000"})
    assert answer.status_code == 409
    assert "The number ends otherwise." in answer.text
    assert 'value="By letter"' in answer.text
    answer = client.post(place, data={"reason": "By letter", "last_digits": "3406"})
    assert answer.status_code == 303
    assert "The contact is erased." in client.get(answer.location).text


def test_an_erased_contacts_page_tells_that_and_changes_nothing(client, sign_in, known):
    contact, person = known
    owner_id, contact_id, name = contact.owner_id, contact.id, person.name
    campaign_id = db.session.scalar(select(CampaignMessage.campaign_id).limit(1))
    sign_in("support")
    erased(contact, person)
    place = url(contact_id, owner_id)
    shown = client.get(place).text
    for words in ("Erased on request", "By letter of 1 November", name, f"Erased contact {contact_id}"):
        assert words in shown
    for rest in ("/edit", "/subscription", "/notes", "/tags", "/erasure", "/resubscription"):
        assert place + rest not in shown
    assert "A note; its words were erased." in shown
    assert "None" not in shown
    pages = [
        place, f"{place}?kind=messages", f"{place}?kind=notes", f"{place}/consent", f"{place}/consent.txt",
        f"{place}/why-not?campaign={campaign_id}",
        f"/owners/{owner_id}/campaigns/{campaign_id}",
        f"/owners/{owner_id}/campaigns/{campaign_id}/messages",
    ]  # fmt: skip
    for one in pages:
        answer = client.get(one)
        assert answer.status_code == 200, one
        assert [word for word in PERSONAL if word in answer.text] == [], one
    for rest in ("/edit", "/erasure", "/resubscription"):
        answer = client.get(place + rest)
        assert "was erased and cannot be changed" in client.get(answer.location).text
    posts = {
        "/edit": {"phone": NUMBER}, "/subscription": {"is_subscribed": "true", "reason": "x"},
        "/resubscription": {"reason": "x", "has_asked": "y"}, "/notes": {"text": "Zenobia"},
    }  # fmt: skip
    for rest, form in posts.items():
        answer = client.post(place + rest, data=form)
        assert answer.status_code == 409, rest
        assert "was erased and cannot be changed" in answer.text, rest
