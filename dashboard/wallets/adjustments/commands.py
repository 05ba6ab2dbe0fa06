"""Adjust a wallet alone, within the limits that one person has."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.core.transactions import command
from dashboard.wallets.adjustments.models import AdjustmentDay
from dashboard.wallets.approvals.models import AdjustmentRequest
from dashboard.wallets.commands import REUSED, Entry, Movement, write_entry


@dataclass(frozen=True)
class Limits:
    """What one person may move alone, in credits and in either direction.

    One adjustment may move `single_credits`. Who makes several in a day may move `daily_credits` with
    them together: a large amount is not split up into small ones.
    """

    single_credits: int
    daily_credits: int


class NeedsApproval(DomainError):
    """The amount is above what one person may move alone."""


@command
def adjust_credits(
    movement: Movement,
    *,
    limits: Limits,
    day: date,
    seen_entry_no: int | None = None,
    action: str = "wallet.adjust",
) -> Entry:
    """Write a person's adjustment or reversal. `day` is today in the person's own zone.

    Raises:
        NeedsApproval: it is above the limits: `request_adjustment` asks a second person.
        Moved, DomainError: as `write_entry`.
    """
    entry = write_entry(movement, seen_entry_no=seen_entry_no, action=action)
    if not entry.is_repeat:
        _refuse_if_requested(movement)
        _keep_within(limits, movement, day)
    return entry


def _refuse_if_requested(movement: Movement) -> None:
    """Refuse a form by which a second person was asked already. The wallet is held by now."""
    requested = select(AdjustmentRequest.id).where(
        AdjustmentRequest.owner_id == movement.owner_id,
        AdjustmentRequest.idempotency_key == movement.idempotency_key,
    )
    if db.session.scalar(requested) is not None:
        raise DomainError(REUSED)


def _keep_within(limits: Limits, movement: Movement, day: date) -> None:
    """Add to what the person moved today, in one statement, so that two at once cannot pass both."""
    amount = abs(movement.change_credits)
    kept = (
        insert(AdjustmentDay)
        .values(staff_id=movement.staff_id, day=day, credits=amount)
        .on_conflict_do_update(
            index_elements=["staff_id", "day"],
            set_={"credits": AdjustmentDay.credits + amount},
            where=AdjustmentDay.credits + amount <= limits.daily_credits,
        )
        .returning(AdjustmentDay.credits)
    )
    if amount > limits.single_credits or db.session.scalar(kept) is None:
        raise NeedsApproval("This is more than one person may adjust alone. Another admin must approve it.")
