"""The consent sheet's canonical text, by whose digest two sheets can be compared.

Decision 14 says how an outsider computes it again.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

FORM = "signalbox consent 1"


def canonical(contact: Any, events: Iterable[Any]) -> str:
    """The contact's history of consent as lines of JSON: whose it is, then each event, oldest first.

    No name is in it, since people and owners change theirs; nor is the day of printing.
    """
    lines: list[list[Any]] = [[FORM, contact.owner_id, contact.id, contact.phone]]
    lines += [[e.id, instant(e.occurred_at), e.is_subscribed, e.source, e.reason, e.staff_id] for e in events]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def digest(text: str) -> str:
    """SHA-256 of the text's UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def instant(at: datetime) -> str:
    """The instant in UTC to the microsecond: "2026-11-20T12:00:00.000000Z"."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
