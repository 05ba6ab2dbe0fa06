from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import event

from dashboard.core.db import db
from dashboard.wallets.statements.queries import MOST_ENTRIES, Statement, statement
from tests.factories import make_campaign, make_owner
from tests.wallets.statements.ledgers import append, make_ledger, tamper

ATHENS = "Europe/Athens"
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def october(owner, zone: str = ATHENS) -> Statement:
    return statement(owner.id, FIRST, LAST, zone)


def figures(made: Statement) -> tuple[int, int, int, int]:
    return made.opening_credits, made.in_credits, made.out_credits, made.closing_credits


def test_an_owner_without_a_wallet_gets_zeros(session):
    made = october(make_owner())
    assert figures(made) == (0, 0, 0, 0)
    assert (made.wallet_id, made.lines, made.foots) == (None, [], True)


def test_it_foots_from_the_balance_before_to_the_balance_after(session):
    owner = make_owner()
    make_ledger(
        owner,
        (at("2026-09-15 12:00"), 1_000),
        (at("2026-10-02 12:00"), 500),
        (at("2026-10-20 12:00"), -200),
        (at("2026-11-15 12:00"), 77),
    )
    make_ledger(make_owner(), (at("2026-10-03 12:00"), 9))
    made = october(owner)
    assert figures(made) == (1_000, 500, 200, 1_300)
    assert [
        (line.entry_no, line.in_credits, line.out_credits, line.balance_credits) for line in made.lines
    ] == [
        (2, 500, 0, 1_500),
        (3, 0, 200, 1_300),
    ]
    assert (made.entries, made.is_daily, made.foots) == (2, False, True)


def test_a_period_without_entries_closes_as_it_opened(session):
    owner = make_owner()
    make_ledger(owner, (at("2026-09-15 12:00"), 40))
    made = october(owner)
    assert figures(made) == (40, 0, 0, 40)
    assert made.wallet_id
    assert made.foots


def test_the_days_are_those_of_the_zone_to_the_microsecond(session):
    owner = make_owner()
    # October in Athens begins at UTC+3 and ends at UTC+2.
    make_ledger(
        owner,
        (at("2026-09-30 20:59:59.999999"), 1),
        (at("2026-09-30 21:00:00"), 20),
        (at("2026-10-31 21:59:59.999999"), 300),
        (at("2026-10-31 22:00:00"), 4_000),
    )
    assert figures(october(owner)) == (1, 320, 0, 321)
    assert figures(october(owner, "UTC")) == (21, 4_300, 0, 4_321)


def test_a_refund_comes_in_and_a_line_says_what_it_is_for(session):
    owner = make_owner()
    campaign = make_campaign(owner, name="Black Friday")
    make_ledger(owner, (at("2026-10-02 12:00"), 50))
    values = {"type": "refund", "reason_code": "refund", "note": "3 failed", "campaign_id": campaign.id}
    append(owner.id, (at("2026-10-03 12:00"), 3), **values)
    made = october(owner)
    assert figures(made) == (0, 53, 0, 53)
    line = made.lines[1]
    assert (line.campaign_name, line.reason_code, line.note) == ("Black Friday", "refund", "3 failed")


def test_entries_of_one_instant_keep_their_order(session):
    owner = make_owner()
    noon = at("2026-10-02 12:00")
    make_ledger(owner, *[(noon, n) for n in (5, 7, -3, 4)])
    made = october(owner)
    assert [line.balance_credits for line in made.lines] == [5, 12, 9, 13]
    assert made.foots


def test_more_than_a_thousand_entries_become_a_line_a_day(session):
    owner = make_owner()
    start = at("2026-10-01 00:00")
    changes = [(start + timedelta(minutes=30 * n), 3 if n % 3 else -1) for n in range(MOST_ENTRIES)]
    make_ledger(owner, (at("2026-09-01 12:00"), 10), *changes)
    one_by_one = october(owner)
    assert not one_by_one.is_daily
    assert len(one_by_one.lines) == one_by_one.entries == MOST_ENTRIES

    append(owner.id, (at("2026-10-31 12:00"), 100))
    made = october(owner)
    assert made.is_daily
    assert made.foots
    assert (made.opening_credits, made.entries) == (10, MOST_ENTRIES + 1)
    first, *_, last = made.lines
    # From midnight in UTC, which is 3 o'clock in Athens, there are 42 half hours.
    assert (first.day, first.entries, first.in_credits, first.out_credits) == (FIRST, 42, 84, 14)
    assert first.balance_credits == 10 + 84 - 14
    assert (last.day, last.entries, last.in_credits, last.balance_credits) == (
        LAST,
        1,
        100,
        made.closing_credits,
    )
    assert sum(line.entries for line in made.lines) == made.entries
    assert sum(line.in_credits for line in made.lines) == made.in_credits
    assert sum(line.out_credits for line in made.lines) == made.out_credits


@pytest.mark.parametrize(
    "crime",
    [
        "UPDATE credit_transaction SET amount_credits = 400 WHERE owner_id = {} AND entry_no = 2",
        "UPDATE credit_transaction SET balance_after_credits = 1499 WHERE owner_id = {} AND entry_no = 2",
        "UPDATE credit_transaction SET type = 'debit' WHERE owner_id = {} AND entry_no = 2",
        "UPDATE credit_transaction SET created_at = '2026-11-30Z' WHERE owner_id = {} AND entry_no = 2",
        "DELETE FROM credit_transaction WHERE owner_id = {} AND entry_no = 2",
        "UPDATE credit_transaction SET balance_after_credits = 1 WHERE owner_id = {} AND entry_no = 1",
    ],
)
def test_a_ledger_that_was_tampered_with_does_not_foot(session, crime):
    owner = make_owner()
    make_ledger(
        owner,
        (at("2026-09-15 12:00"), 1_000),
        (at("2026-10-02 12:00"), 500),
        (at("2026-10-20 12:00"), -200),
    )
    assert october(owner).foots
    tamper(crime.format(owner.id))
    assert not october(owner).foots


def test_two_changes_that_outweigh_each_other_do_not_foot_either(session):
    owner = make_owner()
    make_ledger(owner, *[(at(f"2026-10-0{n} 12:00"), 100) for n in range(1, 4)])
    tamper(
        "UPDATE credit_transaction SET amount_credits = CASE entry_no WHEN 1 THEN 90 ELSE 110 END"
        f" WHERE owner_id = {owner.id} AND entry_no < 3"
    )
    made = october(owner)
    assert made.sum_credits == made.closing_credits == 300
    assert not made.foots


@pytest.mark.parametrize("before", [3, MOST_ENTRIES + 1])
def test_an_entry_that_is_written_while_the_statement_is_read_is_not_in_it(app, committed, before):
    owner = make_owner()
    start = at("2026-10-01 12:00")
    make_ledger(owner, *[(start + timedelta(minutes=n), 1) for n in range(before)])
    owner_id = owner.id
    written = []

    def write():
        with app.app_context():
            append(owner_id, (at("2026-10-31 12:00"), 5))

    def meanwhile(*_):
        if not written:
            written.append("once")
            thread = Thread(target=write)
            thread.start()
            thread.join()

    db.session.rollback()
    event.listen(db.engine, "after_cursor_execute", meanwhile)
    try:
        made = statement(owner_id, FIRST, LAST, ATHENS)
    finally:
        event.remove(db.engine, "after_cursor_execute", meanwhile)
    assert figures(made) == (0, before, 0, before)
    assert made.foots
    assert statement(owner_id, FIRST, LAST, ATHENS).closing_credits == before + 5
