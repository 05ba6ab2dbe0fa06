"""Each entry on a page of its own."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select, text

from dashboard.core.db import db, utc_now
from dashboard.wallets.approvals.models import AdjustmentRequest
from dashboard.wallets.models import CreditTransaction
from dashboard.web.urls import BIGGEST_ID
from tests.factories import make_campaign, make_owner, make_staff
from tests.wallets.ledgers import at, make_ledger


def entry_of(owner_id, entry_no):
    return db.session.scalars(
        select(CreditTransaction).where(
            CreditTransaction.owner_id == owner_id, CreditTransaction.entry_no == entry_no
        )
    ).one()


def open_entry(client, owner_id, entry_no):
    answer = client.get(f"/owners/{owner_id}/wallet/entries/{entry_no}")
    assert answer.status_code == 200
    return answer.text


def test_an_entry_tells_what_why_who_and_when(client, sign_in):
    sign_in("support")
    owner, person = make_owner(), make_staff(name="Ada Lovelace")
    campaign = make_campaign(owner, name="Black Friday")
    make_ledger(
        [
            {"change": 100},
            {"change": -30, "staff_id": person.id, "note": "Καλημέρα & <b>", "campaign_id": campaign.id,
             "reason_code": "correction", "created_at": at("2026-12-01T00:00+00:00")},
        ],
        owner,
    )  # fmt: skip
    page = open_entry(client, owner.id, 2)
    expected = [
        "Entry 2", "−30", "Correction", "Καλημέρα &amp; &lt;b&gt;", "Black Friday", "Ada Lovelace",
        "1 Dec, 02:00", "2026-12-01 00:00:00.000000 UTC",
    ]  # fmt: skip
    for words in expected:
        assert words in page, words
    assert "<dt>Balance before</dt><dd>100</dd>" in page
    assert "<strong>70</strong>" in page
    assert str(entry_of(owner.id, 2).idempotency_key) in page


def test_an_entry_shows_its_hash_and_the_one_before_and_that_it_recomputes(client, sign_in):
    sign_in("support")
    owner_id = make_ledger([{"change": 1}, {"change": 2}])
    first, second = entry_of(owner_id, 1), entry_of(owner_id, 2)
    page = open_entry(client, owner_id, 2)
    assert first.hash.hex() in page
    assert second.hash.hex() in page
    assert "Holds" in page
    page = open_entry(client, owner_id, 1)
    assert "None: this is the first entry." in page
    assert "Holds" in page


def test_an_entry_that_was_tampered_with_says_so(client, sign_in):
    sign_in("support")
    owner_id = make_ledger([{"change": 1, "note": "one"}, {"change": 2}, {"change": 3}])
    db.session.execute(text("SET LOCAL session_replication_role = replica"))
    db.session.execute(
        text("UPDATE credit_transaction SET note = 'won' WHERE owner_id = :o AND entry_no = 1"),
        {"o": owner_id},
    )
    db.session.execute(
        text("UPDATE credit_transaction SET amount_credits = 4 WHERE owner_id = :o AND entry_no = 3"),
        {"o": owner_id},
    )
    db.session.commit()
    assert "The hash is not that of this entry" in open_entry(client, owner_id, 1)
    assert "Holds" in open_entry(client, owner_id, 2)
    assert "Broken" in open_entry(client, owner_id, 3)
    db.session.execute(
        text("DELETE FROM credit_transaction WHERE owner_id = :o AND entry_no = 2"), {"o": owner_id}
    )
    db.session.commit()
    page = open_entry(client, owner_id, 3)
    assert "Entry 2 is missing." in page
    assert "Broken" in page


def test_neighbours_are_a_click_away(client, sign_in):
    sign_in("support")
    owner_id = make_ledger([{"change": 1}] * 3)
    path = f"/owners/{owner_id}/wallet/entries"
    page = open_entry(client, owner_id, 2)
    assert f'rel="prev" href="{path}/1"' in page
    assert f'rel="next" href="{path}/3"' in page
    assert 'rel="prev"' not in open_entry(client, owner_id, 1)
    assert 'rel="next"' not in open_entry(client, owner_id, 3)


def test_a_reversal_and_what_it_reverses_lead_to_each_other(client, sign_in):
    sign_in("admin")
    owner_id = make_ledger([{"change": 5}])
    wallet_id = entry_of(owner_id, 1).wallet_id
    db.session.add(
        CreditTransaction(
            owner_id=owner_id, wallet_id=wallet_id, entry_no=2, type="debit", amount_credits=5,
            balance_after_credits=0, reason_code="reversal", idempotency_key=uuid4(),
            reverses=entry_of(owner_id, 1).id,
        )
    )  # fmt: skip
    db.session.execute(
        text("UPDATE wallet SET balance_credits = 0, last_entry_no = 2 WHERE owner_id = :o"), {"o": owner_id}
    )
    db.session.commit()
    path = f"/owners/{owner_id}/wallet/entries"
    first = open_entry(client, owner_id, 1)
    assert f'<dt>Reversed by</dt><dd><a href="{path}/2">entry 2</a>' in first
    assert f"{path}/1/reversal" not in first
    second = open_entry(client, owner_id, 2)
    assert f'<dt>Reverses</dt><dd><a href="{path}/1">entry 1</a>' in second
    ledger = client.get(f"/owners/{owner_id}/wallet").text
    assert f'reversed by <a href="{path}/2">entry 2</a>' in ledger
    assert f'reverses <a href="{path}/1">entry 1</a>' in ledger


def test_only_those_who_may_are_offered_the_reversal(client, sign_in):
    owner_id = make_ledger([{"change": 5}])
    link = f"/owners/{owner_id}/wallet/entries/1/reversal"
    sign_in("manager")
    assert link not in open_entry(client, owner_id, 1)
    sign_in("admin")
    assert link in open_entry(client, owner_id, 1)


def test_an_entry_of_a_request_names_who_approved_it(client, sign_in):
    asked, approved = make_staff(name="Ada"), make_staff(name="Bea")
    owner_id = make_ledger([{"change": 50_000, "staff_id": asked.id}])
    db.session.add(
        AdjustmentRequest(
            owner_id=owner_id, change_credits=50_000, reason_code="other", idempotency_key=uuid4(),
            status="approved", requested_by=asked.id, expires_at=utc_now() + timedelta(days=7),
            decided_by=approved.id, decided_at=utc_now(), entry_id=entry_of(owner_id, 1).id,
        )
    )  # fmt: skip
    db.session.commit()
    sign_in("support")
    page = open_entry(client, owner_id, 1)
    assert "<dt>Written by</dt><dd>Ada</dd>" in page
    assert "Bea" in page
    assert "/wallet/requests/" not in page
    sign_in("admin")
    assert "/wallet/requests/" in open_entry(client, owner_id, 1)


def test_an_entry_that_is_not_there_is_not_found(client, sign_in):
    sign_in("support")
    owner_id, other_id = make_ledger([{"change": 5}]), make_owner().id
    entries = f"{owner_id}/wallet/entries"
    for path in (f"{entries}/2", f"{entries}/0", f"{entries}/{BIGGEST_ID}", f"{other_id}/wallet/entries/1"):
        assert client.get(f"/owners/{path}").status_code == 404, path
