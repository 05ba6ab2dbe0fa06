"""Contacts as files."""

from collections.abc import Sequence
from typing import Any

from dashboard.audiences.audience import Audience
from dashboard.audiences.exports import queries
from dashboard.audiences.words import sentence
from dashboard.exports.kinds import Arguments, Kind
from dashboard.owners import queries as owners
from dashboard.web.access import Permission


def contacts_of(owner_id: int, audience: Audience, ids: Sequence[int] = ()) -> Arguments:
    """What to ask for the owner's contacts of that audience; of these numbers alone, if there are any."""
    return {"owner_id": owner_id, "audience": audience.as_json(), "ids": sorted(ids) or None}


def _asked(arguments: Arguments) -> dict[str, Any]:
    return {**arguments, "audience": Audience.of_json(arguments["audience"])}


def _title(arguments: Arguments) -> str:
    owner_id, ids = arguments["owner_id"], arguments["ids"]
    chosen = f"{len(ids):,} chosen of " if ids else ""
    who = sentence(owner_id, Audience.of_json(arguments["audience"]))
    return f"Contacts of {owners.get(owner_id).name}: {chosen}{who}"


def _file_name(arguments: Arguments) -> str:
    list_id = arguments["audience"].get("list_id")
    of_list = f"-list-{list_id}" if list_id else ""
    return f"contacts-of-{arguments['owner_id']}{of_list}.csv"


CONTACTS = Kind(
    "contacts",
    Permission.CONTACT_CHANGE,
    title=_title,
    file_name=_file_name,
    count=lambda arguments: queries.count(**_asked(arguments)),
    rows=lambda arguments: queries.contacts(**_asked(arguments)),
)
