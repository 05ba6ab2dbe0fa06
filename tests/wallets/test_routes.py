from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from dashboard.core.db import db, utc_now
from dashboard.wallets.models import CreditTransaction, Wallet
from tests.factories import make_owner, make_wallet


def post(client, owner_id, amount, key=None, **values):
    form = {"amount_credits": amount, "reason_code": "goodwill", "idempotency_key": key or str(uuid4())}
    return client.post(f"/owners/{owner_id}/wallet/adjustments", data=form | values)


def balance(owner_id):
    return db.session.scalar(select(Wallet.balance_credits).where(Wallet.owner_id == owner_id))


def test_an_adjustment_leads_back_with_the_new_fact(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=100).owner_id
    answer = post(client, owner_id, "-30")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "−30 credits. Balance: 70." in page


def test_a_new_owners_first_credit_makes_its_wallet(client, sign_in):
    sign_in("admin")
    owner_id = make_owner().id
    assert post(client, owner_id, "500").status_code == 303
    assert balance(owner_id) == 500


def test_the_same_form_twice_is_one_entry_and_a_kind_notice(client, sign_in):
    sign_in("admin")
    owner_id, key = make_wallet().owner_id, str(uuid4())
    post(client, owner_id, "5", key)
    client.get("/owners")
    page = client.get(post(client, owner_id, "5", key).location).text
    assert "applied already, as entry 1. Nothing was added." in page
    assert balance(owner_id) == 5


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0",
        "+0",
        "1.5",
        "1e9",
        "٣٠",
        "NaN",
        "inf",
        "-",
        "2147483648",
        "9223372036854775808",
        "5 credits",
        "1_000",
    ],
)
def test_what_is_no_amount_gets_a_sentence_and_comes_back(client, sign_in, typed):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=7).owner_id
    answer = post(client, owner_id, typed, note="Kept as typed")
    assert answer.status_code == 422
    assert 'class="field-errors"' in answer.text
    assert "Kept as typed" in answer.text
    assert f'value="{typed}"' in answer.text
    assert balance(owner_id) == 7


@pytest.mark.parametrize(("typed", "change"), [("+30", 30), ("−30", -30), ("1,000", 1000), (" 12 ", 12)])
def test_how_people_type_amounts(client, sign_in, typed, change):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=50).owner_id
    assert post(client, owner_id, typed).status_code == 303
    assert balance(owner_id) == 50 + change


def test_an_overdraft_is_refused_at_the_field_with_the_shortfall(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=320).owner_id
    answer = post(client, owner_id, "-1500")
    assert answer.status_code == 409
    assert "The wallet holds 320 credits: 1,180 too few." in answer.text
    assert 'value="-1500"' in answer.text


@pytest.mark.parametrize("role", ["support", "manager"])
def test_other_roles_see_the_wallet_and_cannot_adjust_it(client, sign_in, role):
    sign_in(role)
    owner_id = make_wallet(balance_credits=42).owner_id
    page = client.get(f"/owners/{owner_id}/wallet").text
    assert '<span id="balance">42</span>' in page
    assert "Adjust credits" not in page
    answer = post(client, owner_id, "5")
    assert answer.status_code == 403
    assert "Your role may not adjust wallets" in answer.text
    assert balance(owner_id) == 42


def test_the_ledger_filters_by_type_and_by_the_owners_days(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=100).owner_id
    post(client, owner_id, "-1", note="The debit")
    url = f"/owners/{owner_id}/wallet"
    assert "The debit" in client.get(url + "?type=debit").text
    assert "The debit" not in client.get(url + "?type=credit").text
    assert "No entry fits these filters." in client.get(url + "?until=2001-01-01").text
    today = utc_now().astimezone(ZoneInfo("Europe/Athens")).date()
    assert "The debit" in client.get(f"{url}?since={today}&until={today}").text
    assert client.get(url + "?type=nonsense&since=31.12.2026").status_code == 200


def test_filtering_the_ledger_changes_its_entries_alone(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=9).owner_id
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    block = client.get(f"/owners/{owner_id}/wallet?type=credit", headers=headers).text
    assert block.strip().startswith('<div class="results" id="results">')
    assert 'id="balance"' not in block


def test_after_a_change_pages_and_filters_lead_to_the_wallet(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=9).owner_id
    refused = post(client, owner_id, "").text
    assert f'action="/owners/{owner_id}/wallet"' in refused
    assert "adjustments?" not in refused


def test_a_fault_after_the_change_does_not_say_that_nothing_changed(app, client, sign_in, monkeypatch):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=1).owner_id
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("dashboard.wallets.routes.fact", lambda _: 1 / 0)
    answer = post(client, owner_id, "7")
    assert answer.status_code == 500
    assert "Your change may have gone through. Look before you try again." in answer.text
    assert balance(owner_id) == 8


def test_htmx_gets_the_block_with_its_toast(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet().owner_id
    client.environ_base["HTTP_HX_REQUEST"] = "true"
    answer = post(client, owner_id, "5")
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'hx-swap-oob="beforeend:#toasts"' in answer.text
    assert db.session.scalars(select(CreditTransaction.amount_credits)).all() == [5]
