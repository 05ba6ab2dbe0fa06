"""Write the counts anew, after a disaster: triggers switched off, a damaged table."""

from collections.abc import Callable
from time import perf_counter

from sqlalchemy import select, text

from dashboard.audit.commands import record
from dashboard.campaigns.stats.counters import COUNTERS
from dashboard.campaigns.stats.outcomes import Outcome, outcome
from dashboard.core.db import db
from dashboard.core.errors import Missing
from dashboard.core.transactions import command
from dashboard.owners.models import Owner

# What is counted, in the order in which writers take it: a campaign is charged for before its messages.
_LOCK = """
    LOCK TABLE credit_transaction, campaign_message, contact, list_membership IN SHARE ROW EXCLUSIVE MODE
"""
# Until the writers that were first are done. Who comes meanwhile is told to try again after 5 s.
_SETTINGS = ("lock_timeout = '60s'", "statement_timeout = 0", "work_mem = '64MB'")


@command
def rebuild(*, owner_id: int | None = None, told: Callable[[Outcome], None] = lambda _: None) -> int:
    """Count everything anew, of one owner or of all, and mend what differs; how many rows were mended.

    All at once or nothing. Whoever writes messages, entries, contacts or members waits until it is done;
    nobody waits for it to read. `told` gets what each table's recount found and mended.

    Raises:
        Missing: no such owner.
        DomainError: somebody has been writing for too long.
    """
    for setting in _SETTINGS:
        db.session.execute(text(f"SET LOCAL {setting}"))
    if owner_id is not None and not db.session.scalar(select(Owner.id).where(Owner.id == owner_id)):
        raise Missing(f"No owner has the number {owner_id}.")
    db.session.execute(text(_LOCK))
    mended = {}
    for counter in COUNTERS:
        start = perf_counter()
        rows = db.session.execute(counter.mending, {"owner_id": owner_id}).mappings().all()
        found = outcome(counter, rows, perf_counter() - start)
        mended[counter.table] = found.differences
        told(found)
    record("stats.rebuild", "campaign_stat", staff_id=None, owner_id=owner_id, after={"mended_rows": mended})
    return sum(mended.values())
