"""The sentences of a statement, the same on the page and in the PDF."""

from datetime import datetime

from dashboard.core.db import AnyRow
from dashboard.wallets.models import ReasonCode
from dashboard.wallets.statements.periods import Period, day_of
from dashboard.wallets.statements.queries import MOST_ENTRIES, Statement
from dashboard.web.filters import number, plural


def what_for(entry: AnyRow) -> str:
    """The campaign that the credits were for, or the reason; of a refund or the like both."""
    reason: str = entry.reason_code.capitalize()
    if not entry.campaign_name:
        return reason
    if entry.reason_code == ReasonCode.CAMPAIGN:
        return str(entry.campaign_name)
    return f"{reason}: {entry.campaign_name}"


def counted(statement: Statement, period: Period, made_at: datetime, zone: str) -> str:
    """How many entries there are and how they are listed, and whether more may come."""
    said = f"{plural(statement.entries, 'entry', 'entries')}." if statement.entries else "No entries."
    if statement.is_daily:
        said += f" That is more than {number(MOST_ENTRIES)}, so each line is a day that has entries."
    if day_of(made_at, zone) <= period.until:
        said += " The period is not over yet: what is written later is not in this statement."
    return said


def wrong(statement: Statement) -> str | None:
    """What to do about a statement that does not foot; None where it does."""
    if statement.foots:
        return None
    if statement.sum_credits != statement.closing_credits:
        found = (
            f"Opening + in − out gives {plural(statement.sum_credits, 'credit')},"
            f" and the ledger states {number(statement.closing_credits)}."
        )
    else:
        found = "The balance of a line does not follow from the line before it."
    return f"This statement does not foot. {found} Verify the ledger before you use any of these figures."
