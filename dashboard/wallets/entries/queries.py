"""One entry of a ledger, and how it hangs together with the others."""

from sqlalchemy import ColumnElement, LargeBinary, and_, case, func, literal, select
from sqlalchemy.orm import aliased

from dashboard.campaigns.models import Campaign
from dashboard.core.db import AnyRow, db
from dashboard.staff.models import Staff
from dashboard.wallets.approvals.models import AdjustmentRequest
from dashboard.wallets.models import CreditTransaction as Entry
from dashboard.wallets.models import EntryType, Wallet

_Before, _After, _Undone, _Undoing = (aliased(Entry) for _ in range(4))
_Decider = aliased(Staff)


def get(owner_id: int, entry_no: int) -> AnyRow:
    """The entry with that number, its neighbours, and what it reverses or is reversed by.

    `recomputes` tells whether its hash, computed anew from it and the hash before, is the one it has,
    and `follows` whether its balance follows from the one before it. `request_id` is set where a
    second person approved it.

    Raises:
        NoResultFound: the owner's wallet has no such entry.
    """
    change = case((Entry.type == EntryType.DEBIT, -Entry.amount_credits), else_=Entry.amount_credits)
    is_first = Entry.entry_no == 1
    hash_before = case((is_first, literal(b"", LargeBinary)), else_=_Before.hash)
    recomputed = func.ledger_hash(
        hash_before, Entry.owner_id, Entry.id, Entry.entry_no, Entry.type, Entry.amount_credits,
        Entry.balance_after_credits, Entry.reason_code, Entry.note, Entry.campaign_id, Entry.staff_id,
        Entry.idempotency_key, Entry.reverses, Entry.created_at,
    )  # fmt: skip
    balance_before = case((is_first, 0), else_=_Before.balance_after_credits)
    return db.session.execute(
        select(
            Entry.id, Entry.entry_no, Entry.type, Entry.amount_credits, change.label("change_credits"),
            (Entry.balance_after_credits - change).label("balance_before_credits"),
            Entry.balance_after_credits,
            Entry.reason_code, Entry.note, Entry.campaign_id, Campaign.name.label("campaign_name"),
            Entry.staff_id, Staff.name.label("staff_name"), Entry.created_at, Entry.idempotency_key,
            Entry.hash, _Before.hash.label("hash_before"),
            func.coalesce(recomputed == Entry.hash, False).label("recomputes"),
            func.coalesce(Entry.balance_after_credits - change == balance_before, False).label("follows"),
            _Before.entry_no.label("previous_no"), _After.entry_no.label("next_no"),
            _Undone.entry_no.label("reverses_no"), _Undoing.entry_no.label("reversed_by_no"),
            AdjustmentRequest.id.label("request_id"), AdjustmentRequest.decided_at,
            _Decider.name.label("approved_by"),
        )
        .join(Wallet, and_(Wallet.owner_id == Entry.owner_id, Wallet.id == Entry.wallet_id))
        .outerjoin(Campaign, and_(Campaign.owner_id == Entry.owner_id, Campaign.id == Entry.campaign_id))
        .outerjoin(Staff, Staff.id == Entry.staff_id)
        .outerjoin(_Before, _numbered(_Before, Entry.entry_no - 1))
        .outerjoin(_After, _numbered(_After, Entry.entry_no + 1))
        .outerjoin(_Undone, and_(_Undone.owner_id == Entry.owner_id, _Undone.id == Entry.reverses))
        .outerjoin(_Undoing, and_(_Undoing.owner_id == Entry.owner_id, _Undoing.reverses == Entry.id))
        .outerjoin(
            AdjustmentRequest,
            and_(AdjustmentRequest.owner_id == Entry.owner_id, AdjustmentRequest.entry_id == Entry.id),
        )
        .outerjoin(_Decider, _Decider.id == AdjustmentRequest.decided_by)
        .where(Entry.owner_id == owner_id, Wallet.owner_id == owner_id, Entry.entry_no == entry_no)
    ).one()  # fmt: skip


def _numbered(neighbour: type[Entry], entry_no: ColumnElement[int]) -> ColumnElement[bool]:
    """The entry of that number, of the same ledger."""
    return and_(
        neighbour.owner_id == Entry.owner_id,
        neighbour.wallet_id == Entry.wallet_id,
        neighbour.entry_no == entry_no,
    )
