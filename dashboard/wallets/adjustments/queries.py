"""What an adjustment would do."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from dashboard.core.db import db
from dashboard.wallets.adjustments.models import AdjustmentDay
from dashboard.wallets.models import Wallet


@dataclass(frozen=True)
class Preview:
    """The wallet before and after a change, as it stands now."""

    balance_credits: int
    change_credits: int
    last_entry_no: int = 0  #: the change is to follow this entry and no other
    needs_approval: bool = False  #: it is above what the person may move alone

    @property
    def balance_after_credits(self) -> int:
        return self.balance_credits + self.change_credits

    @property
    def shortfall_credits(self) -> int:
        """How many credits are missing; 0 where the wallet holds enough."""
        return max(0, -self.balance_after_credits)


def preview(
    owner_id: int, change_credits: int, *, staff_id: int, day: date, single_credits: int, daily_credits: int
) -> Preview:
    """What the change would do. An owner without a wallet has a balance of 0."""
    wallet = db.session.execute(
        select(Wallet.balance_credits, Wallet.last_entry_no).where(Wallet.owner_id == owner_id)
    ).one_or_none()
    moved = db.session.scalar(
        select(AdjustmentDay.credits).where(AdjustmentDay.staff_id == staff_id, AdjustmentDay.day == day)
    )
    amount = abs(change_credits)
    balance, last_entry_no = wallet or (0, 0)
    return Preview(
        balance,
        change_credits,
        last_entry_no,
        needs_approval=amount > single_credits or (moved is not None and moved + amount > daily_credits),
    )
