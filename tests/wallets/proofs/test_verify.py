"""Whatever is changed behind the database's back is found, and named."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from dashboard.core.db import db
from dashboard.core.errors import Missing
from dashboard.platform_import.models import PlatformRef
from dashboard.wallets.models import CreditTransaction, ReasonCode
from dashboard.wallets.proofs import queries
from dashboard.wallets.proofs.checks import CHECKS, MOST
from tests.factories import make_campaign, make_message, make_owner, make_wallet
from tests.wallets.proofs.conftest import found, tamper, write

SUM = "Each balance is the sum of its entries"
GAPS = "The entries are numbered without a gap"
FOLLOWS = "Each entry follows from the one before it"
HASHES = "The chain of hashes holds"
TIMES = "Time never goes back"
NEGATIVE = "Nothing is negative"
WALLETS = "Each owner has one wallet"
OPPOSITE = "Each reversal is the exact opposite"
DAYS = "The kept sums are those of the entries"
DEBITS = "Each campaign's debit has its messages"
MESSAGES = "Each campaign with messages has its debit"


def test_what_was_written_as_it_should_be_holds(bakery):
    outcomes = list(queries.verify())
    assert [outcome.title for outcome in outcomes] == [check.title for check in CHECKS]
    assert not any(outcome.broken for outcome in outcomes)


def test_an_empty_database_holds(committed):
    assert found() == {}


def test_a_wallet_without_entries_holds(committed):
    make_wallet()
    assert found() == {}


def test_a_changed_amount(bakery):
    tamper(
        "UPDATE credit_transaction SET amount_credits = 9000 WHERE owner_id = :o AND entry_no = 3", o=bakery
    )
    broken = found()
    assert set(broken) == {SUM, FOLLOWS, HASHES, DAYS}
    assert broken[SUM].startswith("Bakery's wallet: it holds another balance")
    assert broken[SUM].endswith("Expected 9469, found 669.")
    assert broken[FOLLOWS] == (
        "Entry 3 of Bakery's wallet: the balance after it does not follow from the entry before it."
        " Expected 9470, found 670."
    )
    assert broken[HASHES].startswith("Entry 3 of Bakery's wallet: its hash does not fit")


@pytest.mark.parametrize(
    "change",
    [
        "note = 'As agreed'",
        "note = NULL",
        "staff_id = 7",
        "idempotency_key = gen_random_uuid()",
        "id = 4711",
        "hash = sha256('')",
    ],
)
def test_a_changed_letter_is_found_by_its_hash_alone(bakery, change):
    tamper(f"UPDATE credit_transaction SET {change} WHERE owner_id = :o AND entry_no = 5", o=bakery)
    broken = found()
    assert set(broken) == {HASHES}
    assert broken[HASHES].startswith("Entry 5 of Bakery's wallet: ")


def test_a_changed_reason_is_found_by_the_hash_and_by_the_day(bakery):
    tamper(
        "UPDATE credit_transaction SET reason_code = 'goodwill' WHERE owner_id = :o AND entry_no = 5",
        o=bakery,
    )
    assert set(found()) == {HASHES, DAYS}


@pytest.mark.parametrize("time", ["created_at - interval '1 year'", "'-infinity'"])
def test_a_changed_time(bakery, time):
    tamper(
        f"UPDATE credit_transaction SET created_at = {time} WHERE owner_id = :o AND entry_no = 5", o=bakery
    )
    broken = found()
    assert set(broken) == {HASHES, TIMES, DAYS}
    assert broken[HASHES].startswith("Entry 5 of")
    assert broken[TIMES].startswith("Entry 5 of Bakery's wallet: it is dated before the entry before it.")


def test_a_deleted_entry(bakery):
    tamper("DELETE FROM credit_transaction WHERE owner_id = :o AND entry_no = 4", o=bakery)
    broken = found()
    assert set(broken) == {SUM, GAPS, DAYS}
    assert broken[GAPS] == "Entry 4 of Bakery's wallet: it is missing."


def test_several_deleted_entries(bakery):
    tamper("DELETE FROM credit_transaction WHERE owner_id = :o AND entry_no BETWEEN 1 AND 3", o=bakery)
    assert found()[GAPS] == "Entry 1 of Bakery's wallet: it and the entries up to 3 are missing."


def test_a_cut_tail_that_the_wallet_still_knows_of(bakery):
    tamper("DELETE FROM credit_transaction WHERE owner_id = :o AND entry_no > 10", o=bakery)
    broken = found()
    assert set(broken) == {SUM, GAPS, DAYS}
    assert broken[GAPS] == (
        "Entry 11 of Bakery's wallet: the ledger ends before it."
        " Expected last entry 11, as the wallet says, found last entry 10."
    )


def test_two_entries_that_changed_places(bakery):
    number = "UPDATE credit_transaction SET entry_no = {} WHERE owner_id = :o AND entry_no = {}"
    tamper(number.format(99, 3), number.format(3, 6), number.format(6, 99), o=bakery)
    broken = found()
    assert set(broken) == {FOLLOWS, HASHES, TIMES}
    assert broken[FOLLOWS].startswith("Entry 3 of Bakery's wallet: ")
    assert broken[HASHES].startswith("Entry 3 of Bakery's wallet: ")


def test_a_changed_balance(bakery):
    tamper("UPDATE wallet SET balance_credits = 1000000 WHERE owner_id = :o", o=bakery)
    assert found() == {
        SUM: "Bakery's wallet: it holds another balance than its entries add up to."
        " Expected 669, found 1000000."
    }


def test_a_lost_sum_of_a_day(bakery):
    tamper("DELETE FROM wallet_day WHERE owner_id = :o AND reason_code = 'campaign'", o=bakery)
    broken = found()
    assert set(broken) == {DAYS}
    assert "(debit, campaign) are not those of the entries of that day" in broken[DAYS]
    assert broken[DAYS].endswith("Expected 1 credits (entries: 1), found 0 credits (entries: 0).")


def test_a_sum_of_a_day_that_nothing_stands_for(bakery):
    tamper(
        "UPDATE wallet_day SET credits = credits + 5 WHERE owner_id = :o AND reason_code = 'reversal'",
        o=bakery,
    )
    assert found()[DAYS].endswith("Expected 7 credits (entries: 1), found 12 credits (entries: 1).")


def test_a_second_wallet_is_refused_whatever_the_triggers_do(bakery):
    with pytest.raises(IntegrityError, match="uq_wallet_owner_id"):
        tamper("INSERT INTO wallet (owner_id) VALUES (:o)", o=bakery)


def test_a_second_wallet(bakery, without_constraint):
    without_constraint("wallet", "uq_wallet_owner_id")
    tamper("INSERT INTO wallet (owner_id) VALUES (:o)", o=bakery)
    assert found()[WALLETS] == (
        "Bakery's wallet: it is not the only one of its owner. Expected 1 wallet, found 2 wallets."
    )


def test_a_balance_below_zero(bakery, without_constraint, rewrite):
    without_constraint("wallet", "ck_wallet_balance_credits")
    without_constraint("credit_transaction", "ck_credit_transaction_balance_after_credits")
    tamper("UPDATE credit_transaction SET amount_credits = 3 WHERE owner_id = :o AND entry_no = 1", o=bakery)
    rewrite(bakery)
    broken = found()
    assert set(broken) == {NEGATIVE}
    assert broken[NEGATIVE] == "Entry 2 of Bakery's wallet: the balance after it is negative. Found -27."


def test_an_entry_that_is_there_twice(bakery, without_constraint):
    without_constraint("credit_transaction", "uq_credit_transaction_owner_id_wallet_id_entry_no")
    tamper("UPDATE credit_transaction SET entry_no = 4 WHERE owner_id = :o AND entry_no = 5", o=bakery)
    broken = found()
    assert set(broken) >= {GAPS, HASHES}
    assert broken[GAPS].startswith(
        "Entry 5 of Bakery's wallet: it is there twice, or out of its place (as 4)."
    )


def test_a_reversal_that_is_not_the_opposite(bakery, rewrite):
    tamper("UPDATE credit_transaction SET amount_credits = 8 WHERE owner_id = :o AND entry_no = 11", o=bakery)
    rewrite(bakery)
    assert found() == {
        OPPOSITE: "Entry 11 of Bakery's wallet: it is not the opposite of entry 10, which it reverses."
        " Expected credit of 7, found credit of 8."
    }


def test_a_reversal_of_what_is_not_there(bakery, rewrite):
    tamper("UPDATE credit_transaction SET reverses = 4711 WHERE owner_id = :o AND entry_no = 11", o=bakery)
    rewrite(bakery)
    assert found()[OPPOSITE].startswith(
        "Entry 11 of Bakery's wallet: the entry that it reverses is not there."
    )


def test_an_entry_without_its_wallet(bakery):
    tamper("DELETE FROM wallet WHERE owner_id = :o", o=bakery)
    assert found()[WALLETS] == "Entry 1 of Bakery's wallet: the wallet that it belongs to is not there."


def test_a_debit_of_a_campaign_without_messages(bakery):
    campaign = make_campaign(owner_id=bakery, name="Air")
    write(bakery, -3, ReasonCode.CAMPAIGN, campaign_id=campaign.id)
    assert found() == {
        DEBITS: "Entry 12 of Bakery's wallet: the campaign that it pays for has no message (Air)."
    }


def test_a_campaign_that_nobody_paid_for(bakery):
    campaign = make_campaign(owner_id=bakery, name="Free lunch")
    make_message(campaign, status="queued")
    assert found() == {
        MESSAGES: f"Bakery's wallet: no debit pays for campaign {campaign.id},"
        " which has messages (Free lunch)."
    }


def test_what_the_platform_did_not_link_is_a_hint(bakery):
    campaign = make_campaign(owner_id=bakery)
    make_message(campaign)
    entry_id = write(bakery, -3, ReasonCode.CAMPAIGN)
    for kind, target_id in (("campaign", campaign.id), ("transaction", entry_id)):
        db.session.add(
            PlatformRef(owner_id=bakery, kind=kind, source_id=1, target_id=target_id, fingerprint=0)
        )
    db.session.commit()
    hints = [outcome for outcome in queries.verify() if outcome.broken]
    assert [(hint.is_hint, hint.broken, hint.is_passed) for hint in hints] == [(True, 1, True)] * 2


def test_one_owner_alone(bakery):
    florist = make_owner(name="Clean").id
    write(florist, 5)
    tamper("UPDATE wallet SET balance_credits = 1 WHERE owner_id = :o", o=bakery)
    assert set(found()) == set(found(bakery)) == {SUM}
    assert found(florist) == {}


def test_no_such_owner(committed):
    with pytest.raises(Missing, match="No owner has the number 7"):
        found(7)


def test_of_many_the_first_are_named_and_all_are_counted(bakery):
    for _ in range(MOST + 5):
        write(bakery, 1)
    tamper("UPDATE credit_transaction SET note = 'x' WHERE owner_id = :o", o=bakery)
    [outcome] = [outcome for outcome in queries.verify() if outcome.broken]
    assert (outcome.broken, len(outcome.findings)) == (11 + MOST + 5, MOST)
    assert [finding.entry_no for finding in outcome.findings] == list(range(1, MOST + 1))


def test_who_writes_meanwhile_breaks_nothing_and_waits_for_nobody(app, bakery):
    ended = Event()

    def client(_: int) -> int:
        written = 0
        with app.app_context():
            while not ended.is_set():
                write(bakery, 1)
                written += 1
        return written

    with ThreadPoolExecutor(4) as pool:
        clients = [pool.submit(client, n) for n in range(4)]
        try:
            rounds = [found() for _ in range(10)]
        finally:
            ended.set()
        written = sum(one.result() for one in clients)
    assert rounds == [{}] * 10
    assert written > 50
    assert db.session.scalar(select(func.count()).where(CreditTransaction.owner_id == bakery)) == 11 + written


def test_all_checks_see_the_ledgers_at_one_instant(bakery):
    outcomes = queries.verify()
    seen = [next(outcomes)]
    tamper("UPDATE credit_transaction SET note = 'x' WHERE owner_id = :o", o=bakery)
    seen += outcomes
    assert len(seen) == len(CHECKS)
    assert all(outcome.is_passed for outcome in seen)
    assert set(found()) == {HASHES}


def test_it_writes_nothing(bakery):
    tables = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
    flush = "SELECT pg_stat_force_next_flush()"
    with db.engine.connect() as connection:
        connection.execute(text(flush))
        connection.commit()
        before = connection.scalar(text(tables))
        connection.commit()
        found()
        connection.execute(text(flush))
        connection.commit()
        assert connection.scalar(text(tables)) == before


def test_a_debit_that_was_given_back_needs_no_messages(bakery):
    campaign = make_campaign(owner_id=bakery, name="Air")
    debit = write(bakery, -3, ReasonCode.CAMPAIGN, campaign_id=campaign.id)
    write(bakery, 3, ReasonCode.REVERSAL, campaign_id=campaign.id, reverses=debit)
    write(bakery, -2, ReasonCode.CAMPAIGN, campaign_id=campaign.id)
    write(bakery, 2, ReasonCode.CORRECTION, campaign_id=campaign.id)
    assert found() == {}
