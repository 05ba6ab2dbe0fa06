"""The consent sheet, and its digest computed again by somebody who has nothing of ours."""

import hashlib
import json
import re
from datetime import UTC, timedelta

from dashboard.core.db import db
from dashboard.owners.models import SenderNumber
from tests.contacts.histories import consent, inbound
from tests.factories import NOON, make_contact, make_owner, make_staff

WORDS = 'Said "yes", <b>twice</b>,\n= at the till – ναι 👍'


def digest_by_hand(contact, events) -> str:
    """As decision 14 has it, from the rows alone."""
    lines = [["signalbox consent 1", contact.owner_id, contact.id, contact.phone]]
    for event in sorted(events, key=lambda event: (event.occurred_at, event.id)):
        at = event.occurred_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        lines.append([event.id, at, event.is_subscribed, event.source, event.reason, event.staff_id])
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


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
    inbound(contact.phone, "+306900000123", "STOP please", NOON - timedelta(seconds=2))
    page = sheet(client, contact)
    assert "STOP please" in page
    assert "received 2026-11-20T11:59:58.000000Z" in page


def test_without_a_history_the_sheet_says_what_that_means(client, sign_in):
    sign_in("support")
    assert "Do not text it before it is known." in sheet(client, make_contact())
