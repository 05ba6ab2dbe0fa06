"""The ledger: computed anew, lifted, closed on what the owner saw, and appended to afterwards."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from dashboard.wallets.commands import Movement, write_entry
from dashboard.wallets.models import ReasonCode
from tests.factories import make_staff
from tests.platform_import.conftest import counts, issues, rows


def pay(platform, owner, kind, amount, after, day=1, **values):
    (wallet,) = platform.sql('SELECT id FROM "Wallet" WHERE "ownerId" = %s', owner) or [(None,)]
    given = {"ownerId": owner, "type": kind, "amount": amount, "walletId": wallet[0]}
    given |= {"balanceAfter": after, "createdAt": f"2025-04-{day:02}"}
    return platform.add("CreditTransaction", **(given | values))


def ledger():
    found = rows(
        "SELECT entry_no, type, amount_credits, balance_after_credits, reason_code"
        " FROM credit_transaction ORDER BY entry_no"
    )
    balance = 0
    for number, (entry_no, kind, amount, after, _) in enumerate(found, 1):
        balance += -amount if kind == "debit" else amount
        assert (entry_no, after) == (number, balance)
    (kept,) = rows("SELECT balance_credits, last_entry_no FROM wallet") or [(0, 0)]
    assert kept == (balance, len(found))
    return [(kind, amount, reason) for _, kind, amount, _, reason in found]


@pytest.fixture
def owner(platform):
    made = platform.user()
    platform.add("Wallet", ownerId=made, balance=90)
    return made


def test_a_sound_chain_is_taken_over_with_its_times_and_words(platform, owner):
    pay(platform, owner, "credit", 100, 100, reason="Stripe top-up")
    campaign = platform.campaign(owner)
    pay(platform, owner, "debit", 15, 85, 2, campaignId=campaign)
    pay(platform, owner, "refund", 5, 90, 3)
    run = platform.bring()
    assert ledger() == [("credit", 100, "purchase"), ("debit", 15, "campaign"), ("refund", 5, "refund")]
    assert rows("SELECT note, created_at FROM credit_transaction WHERE entry_no = 1") == [
        ("Stripe top-up", datetime(2025, 4, 1, tzinfo=UTC))
    ]
    assert rows("SELECT count(campaign_id) FROM credit_transaction") == [(1,)]
    assert issues(run) == []


def test_entries_stand_in_the_order_of_their_times(platform, owner):
    pay(platform, owner, "debit", 10, 90, 2)
    pay(platform, owner, "credit", 100, 100, 1)
    platform.bring()
    assert ledger() == [("credit", 100, "other"), ("debit", 10, "other")]


def test_a_broken_chain_is_lifted_and_closed_on_the_balance_that_the_owner_saw(platform, owner):
    pay(platform, owner, "debit", 40, -40)
    pay(platform, owner, "credit", 100, 60, 2)
    lost = pay(platform, owner, "debit", 5, 50, 3)
    run = platform.bring()
    assert ledger() == [
        ("credit", 40, "opening"),
        ("debit", 40, "other"),
        ("credit", 100, "other"),
        ("debit", 5, "other"),
        ("debit", 5, "correction"),
    ]
    assert rows("SELECT note FROM credit_transaction WHERE reason_code = 'correction'") == [
        ("The platform's balance is 90, its entries make 95: corrected by -5.",)
    ]
    assert set(issues(run)) == {
        ("Wallet", 1, "chain_corrected"),
        ("Wallet", 1, "chain_lifted"),
        ("CreditTransaction", lost, "chain_broken"),
    }


def test_a_transaction_without_a_wallet_makes_one(platform):
    owner = platform.user()
    alone = pay(platform, owner, "credit", 7, 7)
    run = platform.bring()
    assert ledger() == [("credit", 7, "other")]
    assert set(issues(run)) == {
        ("Wallet", None, "wallet_missing"),
        ("CreditTransaction", alone, "no_wallet"),
    }


def test_a_balance_without_transactions_opens_the_wallet(platform, owner):
    run = platform.bring()
    assert ledger() == [("credit", 90, "opening")]
    assert issues(run) == [("Wallet", 1, "chain_lifted")]


def test_amounts_that_are_not_positive_and_unknown_types_are_left_out_and_closed(platform, owner):
    platform.sql("ALTER TYPE \"CreditTxnType\" ADD VALUE 'gift'")
    pay(platform, owner, "credit", 50, 50)
    zero, gift = pay(platform, owner, "debit", 0, 50, 2), pay(platform, owner, "gift", 40, 90, 3)
    run = platform.bring()
    assert ledger() == [("credit", 50, "other"), ("credit", 40, "correction")]
    assert counts(run, "CreditTransaction") == {"rows_read": 3, "added": 1, "left_out": 2}
    left_out = {(zero, "amount_not_positive"), (gift, "type_unknown")}
    assert {("CreditTransaction", source_id, reason) for source_id, reason in left_out} < set(issues(run))


def test_a_balance_below_zero_is_closed_on_zero(platform, owner):
    platform.sql('UPDATE "Wallet" SET balance = -5')
    pay(platform, owner, "debit", 5, -5)
    run = platform.bring()
    assert ledger() == [("credit", 5, "opening"), ("debit", 5, "other")]
    assert ("Wallet", 1, "balance_negative") in issues(run)


# Later runs


def move(platform, owner, balance):
    platform.sql('UPDATE "Wallet" SET balance = %s WHERE "ownerId" = %s', balance, owner)


def test_new_transactions_are_appended_after_entries_made_here(platform, owner):
    pay(platform, owner, "credit", 95, 95)
    platform.bring()
    (owner_id,) = rows("SELECT id FROM owner")[0]
    write_entry(Movement(owner_id, 10, ReasonCode.GOODWILL, uuid4(), make_staff().id))
    pay(platform, owner, "debit", 20, 70, 5)
    move(platform, owner, 70)
    run = platform.bring()
    assert ledger() == [
        ("credit", 95, "other"),
        ("debit", 5, "correction"),
        ("credit", 10, "goodwill"),
        ("debit", 20, "other"),
    ]
    assert counts(run, "CreditTransaction") == {"rows_read": 2, "added": 1, "unchanged": 1}


def test_a_balance_that_moved_without_a_transaction_is_corrected_once(platform, owner):
    pay(platform, owner, "credit", 90, 90)
    platform.bring()
    move(platform, owner, 80)
    pay(platform, owner, "debit", 3, 87, 5)
    platform.bring()
    platform.bring()
    assert ledger() == [("credit", 90, "other"), ("debit", 3, "other"), ("debit", 7, "correction")]


def test_debits_of_credits_that_were_spent_here_are_lifted(platform, owner):
    pay(platform, owner, "credit", 90, 90)
    platform.bring()
    (owner_id,) = rows("SELECT id FROM owner")[0]
    write_entry(Movement(owner_id, -80, ReasonCode.OTHER, uuid4(), make_staff().id, note="x"))
    pay(platform, owner, "debit", 30, 60, 5)
    move(platform, owner, 60)
    run = platform.bring()
    assert ledger()[-2:] == [("credit", 20, "correction"), ("debit", 30, "other")]
    assert ("Wallet", 1, "chain_lifted") in issues(run)
    platform.bring()
    assert len(ledger()) == 4


def test_a_transaction_that_changed_there_stays_as_it_was_here(platform, owner):
    entry = pay(platform, owner, "credit", 90, 90)
    platform.bring()
    platform.sql('UPDATE "CreditTransaction" SET amount = 60 WHERE id = %s', entry)
    move(platform, owner, 60)
    run = platform.bring()
    assert ledger() == [("credit", 90, "other"), ("debit", 30, "correction")]
    assert ("CreditTransaction", entry, "entry_changed") in issues(run)
