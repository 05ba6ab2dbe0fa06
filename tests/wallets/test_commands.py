"""The ledger: nothing is lost, nothing invented, nothing overdrawn."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError

from dashboard.audit.commands import record
from dashboard.audit.models import AuditEvent
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.core.transactions import command
from dashboard.wallets.commands import adjust_credits, ensure_wallet
from dashboard.wallets.models import CreditTransaction, ReasonCode, Wallet
from tests.factories import make_owner, make_staff, make_wallet


def adjust(owner_id: int, amount: int, actor_id: int | None = None, key: UUID | None = None, **values):
    given = {"reason_code": ReasonCode.GOODWILL, "note": None}
    return adjust_credits(
        owner_id, amount, idempotency_key=key or uuid4(), actor_id=actor_id, **(given | values)
    )


def balance(owner_id: int) -> int:
    return db.session.scalar(select(Wallet.balance_credits).where(Wallet.owner_id == owner_id))


def ledger(owner_id: int):
    columns = (
        CreditTransaction.entry_no,
        CreditTransaction.type,
        CreditTransaction.amount_credits,
        CreditTransaction.balance_after_credits,
    )
    return db.session.execute(
        select(*columns).where(CreditTransaction.owner_id == owner_id).order_by(CreditTransaction.entry_no)
    ).all()


def assert_chain_holds(owner_id: int) -> None:
    running = 0
    for n, entry in enumerate(ledger(owner_id), start=1):
        running += -entry.amount_credits if entry.type == "debit" else entry.amount_credits
        assert (entry.entry_no, entry.balance_after_credits) == (n, running)
    assert running == balance(owner_id)


def test_an_adjustment_moves_the_balance_and_writes_its_entry(session):
    wallet, admin = make_wallet(balance_credits=100), make_staff()
    entry = adjust(wallet.owner_id, -30, admin.id, note="As agreed by phone")
    assert (entry.type, entry.amount_credits, entry.balance_after_credits, entry.entry_no) == (
        "debit",
        30,
        70,
        2,
    )
    assert balance(wallet.owner_id) == 70
    audit = db.session.scalars(select(AuditEvent)).one()
    assert (audit.action, audit.staff_id, audit.owner_id) == ("wallet.adjust", admin.id, wallet.owner_id)
    assert (audit.before, audit.after["balance_credits"]) == ({"balance_credits": 100}, 70)


def test_more_than_the_wallet_holds_is_refused_with_the_shortfall(session):
    wallet = make_wallet(balance_credits=50)
    with pytest.raises(DomainError, match="holds 50 credits: 70 too few"):
        adjust(wallet.owner_id, -120)
    assert balance(wallet.owner_id) == 50
    assert len(ledger(wallet.owner_id)) == 1


def test_the_same_key_is_applied_once(session):
    wallet, key = make_wallet(balance_credits=10), uuid4()
    first = adjust(wallet.owner_id, 5, key=key)
    again = adjust(wallet.owner_id, 5, key=key)
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert (again.id, again.balance_after_credits) == (first.id, 15)
    assert balance(wallet.owner_id) == 15


@pytest.mark.parametrize(
    "other", [{"amount": 6}, {"amount": -5}, {"note": "Other"}, {"reason_code": ReasonCode.PURCHASE}]
)
def test_the_same_key_with_other_content_is_refused(session, other):
    wallet, key = make_wallet(balance_credits=10), uuid4()
    adjust(wallet.owner_id, 5, key=key)
    with pytest.raises(DomainError, match="used for another adjustment"):
        adjust(wallet.owner_id, **({"amount": 5, "key": key} | other))
    assert balance(wallet.owner_id) == 15


def test_the_same_key_may_be_used_at_another_wallet(session):
    key, first, second = uuid4(), make_wallet(), make_wallet()
    adjust(first.owner_id, 5, key=key)
    assert not adjust(second.owner_id, 5, key=key).is_repeat


def test_an_owners_first_entry_makes_the_wallet(session):
    owner_id = make_owner().id
    assert adjust(owner_id, 5).entry_no == 1
    assert balance(owner_id) == 5


def test_of_no_owner_nothing_is_written(session):
    with pytest.raises(DomainError, match="owner is no longer there"):
        adjust(999, 5)
    assert db.session.scalar(select(func.count()).select_from(CreditTransaction)) == 0


def test_zero_is_no_adjustment(session):
    with pytest.raises(DomainError, match="other than zero"):
        adjust(make_wallet().owner_id, 0)


def test_a_transaction_without_a_wallet_cannot_be_written(session):
    wallet = make_wallet(balance_credits=1)
    with pytest.raises(IntegrityError, match="wallet_id"):
        db.session.execute(
            text(
                "INSERT INTO credit_transaction (owner_id, entry_no, type, amount_credits,"
                " balance_after_credits, reason_code, idempotency_key)"
                " VALUES (:owner_id, 2, 'credit', 1, 2, 'other', gen_random_uuid())"
            ),
            {"owner_id": wallet.owner_id},
        )


@pytest.mark.parametrize(
    "change", [update(CreditTransaction).values(amount_credits=1), delete(CreditTransaction)]
)
def test_the_ledger_is_never_edited(session, change):
    make_wallet(balance_credits=100)
    with pytest.raises(IntegrityError, match="would be lost"):
        db.session.execute(change)


def at_once(app, count: int, call):
    """What `count` threads get that call at once, each with a session of its own."""

    def one(n: int):
        with app.app_context():
            try:
                return call(n)
            except DomainError as error:
                return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_16_debits_at_once_lose_nothing_and_never_overdraw(app, committed):
    owner_id = make_wallet(balance_credits=100).owner_id
    outcomes = at_once(app, 16, lambda _: adjust(owner_id, -10))
    refused = [o for o in outcomes if isinstance(o, DomainError)]
    assert (len(outcomes) - len(refused), len(refused)) == (10, 6)
    assert all("10 too few" in error.sentence for error in refused)
    db.session.rollback()
    assert balance(owner_id) == 0
    assert len(ledger(owner_id)) == 11
    assert_chain_holds(owner_id)


def test_1600_debits_by_16_clients_lose_nothing(app, committed):
    """The reviewed platform lost 2,978 of 3,200 in such a run."""
    owner_id = make_wallet(balance_credits=10_000).owner_id

    def client(_: int) -> int:
        for _ in range(100):
            adjust(owner_id, -1)
        return 100

    assert sum(at_once(app, 16, client)) == 1600
    db.session.rollback()
    assert balance(owner_id) == 8_400
    assert_chain_holds(owner_id)


def test_one_key_at_once_is_applied_once(app, committed):
    owner_id, key = make_wallet(balance_credits=100).owner_id, uuid4()
    entries = at_once(app, 12, lambda _: adjust(owner_id, -10, key=key))
    assert {entry.id for entry in entries} == {entries[0].id}
    assert sorted(entry.is_repeat for entry in entries) == [False] + [True] * 11
    db.session.rollback()
    assert balance(owner_id) == 90
    assert_chain_holds(owner_id)


def test_an_owners_first_credits_at_once_are_all_there(app, committed):
    for _ in range(5):
        owner_id = make_owner().id
        entries = at_once(app, 8, lambda _, owner_id=owner_id: adjust(owner_id, 40))
        assert [entry.is_repeat for entry in entries] == [False] * 8
        db.session.rollback()
        assert balance(owner_id) == 320
        assert_chain_holds(owner_id)


def test_a_debit_makes_no_wallet(session):
    owner_id = make_owner().id
    with pytest.raises(DomainError, match="holds 0 credits: 5 too few"):
        adjust(owner_id, -5)
    assert balance(owner_id) is None


def test_1000_calls_of_ensure_wallet_make_one(app, committed):
    owner_id = make_owner().id

    def calls(_: int) -> set[int]:
        return {ensure_wallet(owner_id) for _ in range(50)}

    made = set().union(*at_once(app, 20, calls))
    assert len(made) == 1
    db.session.rollback()
    assert db.session.scalars(select(Wallet.id)).all() == list(made)


def test_a_wallet_needs_an_owner(session):
    with pytest.raises(DomainError, match="owner is no longer there"):
        ensure_wallet(999)


@command
def debit_and_fail(owner_id: int) -> None:
    """A larger change of which a debit is a part, and which fails after it."""
    record("test.fail", "wallet", staff_id=None)
    adjust(owner_id, -10)
    raise DomainError("Later, something else is refused.")


def test_a_debit_within_a_larger_change_stands_or_falls_with_it(committed):
    """The reviewed platform debited outside the transaction that the debit paid for."""
    owner_id = make_wallet(balance_credits=50).owner_id
    with pytest.raises(DomainError, match="something else"):
        debit_and_fail(owner_id)
    assert balance(owner_id) == 50
    assert len(ledger(owner_id)) == 1
