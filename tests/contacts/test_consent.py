"""The consent sheet, and its digest computed again by somebody who has nothing of ours."""

import hashlib
import json
import re
from datetime import UTC, timedelta

from dashboard.contacts.suppression import suppress
from dashboard.core.db import db
from dashboard.owners.models import SenderNumber
from tests.contacts.histories import consent, edit, inbound
from tests.factories import NOON, make_contact, make_owner, make_staff

WORDS = 'Said "yes", <b>twice</b>,\n= at the till – ναι 👍'


def digest_by_hand(contact, events, *, suppressed_since=None, texts={}, edits=()) -> str:  # noqa: B006
    """As decision 14 has it, from the rows alone."""
    lines = [["signalbox consent 2", contact.owner_id, contact.id, contact.phone]]
    if suppressed_since:
        lines.append(["suppressed", instant(suppressed_since)])
    dated = [(edit.at, 0, edit.id, edit) for edit in edits]
    dated += [(event.occurred_at, 1, event.id, event) for event in events]
    for at, is_event, number, row in sorted(dated, key=lambda line: line[:3]):
        if not is_event:
            lines.append(["number", number, instant(at), row.before["phone"], row.after["phone"]])
            continue
        words = [row.is_subscribed, row.source, row.reason, row.staff_id]
        lines.append(["event", number, instant(at), *words])
        if number in texts:
            got = texts[number]
            lines.append(["text", number, instant(got.received_at), got.payload["to"], got.payload["text"]])
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def instant(at) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def sheet(client, contact) -> str:
    return client.get(f"/owners/{contact.owner_id}/contacts/{contact.id}/consent").text


def text_of(client, contact):
    return client.get(f"/owners/{contact.owner_id}/contacts/{contact.id}/consent.txt")


def digest_on(page: str) -> str:
    return re.search(r'id="digest">([0-9a-f]{64})<', page)[1]


def history(contact) -> list:
    person = make_staff("support", name="Ada")
    return [
        consent(contact, NOON, True, source="import", reason=WORDS),
        consent(contact, NOON, False, source="stop_keyword", reason="ΣΤΟΠ"),
        consent(contact, NOON + timedelta(microseconds=1), True, reason="Asked", staff_id=person.id),
        consent(contact, NOON - timedelta(days=400), True, source="link"),
    ]


def test_an_outsider_computes_the_same_digest(client, sign_in):
    sign_in("support")
    contact = make_contact()
    events = history(contact)
    page, text = sheet(client, contact), text_of(client, contact)
    assert digest_on(page) == digest_by_hand(contact, events)
    assert digest_on(page) == hashlib.sha256(text.data).hexdigest()
    assert "attachment" in text.headers["Content-Disposition"]
    assert len(text.text.splitlines()) == 5


def test_the_sheet_shows_each_event_with_its_words_and_person(client, sign_in):
    sign_in("support")
    contact = make_contact(make_owner(name="Café Aurora", timezone="Europe/Athens"))
    events = history(contact)
    page = sheet(client, contact)
    assert page.count("<tr>") == len(events) + 1
    assert "Said &#34;yes&#34;, &lt;b&gt;twice&lt;/b&gt;" in page
    assert "Ada, staff no." in page
    assert "20 Nov 2026, 14:00 Europe/Athens (EET)" in page
    assert "2026-11-20T12:00:00.000001Z" in page
    assert "Café Aurora" in page
    assert contact.phone in page


def test_any_change_of_the_history_changes_the_digest_and_nothing_else_does(client, sign_in):
    sign_in("support")
    contact = make_contact(first_name="Ada")
    history(contact)
    before = digest_on(sheet(client, contact))
    contact.first_name = "Grace"
    db.session.commit()
    assert digest_on(sheet(client, contact)) == before
    consent(contact, NOON + timedelta(days=1), False)
    assert digest_on(sheet(client, contact)) != before


def test_the_inbound_text_is_on_the_sheet(client, sign_in):
    sign_in("support")
    contact = make_contact()
    db.session.add(SenderNumber(owner_id=contact.owner_id, number="+306900000123"))
    consent(contact, NOON, False, source="stop_keyword", reason="STOP")
    inbound(contact.phone, "+306900000123", " Στόπ! ", NOON - timedelta(seconds=2))
    page = sheet(client, contact)
    assert " Στόπ! " in page
    assert "received 2026-11-20T11:59:58.000000Z" in page


def test_what_was_said_in_the_same_hour_is_not_taken_for_the_opt_out(client, sign_in):
    sign_in("support")
    contact = make_contact()
    db.session.add(SenderNumber(owner_id=contact.owner_id, number="+306900000123"))
    consent(contact, NOON, False, source="stop_keyword", reason="STOP")
    consent(contact, NOON + timedelta(minutes=1), True, source="start_keyword", reason="START")
    for minutes, words in ((7, "STOPALL"), (5, "STOP"), (4, "Yes"), (1, "Thanks for the coffee!")):
        inbound(contact.phone, "+306900000123", words, NOON - timedelta(minutes=minutes))
    assert re.findall(r"<q dir=.auto.>(.*?)</q>", sheet(client, contact)) == ["STOP", "Yes"]


def test_without_a_keyword_in_the_hour_no_text_is_quoted(client, sign_in):
    sign_in("support")
    contact = make_contact()
    db.session.add(SenderNumber(owner_id=contact.owner_id, number="+306900000123"))
    consent(contact, NOON, False, source="stop_keyword", reason="STOP")
    inbound(contact.phone, "+306900000123", "Thanks for the coffee!", NOON)
    assert "coffee" not in sheet(client, contact)


def test_the_suppression_and_the_texts_are_in_the_digest(client, sign_in):
    sign_in("support")
    contact = make_contact(make_owner(timezone="Europe/Athens"))
    db.session.add(SenderNumber(owner_id=contact.owner_id, number="+306900000123"))
    out = consent(contact, NOON, False, source="stop_keyword", reason="STOP")
    got = inbound(contact.phone, "+306900000123", "STOP", NOON)
    suppress(contact.owner_id, contact.phone, NOON)
    page, text = sheet(client, contact), text_of(client, contact)
    by_hand = digest_by_hand(contact, [out], suppressed_since=NOON, texts={out.id: got})
    assert digest_on(page) == by_hand == hashlib.sha256(text.data).hexdigest()
    assert re.search(r"Suppressed</dt><dd>Since 20 Nov 2026, 14:00 Europe/Athens", page)


def test_the_consent_of_another_number_is_told_apart(client, sign_in):
    sign_in("support")
    contact = make_contact(phone="+306984300099")
    events = [consent(contact, NOON - timedelta(days=9), True, source="import")]
    edits = [edit(contact, NOON, {"phone": "+306984300002"}, {"phone": "+306984300099"})]
    edit(contact, NOON, {"first_name": "Ada"}, {"first_name": "Grace"})
    page = sheet(client, contact).replace("\xa0", " ")
    assert "number's consent" not in page
    had, got = page.index("+30 698 430 0002"), page.rindex("+30 698 430 0099")
    assert page.index("Import") < page.index("Until then this contact had the number") < had < got
    assert digest_on(page) == digest_by_hand(contact, events, edits=edits)


def test_without_a_history_the_sheet_says_what_that_means(client, sign_in):
    sign_in("support")
    assert "Do not text it before it is known." in sheet(client, make_contact())
