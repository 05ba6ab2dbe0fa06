"""Whether the counts that pages show are what counting gives."""

from collections.abc import Iterator
from time import perf_counter

from sqlalchemy import select

from dashboard.campaigns.stats.counters import COUNTERS
from dashboard.campaigns.stats.outcomes import Outcome, outcome
from dashboard.core.errors import Missing
from dashboard.core.snapshots import snapshot
from dashboard.owners.models import Owner


def verify(*, owner_id: int | None = None) -> Iterator[Outcome]:
    """Count everything anew, of one owner or of all, and compare: one `Outcome` for each table of counts.

    All tables are seen as they are at the same instant, whoever writes meanwhile, and nobody waits. Reads
    every message, contact and membership.

    Raises:
        Missing: no such owner.
    """
    with snapshot() as connection:
        if owner_id is not None and not connection.scalar(select(Owner.id).where(Owner.id == owner_id)):
            raise Missing(f"No owner has the number {owner_id}.")
        for counter in COUNTERS:
            start = perf_counter()
            rows = connection.execute(counter.differing, {"owner_id": owner_id}).mappings().all()
            yield outcome(counter, rows, perf_counter() - start)
