"""The ledger: nothing is lost, nothing invented, nothing overdrawn."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from dashboard.audit.commands import record
from dashboard.audit.models import AuditEvent
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.core.transactions import command
from dashboard.wallets.commands import Moved, Movement, ensure_wallet, reversal_of, write_entry
from dashboard.wallets.models import CreditTransaction, ReasonCode, Wallet, WalletDay
from tests.factories import NOON, make_owner, make_staff, make_wallet


def adjust(owner_id: int, amount: int, actor_id: int | None = None, key: UUID | None = None, **values):
    given = {"reason_code": ReasonCode.GOODWILL, "idempotency_key": key or uuid4(), "staff_id": actor_id}
    return write_entry(Movement(owner_id, amount, **(given | values)))


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
    with pytest.raises(DomainError, match="used for something else"):
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
    wallet = make_wallet()
    with pytest.raises(IntegrityError, match="wallet_id"):
        db.session.execute(
            text(
                "INSERT INTO credit_transaction (owner_id, entry_no, type, amount_credits,"
                " balance_after_credits, reason_code, idempotency_key)"
                " VALUES (:owner_id, 1, 'credit', 1, 1, 'other', gen_random_uuid())"
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


def insert_entry(wallet, **values) -> None:
    """Write an entry past the command."""
    given = {"owner_id": wallet.owner_id, "wallet_id": wallet.id, "type": "credit", "amount_credits": 5}
    given |= {"reason_code": "other", "idempotency_key": uuid4()}
    db.session.execute(insert(CreditTransaction).values(given | values))


@pytest.mark.parametrize(
    "values",
    [
        {"entry_no": 2, "balance_after_credits": 16},
        {"entry_no": 2, "balance_after_credits": 5, "type": "debit", "amount_credits": 4},
        {"entry_no": 3, "balance_after_credits": 15},
        {"entry_no": 1, "balance_after_credits": 15},
    ],
)
def test_the_database_refuses_an_entry_that_does_not_follow(session, values):
    with pytest.raises(IntegrityError, match="does not follow from the one before it"):
        insert_entry(make_wallet(balance_credits=10), **values)


def test_the_database_refuses_a_balance_that_no_entry_states(committed):
    wallet = make_wallet(balance_credits=10)
    db.session.execute(update(Wallet).where(Wallet.id == wallet.id).values(balance_credits=11))
    with pytest.raises(IntegrityError, match="not what its ledger states"):
        db.session.commit()
    db.session.rollback()
    insert_entry(wallet, entry_no=2, balance_after_credits=15)
    db.session.execute(
        update(Wallet).where(Wallet.id == wallet.id).values(balance_credits=15, last_entry_no=2)
    )
    db.session.commit()


def test_time_never_goes_back_within_a_ledger(session):
    wallet = make_wallet(balance_credits=10)
    insert_entry(wallet, entry_no=2, balance_after_credits=15, created_at=NOON)
    first, second = rows_of("created_at", wallet.owner_id)
    assert NOON < first.created_at == second.created_at


def test_an_outsider_can_recompute_the_hashes(session):
    owner_id, admin = make_wallet(balance_credits=10).owner_id, make_staff()
    for note in (None, 'Quotes " and \\ and \n, Ελληνικά, 🎉, \x7f'):
        adjust(owner_id, 5, admin.id, note=note)
    entries = rows_of(
        "owner_id id entry_no type amount_credits balance_after_credits reason_code note campaign_id"
        " staff_id idempotency_key reverses created_at hash",
        owner_id,
    )
    before = b""
    for *values, key, reverses, created_at, kept in entries:
        since_1970 = (created_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        form = json.dumps([*values, str(key), reverses, since_1970], ensure_ascii=False)
        before = hashlib.sha256(before + form.encode()).digest()
        assert before == kept


def rows_of(names: str, owner_id: int):
    """These columns of an owner's entries, in their order."""
    return db.session.execute(
        select(*(getattr(CreditTransaction, name) for name in names.split()))
        .where(CreditTransaction.owner_id == owner_id)
        .order_by(CreditTransaction.entry_no)
    ).all()


def test_the_sums_of_a_day_are_those_of_its_entries(session):
    owner_id = make_wallet(balance_credits=100).owner_id
    adjust(owner_id, -3)
    adjust(owner_id, -4)
    adjust(owner_id, 5, reason_code=ReasonCode.REFUND)
    sums = select(WalletDay.type, WalletDay.reason_code, WalletDay.entries, WalletDay.credits)
    assert sorted(db.session.execute(sums.where(WalletDay.owner_id == owner_id)).all()) == [
        ("credit", "purchase", 1, 100),
        ("debit", "goodwill", 2, 7),
        ("refund", "refund", 1, 5),
    ]


def test_an_entry_is_reversed_once_by_its_opposite(session):
    owner_id = make_wallet(balance_credits=100).owner_id
    debit = adjust(owner_id, -30)

    def reverse():
        return write_entry(reversal_of(owner_id, debit.id, note=None, key=uuid4(), actor_id=make_staff().id))

    undone = reverse()
    assert (undone.change_credits, undone.balance_after_credits) == (30, 100)
    assert rows_of("reverses", owner_id)[-1].reverses == debit.id
    with pytest.raises(DomainError, match="already reversed"):
        reverse()
    assert balance(owner_id) == 100


def test_a_reversal_that_would_overdraw_is_refused_with_the_shortfall(session):
    owner_id = make_wallet().owner_id
    credit = adjust(owner_id, 50)
    adjust(owner_id, -20)
    with pytest.raises(DomainError, match="holds 30 credits: 20 too few"):
        write_entry(reversal_of(owner_id, credit.id, note=None, key=uuid4(), actor_id=make_staff().id))


def test_the_database_refuses_a_reversal_that_is_not_the_opposite(session):
    wallet = make_wallet(balance_credits=10)
    (first,) = rows_of("id", wallet.owner_id)
    with pytest.raises(IntegrityError, match="not the opposite"):
        insert_entry(wallet, entry_no=2, balance_after_credits=15, reverses=first.id)


def test_what_was_confirmed_on_another_balance_is_not_written(session):
    owner_id = make_wallet(balance_credits=10).owner_id

    def confirm():
        write_entry(Movement(owner_id, -1, ReasonCode.OTHER, uuid4(), None), seen_entry_no=1)

    confirm()
    with pytest.raises(Moved, match="moved meanwhile"):
        confirm()
    assert balance(owner_id) == 9


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
