"""Mending a mistake by its opposite."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from dashboard.audit.models import AuditEvent
from dashboard.core.db import db
from dashboard.wallets.commands import Movement, write_entry
from dashboard.wallets.models import ReasonCode, Wallet
from tests.factories import make_wallet
from tests.wallets.paper import fields_of


def balance(owner_id):
    return db.session.scalar(select(Wallet.balance_credits).where(Wallet.owner_id == owner_id))


def write(owner_id, change):
    return write_entry(Movement(owner_id, change, ReasonCode.GOODWILL, uuid4(), None)).entry_no


def reverse(client, owner_id, entry_no, **values):
    url = f"/owners/{owner_id}/wallet/entries/{entry_no}/reversal"
    return client.post(url, data=fields_of(client.get(url).text, url) | values)


def test_an_entry_is_reversed_and_both_show_the_link(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=100).owner_id
    entry_no = write(owner_id, 500)
    page = client.get(f"/owners/{owner_id}/wallet/entries/{entry_no}/reversal").text
    for part in (">600<", "−500", ">100<", "Reverse it"):
        assert part in page
    answer = reverse(client, owner_id, entry_no, note="Wrong wallet")
    assert "−500 credits. Balance: 100." in client.get(answer.location).text
    assert db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id.desc())).first() == (
        "wallet.reverse"
    )
    entries = f"/owners/{owner_id}/wallet/entries"
    assert f'href="{entries}/3"' in client.get(f"{entries}/2").text
    assert f'href="{entries}/2"' in client.get(f"{entries}/3").text


def test_an_entry_is_reversed_once(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=100).owner_id
    url = f"/owners/{owner_id}/wallet/entries/{write(owner_id, 500)}/reversal"
    first, second = (fields_of(client.get(url).text, url) for _ in range(2))
    assert client.post(url, data=first).status_code == 303
    assert client.post(url, data=first).status_code == 303  # sent twice: one entry
    answer = client.post(url, data=second | {"seen_entry_no": "3"})
    assert answer.status_code == 409
    assert "already" in answer.text
    assert "reversed already, by" in client.get(url).text
    assert balance(owner_id) == 100


def test_a_reversal_that_would_overdraw_is_refused_with_the_shortfall(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet().owner_id
    entry_no = write(owner_id, 500)
    write(owner_id, -450)
    page = client.get(f"/owners/{owner_id}/wallet/entries/{entry_no}/reversal").text
    assert "The wallet holds 50 credits: 450 too few." in page
    assert "Reverse it" not in page
    url = f"/owners/{owner_id}/wallet/entries/{entry_no}/reversal"
    answer = client.post(url, data={"idempotency_key": str(uuid4()), "seen_entry_no": "2"})
    assert answer.status_code == 409
    assert balance(owner_id) == 50


def test_a_wallet_that_moved_after_the_preview_is_previewed_anew(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=100).owner_id
    url = f"/owners/{owner_id}/wallet/entries/{write(owner_id, 500)}/reversal"
    seen = fields_of(client.get(url).text, url)
    write(owner_id, 1)
    answer = client.post(url, data=seen | {"note": "Kept as typed"})
    assert answer.status_code == 409
    assert "The wallet moved meanwhile" in answer.text
    assert "Kept as typed" in answer.text
    assert balance(owner_id) == 601


def test_a_large_reversal_becomes_a_request(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=100).owner_id
    answer = reverse(client, owner_id, write(owner_id, 20_000))
    page = client.get(answer.location).text
    assert "−20,000 credits" in page
    assert f'href="/owners/{owner_id}/wallet/entries/2"' in page
    assert balance(owner_id) == 20_100


@pytest.mark.parametrize("role", ["support", "manager"])
def test_other_roles_cannot_reverse(client, sign_in, role):
    sign_in(role)
    owner_id = make_wallet(balance_credits=100).owner_id
    url = f"/owners/{owner_id}/wallet/entries/1/reversal"
    assert client.get(url).status_code == 403
    assert client.post(url, data={"idempotency_key": str(uuid4())}).status_code == 403


def test_an_entry_that_is_not_there_is_not_reversed(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=100).owner_id
    assert client.get(f"/owners/{owner_id}/wallet/entries/9/reversal").status_code == 404
