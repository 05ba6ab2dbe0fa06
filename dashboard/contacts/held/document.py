"""The file of all that is held about a person: JSON, written as it is read."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.campaigns.failures import reason
from dashboard.contacts.held.queries import parts
from dashboard.core.db import AnyRow, db, utc_now

WHAT = "Everything that is held about this person at this owner (GDPR, Article 15)"
_AT_ONCE = 500  #: rows in memory


def written(contact: AnyRow, suppressed_since: datetime | None) -> Iterator[str]:
    """The file in pieces, read as it is asked for. Times are ISO 8601 with the offset of the owner's zone."""
    as_json = partial(json.dumps, ensure_ascii=False, default=partial(_value, ZoneInfo(contact.timezone)))
    heading = {
        "what": WHAT,
        "made_at": utc_now(),
        "time_zone": contact.timezone,
        "owner": {"id": contact.owner_id, "name": contact.owner_name},
        "contact": _person(contact),
        "suppressed_since": suppressed_since,
    }
    yield "{\n" + "".join(f' "{name}": {as_json(value)},\n' for name, value in heading.items())
    for name, stmt in parts(contact.owner_id, contact.id):
        rows = db.session.execute(stmt, execution_options={"yield_per": _AT_ONCE})
        before = f' "{name}": ['
        for some in rows.partitions():
            yield before + ",".join(f"\n  {as_json(_row(row))}" for row in some)
            before = ","
        yield "],\n" if before == "," else before + "],\n"
    yield ' "end": "This is all."\n}\n'


def _person(contact: AnyRow) -> dict[str, Any]:
    fields = (
        "id", "phone", "first_name", "last_name", "email", "gender", "birthday", "is_subscribed",
        "unsubscribed_at", "created_at", "updated_at", "erased_at",
    )  # fmt: skip
    return {name: getattr(contact, name) for name in fields}


def _row(row: AnyRow) -> dict[str, Any]:
    values = dict(row._mapping)
    if values.get("error_code"):
        values["error"] = reason(values["error_code"]).words
    return values


def _value(zone: ZoneInfo, value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    assert isinstance(value, date)
    return value.isoformat()
