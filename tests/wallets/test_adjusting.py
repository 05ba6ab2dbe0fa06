"""Adjusting a wallet in two steps: a preview, and the confirmation of just that."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from dashboard.audit.models import AuditEvent
from dashboard.core.db import db
from dashboard.wallets.commands import Movement, write_entry
from dashboard.wallets.models import CreditTransaction, ReasonCode, Wallet
from tests.factories import make_owner, make_wallet
from tests.wallets.paper import adjust, ask_preview, confirm, fields_of


def balance(owner_id):
    return db.session.scalar(select(Wallet.balance_credits).where(Wallet.owner_id == owner_id))


def entries(owner_id):
    return db.session.scalar(
        select(func.count()).select_from(CreditTransaction).where(CreditTransaction.owner_id == owner_id)
    )


def test_the_preview_states_the_sum_and_changes_nothing(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=1_100).owner_id
    page = ask_preview(client, owner_id, "-300", note="As agreed").text
    for part in ("Balance now", "1,100", "−300", "Balance after", "800", "As agreed", "Take 300 credits"):
        assert part in page
    assert (balance(owner_id), entries(owner_id)) == (1_100, 1)
    assert db.session.scalars(select(AuditEvent)).all() == []


def test_the_confirmation_leads_back_with_the_new_fact(client, sign_in):
    admin = sign_in("admin")
    owner_id = make_wallet(balance_credits=100).owner_id
    answer = adjust(client, owner_id, "-30", note="As agreed")
    assert answer.status_code == 303
    assert "−30 credits. Balance: 70." in client.get(answer.location).text
    audit = db.session.scalars(select(AuditEvent)).one()
    assert (audit.action, audit.staff_id, audit.after["balance_credits"]) == ("wallet.adjust", admin.id, 70)


def test_from_the_preview_one_can_go_back_and_change_what_was_typed(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=100).owner_id
    url = f"/owners/{owner_id}/wallet/adjustments/preview"
    page = ask_preview(client, owner_id, "-30", note="As agreed").text
    back = client.post(url, data=fields_of(page, url))
    assert back.status_code == 200
    assert 'value="-30"' in back.text
    assert 'value="As agreed"' in back.text
    assert "Confirm the adjustment" not in back.text


def test_a_wallet_that_moved_after_the_preview_is_previewed_anew(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=100).owner_id
    page = ask_preview(client, owner_id, "-30").text
    write_entry(Movement(owner_id, 7, ReasonCode.OTHER, uuid4(), None))
    answer = confirm(client, owner_id, page)
    assert answer.status_code == 409
    assert "The wallet moved meanwhile" in answer.text
    assert ">107<" in answer.text
    assert ">77<" in answer.text
    assert balance(owner_id) == 107
    assert confirm(client, owner_id, answer.text).status_code == 303
    assert balance(owner_id) == 77


def test_a_new_owners_first_credit_makes_its_wallet(client, sign_in):
    sign_in("admin")
    owner_id = make_owner().id
    assert adjust(client, owner_id, "500").status_code == 303
    assert balance(owner_id) == 500


def test_the_same_confirmation_twice_is_one_entry_and_a_kind_notice_with_a_link(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet().owner_id
    preview = ask_preview(client, owner_id, "5").text
    confirm(client, owner_id, preview)
    client.get("/owners")
    page = client.get(confirm(client, owner_id, preview).location).text
    assert "+5 credits were applied already, as <a" in page
    assert f'href="/owners/{owner_id}/wallet/entries/1">entry 1</a>. Nothing was added.' in page
    assert (balance(owner_id), entries(owner_id)) == (5, 1)


def test_the_same_form_with_other_content_is_refused(client, sign_in):
    sign_in("admin")
    owner_id, key = make_wallet(balance_credits=10).owner_id, str(uuid4())
    adjust(client, owner_id, "5", key)
    answer = adjust(client, owner_id, "6", key)
    assert answer.status_code == 409
    assert "This form was used for something else already" in answer.text
    assert balance(owner_id) == 15


@pytest.mark.parametrize("seen", ["", "x", "٣", "-1", "9" * 30])
def test_a_confirmation_without_a_preview_writes_nothing(client, sign_in, seen):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=10).owner_id
    form = {"amount_credits": "5", "reason_code": "goodwill", "idempotency_key": str(uuid4())}
    answer = client.post(f"/owners/{owner_id}/wallet/adjustments", data=form | {"seen_entry_no": seen})
    assert answer.status_code == 409
    assert balance(owner_id) == 10


@pytest.mark.parametrize(
    "typed",
    [
        *("", "0", "+0", "1.5", "1e9", "٣٠", "NaN", "inf", "-", "5 credits", "1_000", "--5", "1,00"),
        *("2147483648", "9223372036854775807", "9223372036854775808", "1" * 500, "-10000001"),
    ],
)
def test_what_is_no_amount_gets_a_sentence_and_comes_back(client, sign_in, typed):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=7).owner_id
    for step in ("/preview", ""):
        form = {"amount_credits": typed, "reason_code": "goodwill", "idempotency_key": str(uuid4())}
        form |= {"note": "Kept as typed", "seen_entry_no": "1"}
        answer = client.post(f"/owners/{owner_id}/wallet/adjustments{step}", data=form)
        assert answer.status_code == 422
        assert 'class="field-errors"' in answer.text
        assert "Kept as typed" in answer.text
        assert f'value="{typed}"' in answer.text
    assert balance(owner_id) == 7


@pytest.mark.parametrize(("typed", "change"), [("+30", 30), ("−30", -30), ("1,000", 1000), (" 12 ", 12)])
def test_how_people_type_amounts(client, sign_in, typed, change):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=50).owner_id
    assert adjust(client, owner_id, typed).status_code == 303
    assert balance(owner_id) == 50 + change


def test_an_overdraft_is_refused_in_the_preview_with_the_shortfall(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=320).owner_id
    answer = ask_preview(client, owner_id, "-1500")
    assert answer.status_code == 409
    assert "The wallet holds 320 credits: 1,180 too few." in answer.text
    assert 'value="-1500"' in answer.text
    assert "Take 1,500 credits" not in answer.text


def test_what_no_reason_is_offered_for_is_refused_at_the_field(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=320).owner_id
    for reason in ("", "campaign", "nonsense"):
        assert ask_preview(client, owner_id, "5", reason_code=reason).status_code == 422


@pytest.mark.parametrize("role", ["support", "manager"])
def test_other_roles_see_the_wallet_and_cannot_adjust_it(client, sign_in, role):
    sign_in(role)
    owner_id = make_wallet(balance_credits=42).owner_id
    page = client.get(f"/owners/{owner_id}/wallet").text
    assert '<span id="balance">42</span>' in page
    assert "Adjust credits" not in page
    for step in ("/preview", ""):
        answer = client.post(f"/owners/{owner_id}/wallet/adjustments{step}", data={"amount_credits": "5"})
        assert answer.status_code == 403
        assert "Your role may not adjust wallets" in answer.text
    assert balance(owner_id) == 42


def test_after_a_change_pages_and_filters_lead_to_the_wallet(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=9).owner_id
    refused = ask_preview(client, owner_id, "").text
    assert f'action="/owners/{owner_id}/wallet"' in refused
    assert "adjustments?" not in refused


def test_a_fault_after_the_change_does_not_say_that_nothing_changed(app, client, sign_in, monkeypatch):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=1).owner_id
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("dashboard.wallets.adjustments.routes.fact", lambda *_: 1 / 0)
    answer = adjust(client, owner_id, "7")
    assert answer.status_code == 500
    assert "Your change may have gone through. Look before you try again." in answer.text
    assert balance(owner_id) == 8


def test_htmx_gets_the_card_and_then_the_wallet_with_its_toast(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet().owner_id
    client.environ_base["HTTP_HX_REQUEST"] = "true"
    preview = ask_preview(client, owner_id, "5").text
    assert preview.strip().startswith('<section class="card" id="adjust-card"')
    answer = confirm(client, owner_id, preview)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'hx-swap-oob="beforeend:#toasts"' in answer.text
    assert balance(owner_id) == 5


def test_more_than_one_person_may_move_becomes_a_request(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=9).owner_id
    assert adjust(client, owner_id, "10000").status_code == 303
    assert balance(owner_id) == 10_009
    preview = ask_preview(client, make_wallet(balance_credits=1).owner_id, "10001").text
    assert "Another admin must approve it within 7 days." in preview
    assert "Ask for approval" in preview


def test_several_adjustments_of_a_day_may_move_less_together_than_one(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=10_000).owner_id
    for amount in ("2000", "-2000", "1000"):
        assert adjust(client, owner_id, amount).status_code == 303
    answer = adjust(client, owner_id, "1")
    assert "/wallet/requests/" in answer.location
    assert balance(owner_id) == 11_000


def test_a_limit_that_is_reached_after_the_preview_asks_before_it_requests(client, sign_in):
    sign_in("admin")
    owner_id, other_id = make_wallet(balance_credits=1).owner_id, make_wallet(balance_credits=1).owner_id
    preview = ask_preview(client, owner_id, "100").text
    adjust(client, other_id, "9000")
    answer = confirm(client, owner_id, preview)
    assert answer.status_code == 409
    assert "more than one person may adjust alone" in answer.text
    assert balance(owner_id) == 1
    assert "/wallet/requests/" in confirm(client, owner_id, answer.text).location
