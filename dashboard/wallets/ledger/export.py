"""A ledger as CSV."""

from collections.abc import Iterator

from sqlalchemy import func, select

from dashboard.campaigns.models import Campaign
from dashboard.core.csv_stream import csv_lines, in_batches, inert
from dashboard.core.db import AnySelect, db
from dashboard.staff.models import Staff
from dashboard.wallets.ledger.queries import Wanted, matching, to_campaign, to_staff
from dashboard.wallets.models import CreditTransaction as Entry

_ISO_8601 = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


def as_csv(owner_id: int, wanted: Wanted) -> Iterator[bytes]:
    """The entries that match `wanted`, oldest first, as one consistent snapshot; see `csv_lines`."""
    # Not before it is asked for: an answer is sent in another session than it was made in.
    yield from in_batches(csv_lines(_lines(owner_id, wanted), db.session.connection()))


def _lines(owner_id: int, wanted: Wanted) -> AnySelect:
    return (
        select(
            Entry.owner_id, Entry.id, Entry.entry_no, Entry.type, Entry.amount_credits,
            Entry.balance_after_credits, Entry.reason_code, inert(Entry.note).label("note"),
            Entry.campaign_id, inert(Campaign.name).label("campaign_name"),
            Entry.staff_id, inert(Staff.name).label("staff_name"),
            Entry.idempotency_key, Entry.reverses,
            func.to_char(func.timezone("UTC", Entry.created_at), _ISO_8601).label("created_at"),
            func.encode(Entry.hash, "hex").label("hash"),
        )
        .outerjoin(Campaign, to_campaign)
        .outerjoin(Staff, to_staff)
        .where(matching(owner_id, wanted))
        .order_by(Entry.entry_no)
    )  # fmt: skip
