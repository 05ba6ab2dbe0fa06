"""Write the ledger. The only file that does."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from dashboard.audit.commands import record
from dashboard.core.db import AnyRow, db
from dashboard.core.errors import DomainError
from dashboard.core.transactions import command
from dashboard.wallets.models import CreditTransaction, EntryType, ReasonCode, Wallet


@dataclass(frozen=True)
class Entry:
    """A line of the ledger as it was written."""

    id: int
    entry_no: int
    type: str
    amount_credits: int
    balance_after_credits: int
    is_repeat: bool = False  #: the key had been used: this is the first entry, nothing was written

    @property
    def change_credits(self) -> int:
        """The amount with its sign."""
        return -self.amount_credits if self.type == EntryType.DEBIT else self.amount_credits


@command
def ensure_wallet(owner_id: int) -> int:
    """The number of the owner's wallet, made if there is none. A thousand callers make one.

    Raises:
        DomainError: no such owner.
    """
    made: int | None = db.session.scalar(
        insert(Wallet)
        .values(owner_id=owner_id)
        .on_conflict_do_nothing(index_elements=["owner_id"])
        .returning(Wallet.id)
    )
    if made is not None:
        record("wallet.create", f"wallet:{made}", staff_id=None, owner_id=owner_id)
        return made
    return db.session.execute(select(Wallet.id).where(Wallet.owner_id == owner_id)).scalar_one()


def adjust_credits(
    owner_id: int,
    amount_credits: int,
    *,
    reason_code: ReasonCode,
    note: str | None,
    idempotency_key: UUID,
    actor_id: int,
) -> Entry:
    """Add credits to an owner's wallet; a negative `amount_credits` takes them away.

    The same key with the same content answers the first entry and writes nothing.

    Raises:
        DomainError: the balance would fall below zero (says by how much), the key was used for
            something else, or there is no such owner.
    """
    wanted = _Wanted(owner_id, amount_credits, reason_code, note, idempotency_key, actor_id)
    try:
        return _adjust(wanted)
    except _WrittenMeanwhile:
        # A twin of this request was first. Now its entry is there to be answered.
        return _adjust(wanted)


@dataclass(frozen=True)
class _Wanted:
    owner_id: int
    amount_credits: int
    reason_code: ReasonCode
    note: str | None
    idempotency_key: UUID
    actor_id: int

    @property
    def type(self) -> EntryType:
        if self.amount_credits < 0:
            return EntryType.DEBIT
        return EntryType.REFUND if self.reason_code == ReasonCode.REFUND else EntryType.CREDIT


class _WrittenMeanwhile(DomainError):
    """Another request with the same key wrote its entry while this one waited for the wallet."""


@command
def _adjust(wanted: _Wanted) -> Entry:
    if wanted.amount_credits == 0:
        raise DomainError("Enter a number other than zero.", field="amount_credits")
    if first := _first_of(wanted):
        return _repeated(first, wanted)
    written = _write(wanted)
    if written is None and wanted.amount_credits > 0 and not _first_of(wanted):
        # A credit is refused by no balance: the owner has no wallet yet, and this makes it.
        ensure_wallet(wanted.owner_id)
        written = _write(wanted)
    if written is None:
        if _first_of(wanted):
            raise _WrittenMeanwhile("This adjustment was already applied.")
        raise _overdraft(wanted)
    record(
        "wallet.adjust",
        f"credit_transaction:{written.id}",
        staff_id=wanted.actor_id,
        owner_id=wanted.owner_id,
        before={"balance_credits": written.balance_after_credits - wanted.amount_credits},
        after={
            "balance_credits": written.balance_after_credits,
            "reason_code": wanted.reason_code,
            "note": wanted.note,
        },
    )
    return Entry(*written)


_ENTRY = (
    CreditTransaction.id,
    CreditTransaction.entry_no,
    CreditTransaction.type,
    CreditTransaction.amount_credits,
    CreditTransaction.balance_after_credits,
)


def _write(wanted: _Wanted) -> AnyRow | None:
    """Move the balance and write its entry; None where the balance is too low or the key is taken.

    One statement reads, locks and writes the wallet's row, so two adjustments cannot lose each
    other, and the numbers of the entries have no gap.
    """
    moved = (
        update(Wallet)
        .where(Wallet.owner_id == wanted.owner_id, Wallet.balance_credits + wanted.amount_credits >= 0)
        .values(
            balance_credits=Wallet.balance_credits + wanted.amount_credits,
            last_entry_no=Wallet.last_entry_no + 1,
            updated_at=func.now(),
        )
        .returning(Wallet.owner_id, Wallet.id, Wallet.last_entry_no, Wallet.balance_credits)
        .cte("moved")
    )
    values = {
        "owner_id": moved.c.owner_id,
        "wallet_id": moved.c.id,
        "entry_no": moved.c.last_entry_no,
        "balance_after_credits": moved.c.balance_credits,
        "type": literal(str(wanted.type)),
        "amount_credits": literal(abs(wanted.amount_credits)),
        "reason_code": literal(str(wanted.reason_code)),
        "note": literal(wanted.note),
        "staff_id": literal(wanted.actor_id),
        "idempotency_key": literal(wanted.idempotency_key),
    }
    return db.session.execute(
        insert(CreditTransaction)
        .from_select(list(values), select(*values.values()))
        .on_conflict_do_nothing(index_elements=["owner_id", "wallet_id", "idempotency_key"])
        .returning(*_ENTRY)
    ).one_or_none()


def _first_of(wanted: _Wanted) -> AnyRow | None:
    """The entry that was written under this key, if any."""
    wallet_id = select(Wallet.id).where(Wallet.owner_id == wanted.owner_id).scalar_subquery()
    return db.session.execute(
        select(*_ENTRY, CreditTransaction.reason_code, CreditTransaction.note).where(
            CreditTransaction.owner_id == wanted.owner_id,
            CreditTransaction.wallet_id == wallet_id,
            CreditTransaction.idempotency_key == wanted.idempotency_key,
        )
    ).one_or_none()


def _repeated(first: AnyRow, wanted: _Wanted) -> Entry:
    content = (wanted.type, abs(wanted.amount_credits), wanted.reason_code, wanted.note)
    if (first.type, first.amount_credits, first.reason_code, first.note) != content:
        raise DomainError("This form was used for another adjustment already. Reload the page for a new one.")
    return Entry(
        first.id,
        first.entry_no,
        first.type,
        first.amount_credits,
        first.balance_after_credits,
        is_repeat=True,
    )


def _overdraft(wanted: _Wanted) -> DomainError:
    """The refusal, with what is missing. The balance is read after the fact: it is a hint, no lock."""
    balance = db.session.scalar(select(Wallet.balance_credits).where(Wallet.owner_id == wanted.owner_id)) or 0
    shortfall = -wanted.amount_credits - balance
    return DomainError(
        f"The wallet holds {balance:,} credits: {shortfall:,} too few.", field="amount_credits"
    )
