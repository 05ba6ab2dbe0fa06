"""The consent sheet's canonical text, by whose digest two sheets can be compared.

Decision 14 says how an outsider computes it again.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from dashboard.contacts.consent.queries import NumberChange, Proof

FORM = "signalbox consent 2"


def canonical(contact: Any, proof: Proof) -> str:
    """All that is known of the contact's consent as lines of JSON: whose it is, and since when its number is
    suppressed; then each event with the text behind it, and each change of number, oldest first.

    No name is in it, since people and owners change theirs; nor is the day of printing.
    """
    since = proof.suppressed_since
    lines: list[list[Any]] = [[FORM, contact.owner_id, contact.id, contact.phone]]
    lines += [["suppressed", instant(since)]] if since else []
    for row in proof.lines:
        lines += _of_number(row) if isinstance(row, NumberChange) else _of_event(row, proof)
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _of_event(event: Any, proof: Proof) -> Iterator[list[Any]]:
    yield [
        "event",
        event.id,
        instant(event.at),
        event.is_subscribed,
        event.source,
        event.reason,
        event.staff_id,
    ]
    text = proof.texts.get(event.id)
    if text:
        yield ["text", event.id, instant(text.received_at), text.to, text.text]


def _of_number(change: NumberChange) -> Iterator[list[Any]]:
    yield ["number", change.id, instant(change.at), change.was, change.became]


def digest(text: str) -> str:
    """SHA-256 of the text's UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def instant(at: datetime) -> str:
    """The instant in UTC to the microsecond: "2026-11-20T12:00:00.000000Z"."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
