"""All that is held about a person, as one file."""

import json
import tracemalloc
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from dashboard.audit.models import AuditEvent
from dashboard.contact_imports.models import ContactImport, ContactImportProblem, ContactImportRow
from dashboard.contacts import queries as contacts
from dashboard.contacts.held import document
from dashboard.contacts.notes.commands import add_note
from dashboard.contacts.subscriptions.commands import stop_contact
from dashboard.core.db import db
from dashboard.owners.models import SenderNumber
from dashboard.tags.models import ContactTag, Tag, TagEvent
from tests.contacts import histories as history
from tests.factories import NOON, make_campaign, make_contact, make_list, make_message, make_owner, make_staff

NUMBER = "+306984303406"


def held(contact) -> dict:
    db.session.rollback()
    row = contacts.get(contact.owner_id, contact.id)
    since = contacts.suppressed_since(contact.owner_id, row.phone)
    return json.loads("".join(document.written(row, since)))


@pytest.fixture
def contact(committed):
    """A contact about whom something is known in every table."""
    owner, person = make_owner(name="Café Aurora"), make_staff("support", name="Somebody Else")
    contact = make_contact(owner, phone=NUMBER, first_name="Ζωή", email="zoe@example.com")
    vip = make_list(owner, name="VIP", members=[contact])
    history.membership(contact, NOON, vip.id, "added")
    tag = history.add(Tag(owner_id=owner.id, name="complained"))
    history.add(ContactTag(owner_id=owner.id, tag_id=tag.id, contact_id=contact.id))
    history.add(TagEvent(owner_id=owner.id, tag_id=tag.id, contact_id=contact.id, action="added"))
    campaign = make_campaign(owner, name="Black Friday")
    make_message(campaign, contact, "delivered", text="Dear Ζωή", created_at=NOON)
    make_message(campaign, contact, "failed", error_code="27", created_at=NOON + timedelta(days=1))
    make_message(campaign, make_contact(owner), text="To somebody else")
    history.skip(contact, NOON, make_campaign(owner, name="Easter").id, "not_subscribed")
    history.add(SenderNumber(owner_id=owner.id, number="+306900099999"))
    history.inbound(NUMBER, "+306900099999", "Stop!", NOON)
    history.inbound("+306900000001", "+306900099999", "Somebody else's", NOON)
    history.edit(contact, NOON, {"first_name": None}, {"first_name": "Ζωή"})
    add_note(owner.id, contact.id, "Called about the sale", actor_id=person.id)
    stop_contact(owner.id, contact.id, reason="Asked by phone", actor_id=person.id)
    return contact


def test_the_file_holds_everything_of_the_contact_and_of_nobody_else(contact):
    found = held(contact)
    assert found["owner"] == {"id": contact.owner_id, "name": "Café Aurora"}
    assert (found["contact"]["phone"], found["contact"]["first_name"]) == (NUMBER, "Ζωή")
    assert found["suppressed_since"] == found["contact"]["unsubscribed_at"]
    assert [one["reason"] for one in found["consent"]] == ["Asked by phone"]
    assert [one["name"] for one in found["lists"]] == ["VIP"]
    assert [one["list"] for one in found["list_changes"]] == ["VIP"]
    assert [one["name"] for one in found["tags"]] == ["complained"]
    assert [one["action"] for one in found["tag_changes"]] == ["added"]
    assert [(one["text"], one["status"]) for one in found["messages"]] == [
        ("Dear Ζωή", "delivered"), ("Hello", "failed"),
    ]  # fmt: skip
    assert found["messages"][1]["error"] == "The handset was off or out of reach"
    assert [one["campaign"] for one in found["left_out_of"]] == ["Easter"]
    assert [one["text"] for one in found["texts_from_them"]] == ["Stop!"]
    assert [one["text"] for one in found["notes"]] == ["Called about the sale"]
    assert [one["action"] for one in found["changes"]] == [
        "contact.edit", "contact.note", "contact.unsubscribe",
    ]  # fmt: skip
    assert found["end"] == "This is all."
    everything = json.dumps(found, ensure_ascii=False)
    assert "omebody else" not in everything
    assert "Somebody Else" not in everything


def test_rows_of_files_on_their_way_are_held_too_and_nobody_elses(contact):
    brought = history.add(
        ContactImport(
            owner_id=contact.owner_id, file_name="all.csv", size_bytes=1, staff_id=make_staff().id,
            options={}, expires_at=NOON,
        )
    )  # fmt: skip
    ids = {"owner_id": contact.owner_id, "import_id": brought.id}
    for row_no, phone in enumerate((NUMBER, "+306984303407"), 2):
        history.add(ContactImportRow(**ids, row_no=row_no, phone=phone, phone_hash=b"", first_name="Ζωή"))
        cells = [phone.replace("+30", "0030 "), "x"]
        history.add(ContactImportProblem(**ids, row_no=row_no + 10, reason="Bad", cells=cells))
    found = held(contact)
    assert [(one["file_name"], one["phone"]) for one in found["import_rows"]] == [("all.csv", NUMBER)]
    assert [one["cells"] for one in found["import_problems"]] == [["0030 6984303406", "x"]]


def test_texts_are_held_however_the_provider_writes_the_sender(contact):
    for sender in ("306984303406", "00306984303406", "6984303406"):
        history.inbound(sender, "+306900099999", "Again", NOON)
    assert len(held(contact)["texts_from_them"]) == 4


def test_times_have_the_offset_of_the_owners_zone(contact):
    found = held(contact)
    assert found["time_zone"] == "Europe/Athens"
    assert found["messages"][0]["queued_at"].endswith("+02:00")
    assert found["texts_from_them"][0]["received_at"] == "2026-11-20T14:00:00+02:00"


def test_nothing_known_is_a_whole_file_too(committed):
    found = held(make_contact())
    assert found["messages"] == found["notes"] == found["operations"] == []


def test_the_download_is_written_down(app, contact):
    owner_id, contact_id = contact.owner_id, contact.id
    client, person = app.test_client(), make_staff("support")
    person_id = person.id
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{person.id}.{person.session_no}"
    place = f"/owners/{owner_id}/contacts/{contact_id}"
    assert f"{place}/held.json" in client.get(place).text
    client.head(f"{place}/held.json")
    answer = client.get(f"{place}/held.json")
    assert answer.mimetype == "application/json"
    assert (
        answer.headers["Content-Disposition"] == f"attachment; filename=contact-{owner_id}-{contact_id}.json"
    )
    assert json.loads(answer.text)["contact"]["phone"] == NUMBER
    assert client.get(f"/owners/{owner_id}/contacts/987/held.json").status_code == 404
    db.session.rollback()
    told = select(AuditEvent.staff_id).where(AuditEvent.action == "contact.download")
    assert db.session.scalars(told).all() == [person_id]


def test_many_messages_take_the_memory_of_some(committed):
    contact = make_contact(phone=NUMBER)
    campaign = make_campaign(owner_id=contact.owner_id)
    db.session.execute(
        text(
            "INSERT INTO campaign_message (owner_id, campaign_id, contact_id, phone, text)"
            " SELECT :owner_id, :campaign_id, :contact_id, :phone, repeat('x', 1000)"
            " FROM generate_series(1, 20000)"
        ),
        {"owner_id": contact.owner_id, "campaign_id": campaign.id, "contact_id": contact.id, "phone": NUMBER},
    )
    db.session.commit()
    row = contacts.get(contact.owner_id, contact.id)
    tracemalloc.start()
    size = sum(len(piece) for piece in document.written(row, None))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 20_000_000
    assert most < 5_000_000
