"""Two people for large amounts."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select, update

from dashboard.audit.models import AuditEvent
from dashboard.core.db import db, utc_now
from dashboard.staff.models import Staff
from dashboard.wallets.approvals.models import AdjustmentRequest
from dashboard.wallets.models import CreditTransaction, Wallet
from tests.factories import PASSWORD, make_wallet
from tests.wallets.paper import adjust, ask_preview, confirm, fields_of


def balance(owner_id):
    return db.session.scalar(select(Wallet.balance_credits).where(Wallet.owner_id == owner_id))


@pytest.fixture
def asked(client, sign_in):
    """A request of 20,000 credits by somebody else; the wallet holds 5."""
    asker = sign_in("admin")
    owner_id = make_wallet(balance_credits=5).owner_id
    path = adjust(client, owner_id, "20000", note="Paid by transfer").location
    sign_in("admin")
    return owner_id, path, asker


def decide(client, path, how, **values):
    return client.post(f"{path}/{how}", data=values)


def test_a_large_adjustment_waits_and_moves_nothing(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=5).owner_id
    answer = adjust(client, owner_id, "20000", note="Paid by transfer")
    page = client.get(answer.location).text
    assert "Another admin must approve this." in page
    assert "Paid by transfer" in page
    assert "Withdraw it" in page
    assert "Your password" not in page
    assert balance(owner_id) == 5


def test_the_same_large_form_twice_is_one_request(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=5).owner_id
    preview = ask_preview(client, owner_id, "20000").text
    first, second = confirm(client, owner_id, preview), confirm(client, owner_id, preview)
    assert first.location == second.location
    assert "asked for already" in client.get(second.location).text
    assert len(db.session.scalars(select(AdjustmentRequest.id)).all()) == 1


def test_another_admin_approves_with_the_own_password(client, asked):
    _, path, asker = asked
    page = client.get(path).text
    assert ">20,005<" in page
    answer = decide(client, path, "approval", password=PASSWORD)
    assert answer.status_code == 303
    assert "+20,000 credits. Balance: 20,005." in client.get(answer.location).text
    entry = db.session.scalars(select(CreditTransaction).order_by(CreditTransaction.id.desc())).first()
    assert (entry.staff_id, entry.note) == (asker.id, "Paid by transfer")
    kept = db.session.scalars(select(AdjustmentRequest)).one()
    assert (kept.status, kept.entry_id) == ("approved", entry.id)
    audit = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (audit.action, audit.staff_id) == ("wallet.approve", kept.decided_by)
    assert kept.decided_by != asker.id
    assert "entry 2" in client.get(path).text


@pytest.mark.parametrize("typed", ["", "not my password"])
def test_without_the_password_nothing_is_approved(client, asked, typed):
    owner_id, path, _ = asked
    answer = decide(client, path, "approval", password=typed)
    assert answer.status_code in (409, 422)
    assert "password" in answer.text
    assert 'class="field-errors"' in answer.text
    assert balance(owner_id) == 5


def test_nobody_decides_about_an_own_request(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=5).owner_id
    path = adjust(client, owner_id, "20000").location
    for how, values in (("approval", {"password": PASSWORD}), ("rejection", {"reason": "No"})):
        answer = decide(client, path, how, **values)
        assert answer.status_code == 409
        assert balance(owner_id) == 5
    assert decide(client, path, "withdrawal").status_code == 303
    assert "withdrawn" in client.get(path).text


def test_a_request_is_rejected_with_a_reason(client, asked):
    owner_id, path, _ = asked
    assert decide(client, path, "rejection", reason="").status_code == 422
    assert decide(client, path, "rejection", reason="No invoice").status_code == 303
    assert "No invoice" in client.get(path).text
    answer = decide(client, path, "approval", password=PASSWORD)
    assert answer.status_code == 409
    assert balance(owner_id) == 5


def test_only_who_asked_withdraws(client, asked):
    _, path, _ = asked
    answer = decide(client, path, "withdrawal")
    assert answer.status_code == 409
    assert "Only who asked can withdraw" in answer.text


def test_a_request_expires_after_seven_days(client, asked):
    owner_id, path, _ = asked
    kept = db.session.scalars(select(AdjustmentRequest)).one()
    assert kept.expires_at - kept.requested_at == pytest.approx(timedelta(days=7), abs=timedelta(minutes=1))
    db.session.execute(update(AdjustmentRequest).values(expires_at=utc_now() - timedelta(hours=1)))
    db.session.commit()
    answer = decide(client, path, "approval", password=PASSWORD)
    assert answer.status_code == 409
    assert "That request has expired." in answer.text
    assert balance(owner_id) == 5
    assert "Nothing waits for approval." in client.get("/approvals").text


def test_approving_what_the_wallet_cannot_bear_goes_on_waiting(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=20_000).owner_id
    path = adjust(client, owner_id, "-15000").location
    adjust(client, owner_id, "-8000")
    sign_in("admin")
    answer = decide(client, path, "approval", password=PASSWORD)
    assert answer.status_code == 409
    assert "The wallet holds 12,000 credits: 3,000 too few." in answer.text
    assert db.session.scalars(select(AdjustmentRequest.status)).one() == "pending"


def test_the_same_approval_twice_applies_once(client, asked):
    owner_id, path, _ = asked
    decide(client, path, "approval", password=PASSWORD)
    client.get("/owners")
    answer = decide(client, path, "approval", password=PASSWORD)
    assert "applied already" in client.get(answer.location).text
    assert balance(owner_id) == 20_005


def test_the_queues_length_stands_in_the_sidebar_of_admins(client, asked, sign_in):
    assert '<span class="nav-count">1<' in client.get("/owners").text
    for role in ("manager", "support"):
        sign_in(role)
        assert "nav-count" not in client.get("/owners").text
        assert client.get("/approvals").status_code == 403


def test_the_queue_and_what_was_decided(client, asked):
    _, path, _ = asked
    assert path in client.get("/approvals").text
    decide(client, path, "rejection", reason="No invoice")
    assert path not in client.get("/approvals").text
    assert path in client.get("/approvals?show=all").text


def test_a_request_of_another_owner_is_not_there(client, asked):
    _, path, _ = asked
    other = path.replace(f"/owners/{asked[0]}/", f"/owners/{make_wallet().owner_id}/")
    assert client.get(other).status_code == 404
    assert decide(client, other, "approval", password=PASSWORD).status_code == 404


@pytest.mark.parametrize("change", [{"role": "support"}, {"disabled_at": utc_now()}])
def test_what_somebody_asked_for_who_may_no_more_is_not_approved(client, asked, change):
    owner_id, path, asker = asked
    db.session.execute(update(Staff).where(Staff.id == asker.id).values(change))
    db.session.commit()
    answer = decide(client, path, "approval", password=PASSWORD)
    assert answer.status_code == 409
    assert "may not adjust wallets any more" in answer.text
    assert balance(owner_id) == 5
    assert decide(client, path, "rejection", reason="They left").status_code == 303


def test_a_form_that_became_a_request_becomes_no_entry_too(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=5).owner_id
    url = f"/owners/{owner_id}/wallet/adjustments"
    form = fields_of(ask_preview(client, owner_id, "20").text, url)
    assert "/wallet/requests/" in client.post(url, data=form | {"asks": "y"}).location
    answer = client.post(url, data=form)
    assert answer.status_code == 409
    assert "This form was used for something else already." in answer.text
    assert balance(owner_id) == 5


def test_a_file_is_no_password(client, asked):
    owner_id, path, _ = asked
    file = {"password": (BytesIO(b"x"), "password.txt")}
    answer = client.post(f"{path}/approval", data=file, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Enter your password." in answer.text
    assert balance(owner_id) == 5
