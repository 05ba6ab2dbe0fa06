"""An entry's hash made anew by somebody who has the rows and what is documented at CreditTransaction."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any


def hash_of(row: Any, previous: bytes) -> bytes:
    microseconds = (row.created_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    canonical = [
        row.owner_id, row.id, row.entry_no, row.type, row.amount_credits, row.balance_after_credits,
        row.reason_code, row.note, row.campaign_id, row.staff_id, str(row.idempotency_key), row.reverses,
        microseconds,
    ]  # fmt: skip
    return sha256(previous + json.dumps(canonical, ensure_ascii=False).encode()).digest()
