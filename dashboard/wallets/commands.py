"""Write the ledger. The only file that does.

Whatever moves credits (an adjustment, a campaign's debit, a refund, a reversal, an approved request) is a
`Movement` handed to `write_entry`, which joins the transaction that it is called in.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from dashboard.audit.commands import record, recorded
from dashboard.core.db import db
from dashboard.core.errors import DomainError, Missing
from dashboard.core.transactions import command
from dashboard.wallets.models import CreditTransaction, EntryType, ReasonCode, Wallet

REUSED = "This form was used for something else already. Reload the page for a new one."


@dataclass(frozen=True)
class Movement:
    """An entry to be written. The same key with the same content is written once."""

    owner_id: int
    change_credits: int  #: negative takes credits away
    reason_code: ReasonCode
    idempotency_key: UUID
    staff_id: int | None  #: who wants it; None for a program
    note: str | None = None
    campaign_id: int | None = None
    reverses: int | None = None  #: the `id` of the entry that it undoes

    @property
    def type(self) -> EntryType:
        if self.change_credits < 0:
            return EntryType.DEBIT
        return EntryType.REFUND if self.reason_code == ReasonCode.REFUND else EntryType.CREDIT


@dataclass(frozen=True)
class Entry:
    """A line of the ledger as it was written."""

    id: int
    entry_no: int
    type: str
    amount_credits: int
    balance_after_credits: int
    created_at: datetime
    is_repeat: bool  #: the key had been used: this is the first entry, nothing was written

    @property
    def change_credits(self) -> int:
        """The amount with its sign."""
        return -self.amount_credits if self.type == EntryType.DEBIT else self.amount_credits


class Moved(DomainError):
    """The wallet is not as the person saw it who confirmed the change."""


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


@command
def write_entry(
    movement: Movement,
    *,
    action: str = "wallet.adjust",
    seen_entry_no: int | None = None,
    recorded_for: int | None = None,
) -> Entry:
    """Move the balance, write the entry that says so, and its audit row: all of it, or nothing.

    The same key with the same content answers the first entry and writes nothing. With `seen_entry_no`,
    the number of the last entry that a person saw, it is written right after that entry or not at all.
    `action` names the audit row, `recorded_for` whose doing it was, where not `movement.staff_id`'s.

    Raises:
        Moved: another entry follows `seen_entry_no` already.
        DomainError: the balance would fall below zero (says by how much), the key was used for
            something else, the entry to reverse was reversed, or there is no such owner.
    """
    if movement.change_credits == 0:
        raise DomainError("Enter a number other than zero.", field="amount_credits")
    values = {
        "owner_id": movement.owner_id,
        "type": movement.type.value,
        "amount_credits": abs(movement.change_credits),
        "reason_code": movement.reason_code.value,
        "note": movement.note,
        "campaign_id": movement.campaign_id,
        "staff_id": movement.staff_id,
        "idempotency_key": movement.idempotency_key,
        "reverses": movement.reverses,
        "seen_entry_no": seen_entry_no,
        **recorded(action, staff_id=movement.staff_id if recorded_for is None else recorded_for),
    }
    found = db.session.execute(_WRITE, values).one()
    if found.outcome == "absent" and movement.change_credits > 0:
        # A credit is refused by no balance: it is the owner's first, and makes the wallet.
        ensure_wallet(movement.owner_id)
        found = db.session.execute(_WRITE, values).one()
    if found.outcome not in ("written", "repeated"):
        raise _refusal(found.outcome, movement, found.held_credits or 0)
    return Entry(
        found.id,
        found.entry_no,
        found.type,
        found.amount_credits,
        found.balance_after_credits,
        found.created_at,
        is_repeat=found.outcome == "repeated",
    )


# A function of the database: one round trip, and its plans are made once per connection.
_WRITE = text(
    """
    SELECT outcome, held_credits, (entry).id, (entry).entry_no, (entry).type, (entry).amount_credits,
        (entry).balance_after_credits, (entry).created_at
    FROM write_entry(:owner_id, :type, :amount_credits, :reason_code, :note, :campaign_id, :staff_id,
        :idempotency_key, :reverses, :seen_entry_no, :audit_action, :audit_staff_id, CAST(:audit_ip AS inet))
    """
)


def _refusal(outcome: str, movement: Movement, held_credits: int) -> DomainError:
    if outcome == "reused":
        return DomainError(REUSED)
    if outcome == "moved":
        return Moved("The wallet moved meanwhile, and nothing was changed. Look at its new balance.")
    shortfall = -movement.change_credits - held_credits
    return DomainError(
        f"The wallet holds {held_credits:,} credits: {shortfall:,} too few.", field="amount_credits"
    )


def reversal_of(owner_id: int, entry_id: int, *, note: str | None, key: UUID, actor_id: int) -> Movement:
    """The opposite of an entry.

    Raises:
        Missing: the owner has no such entry.
    """
    entry = db.session.execute(
        select(CreditTransaction.type, CreditTransaction.amount_credits, CreditTransaction.campaign_id).where(
            CreditTransaction.owner_id == owner_id, CreditTransaction.id == entry_id
        )
    ).one_or_none()
    if entry is None:
        raise Missing("The entry to reverse is not there.")
    return Movement(
        owner_id,
        entry.amount_credits if entry.type == EntryType.DEBIT else -entry.amount_credits,
        ReasonCode.REVERSAL,
        key,
        actor_id,
        note=note,
        campaign_id=entry.campaign_id,
        reverses=entry_id,
    )
