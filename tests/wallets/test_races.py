"""Two people at one wallet, request or limit at the same instant: one of them gets it, the other is told.

Each race holds the row that decides until all its runners wait for it, so that they do meet.
"""

from collections import Counter
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from dashboard.audit.models import AuditEvent
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.wallets.adjustments.commands import Limits, NeedsApproval, adjust_credits
from dashboard.wallets.adjustments.models import AdjustmentDay
from dashboard.wallets.approvals.commands import (
    approve_request,
    reject_request,
    request_adjustment,
    withdraw_request,
)
from dashboard.wallets.approvals.models import AdjustmentRequest
from dashboard.wallets.commands import Entry, Moved, Movement, reversal_of, write_entry
from dashboard.wallets.models import CreditTransaction, ReasonCode
from tests.factories import PASSWORD, make_wallet
from tests.wallets.racing import at_once, make_admin, race
from tests.wallets.test_commands import assert_chain_holds, balance, ledger

WALLET = "SELECT FROM wallet WHERE owner_id = :owner_id FOR UPDATE"
REQUEST = "SELECT FROM adjustment_request WHERE id = :id FOR UPDATE"
DAY = "SELECT FROM adjustment_day WHERE staff_id = :staff_id FOR UPDATE"
TODAY = date(2026, 11, 20)
WIDE = Limits(single_credits=1_000_000, daily_credits=1_000_000)


def movement(owner_id: int, change: int, staff_id: int | None = None, key: UUID | None = None) -> Movement:
    return Movement(owner_id, change, ReasonCode.GOODWILL, key or uuid4(), staff_id)


def outcomes(answers: list) -> Counter:
    """How often each kind of answer was given; a refusal by its sentence."""
    return Counter(a.sentence if isinstance(a, DomainError) else type(a).__name__ for a in answers)


def written(answers: list) -> list[Entry]:
    return [a for a in answers if isinstance(a, Entry) and not a.is_repeat]


@pytest.fixture
def asked(committed):
    """A request over 500 credits, the wallet's number, and who asked."""
    owner_id, asker = make_wallet(balance_credits=100).owner_id, make_admin()
    return request_adjustment(movement(owner_id, 500, asker)).id, owner_id, asker


def status(request_id: int) -> str:
    db.session.rollback()
    return db.session.scalar(select(AdjustmentRequest.status).where(AdjustmentRequest.id == request_id))


def audits(action: str) -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action))


def test_two_approvals_at_once_apply_once(app, asked):
    request_id, owner_id, _ = asked
    admins = [make_admin() for _ in range(4)]
    answers = race(
        app,
        [
            lambda admin=admin: approve_request(owner_id, request_id, password=PASSWORD, actor_id=admin)
            for admin in admins
        ],
        at=REQUEST,
        id=request_id,
    )
    assert outcomes(answers) == {
        "Entry": 1,
        "That request was approved already. Nothing was changed.": 3,
    }
    assert status(request_id) == "approved"
    assert (balance(owner_id), len(ledger(owner_id)), audits("wallet.approve")) == (600, 2, 1)
    assert_chain_holds(owner_id)


def test_the_same_admins_double_click_approves_once_and_gets_the_same_entry(app, asked):
    request_id, owner_id, _ = asked
    admin = make_admin()
    answers = race(
        app,
        [lambda: approve_request(owner_id, request_id, password=PASSWORD, actor_id=admin)] * 3,
        at=REQUEST,
        id=request_id,
    )
    assert {a.entry_no for a in answers} == {2}
    assert sorted(a.is_repeat for a in answers) == [False, True, True]
    assert status(request_id) == "approved"
    assert (balance(owner_id), len(ledger(owner_id)), audits("wallet.approve")) == (600, 2, 1)


@pytest.mark.parametrize("by", ["another", "the one who asked"])
def test_a_request_is_approved_or_turned_down_and_never_both(app, asked, by):
    request_id, owner_id, asker = asked
    admin, other = make_admin(), make_admin()
    turned_down = "rejected" if by == "another" else "withdrawn"

    def turn_down():
        if by == "another":
            return reject_request(owner_id, request_id, reason="Not agreed", actor_id=other)
        return withdraw_request(owner_id, request_id, actor_id=asker)

    approval, refusal = race(
        app,
        [lambda: approve_request(owner_id, request_id, password=PASSWORD, actor_id=admin), turn_down],
        at=REQUEST,
        id=request_id,
    )
    if isinstance(approval, Entry):
        assert refusal.sentence == "That request was approved already. Nothing was changed."
        assert (status(request_id), balance(owner_id), len(ledger(owner_id))) == ("approved", 600, 2)
    else:
        assert refusal is None
        assert approval.sentence == f"That request was {turned_down} already. Nothing was changed."
        assert (status(request_id), balance(owner_id), len(ledger(owner_id))) == (turned_down, 100, 1)


def test_one_form_asked_twice_at_once_is_one_request(app, committed):
    owner_id, asker = make_wallet(balance_credits=100).owner_id, make_admin()
    form = movement(owner_id, 500, asker)
    answers = at_once(app, [lambda: request_adjustment(form)] * 8)
    assert len({answer.id for answer in answers}) == 1
    assert sorted(answer.is_repeat for answer in answers) == [False] + [True] * 7
    assert audits("wallet.request") == 1


def test_a_reversal_and_a_debit_do_not_both_take_what_suffices_for_one(app, committed):
    owner_id, admin = make_wallet().owner_id, make_admin()
    bought = write_entry(movement(owner_id, 100, admin))
    answers = race(
        app,
        [
            lambda: write_entry(reversal_of(owner_id, bought.id, note=None, key=uuid4(), actor_id=admin)),
            lambda: write_entry(movement(owner_id, -100, admin)),
        ],
        at=WALLET,
        owner_id=owner_id,
    )
    assert outcomes(answers) == {"Entry": 1, "The wallet holds 0 credits: 100 too few.": 1}
    db.session.rollback()
    assert balance(owner_id) == 0
    assert len(ledger(owner_id)) == 2
    assert_chain_holds(owner_id)


@pytest.mark.parametrize("change", [100, -100])
def test_of_reversals_at_once_one_is_written(app, committed, change):
    owner_id, admin = make_wallet(balance_credits=1_000).owner_id, make_admin()
    mistake = write_entry(movement(owner_id, change, admin))

    def reverse():
        return write_entry(reversal_of(owner_id, mistake.id, note=None, key=uuid4(), actor_id=admin))

    answers = race(app, [reverse] * 6, at=WALLET, owner_id=owner_id)
    assert outcomes(answers) == {"Entry": 1, "That entry was already reversed.": 5}
    db.session.rollback()
    assert balance(owner_id) == 1_000
    assert len(ledger(owner_id)) == 3
    assert_chain_holds(owner_id)


def test_an_approved_reversal_and_another_ones_are_one(app, committed):
    owner_id, asker, admin = make_wallet(balance_credits=1_000).owner_id, make_admin(), make_admin()
    mistake = write_entry(movement(owner_id, 100, asker))

    def reversal() -> Movement:
        return reversal_of(owner_id, mistake.id, note=None, key=uuid4(), actor_id=asker)

    request = request_adjustment(reversal())
    answers = race(
        app,
        [
            lambda: approve_request(owner_id, request.id, password=PASSWORD, actor_id=admin),
            lambda: write_entry(reversal()),
        ],
        at=WALLET,
        owner_id=owner_id,
    )
    assert outcomes(answers) == {"Entry": 1, "That entry was already reversed.": 1}
    # Whose approval came second finds the request as it was.
    assert status(request.id) == ("approved" if isinstance(answers[0], Entry) else "pending")
    assert balance(owner_id) == 1_000
    assert_chain_holds(owner_id)


def test_many_small_adjustments_at_once_stay_within_the_days_limit(app, committed):
    """Each at a wallet of its own, so that nothing but the limit holds them back."""
    admin, limits = make_admin(), Limits(single_credits=1_000, daily_credits=500)
    owners = [make_wallet(balance_credits=1_000).owner_id for _ in range(10)]

    def adjust(owner_id: int, change: int = -100):
        return adjust_credits(movement(owner_id, change, admin), limits=limits, day=TODAY)

    adjust(owners[0], 100)
    answers = race(
        app, [lambda owner_id=owner_id: adjust(owner_id) for owner_id in owners], at=DAY, staff_id=admin
    )
    assert Counter(type(a) for a in answers) == {Entry: 4, NeedsApproval: 6}
    db.session.rollback()
    assert db.session.scalar(select(AdjustmentDay.credits)) == 500
    assert sum(balance(owner_id) for owner_id in owners) == 10 * 1_000 + 100 - 4 * 100
    for owner_id in owners:
        assert_chain_holds(owner_id)


def test_a_days_first_adjustments_at_once_are_all_counted(app, committed):
    admin, limits = make_admin(), Limits(single_credits=1_000, daily_credits=500)
    owners = [make_wallet(balance_credits=1_000).owner_id for _ in range(10)]
    answers = at_once(
        app,
        [
            lambda owner_id=owner_id: adjust_credits(movement(owner_id, 100, admin), limits=limits, day=TODAY)
            for owner_id in owners
        ],
    )
    assert Counter(type(a) for a in answers) == {Entry: 5, NeedsApproval: 5}
    db.session.rollback()
    assert db.session.scalar(select(AdjustmentDay.credits)) == 500
    assert sum(balance(owner_id) for owner_id in owners) == 10 * 1_000 + 500


def test_one_form_sent_at_once_counts_once_towards_the_limit(app, committed):
    owner_id, admin = make_wallet(balance_credits=1_000).owner_id, make_admin()
    form = movement(owner_id, -100, admin)
    limits = Limits(single_credits=1_000, daily_credits=100)
    answers = race(
        app,
        [lambda: adjust_credits(form, limits=limits, day=TODAY)] * 8,
        at=WALLET,
        owner_id=owner_id,
    )
    assert sorted(a.is_repeat for a in answers) == [False] + [True] * 7
    db.session.rollback()
    assert db.session.scalar(select(AdjustmentDay.credits)) == 100
    assert balance(owner_id) == 900


def test_of_two_who_confirm_the_same_preview_one_is_told_that_the_wallet_moved(app, committed):
    owner_id = make_wallet(balance_credits=1_000).owner_id
    admins = [make_admin() for _ in range(5)]
    answers = race(
        app,
        [
            lambda admin=admin: adjust_credits(
                movement(owner_id, -100, admin), limits=WIDE, day=TODAY, seen_entry_no=1
            )
            for admin in admins
        ],
        at=WALLET,
        owner_id=owner_id,
    )
    assert Counter(type(a) for a in answers) == {Entry: 1, Moved: 4}
    db.session.rollback()
    assert balance(owner_id) == 900
    assert len(ledger(owner_id)) == 2
    # Nothing remains of those who were told: not even towards their limits.
    assert db.session.scalars(select(AdjustmentDay.credits)).all() == [100]


def test_16_adjustments_at_once_under_8_keys_are_8_entries(app, committed):
    """A double click of each of eight people: nobody's is lost and none counts twice."""
    owner_id = make_wallet(balance_credits=1_000).owner_id
    forms = [movement(owner_id, -10 * n, make_admin()) for n in range(1, 9)]
    answers = at_once(app, [lambda form=form: write_entry(form) for form in forms for _ in range(2)])
    assert len(written(answers)) == 8
    assert len({answer.entry_no for answer in answers}) == 8
    db.session.rollback()
    assert balance(owner_id) == 1_000 - 10 * sum(range(1, 9))
    assert db.session.scalar(select(func.count()).select_from(CreditTransaction)) == 9
    assert_chain_holds(owner_id)
