"""What can be exported: how a feature declares a kind of file, and hands it over.

    # <feature>/exports/kinds.py, which `dashboard/exportable.py` lists
    MEMBERS = Kind("lists.members", Permission.READ, title=…, file_name=…, count=…, rows=…)

    # in its routes
    @bp.route("/owners/<int:owner_id>/lists/<int:list_id>/members.csv", methods=["GET", "POST"])
    @requires(Permission.READ)
    def members(owner_id: int, list_id: int):
        return hand_over(MEMBERS, {"owner_id": owner_id, "list_id": list_id})

A link to that address downloads the file; where it is large, it leads to a page that offers to have it
made in the background (`hand_over` in `exports/answers.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.core.db import AnySelect
from dashboard.web.access import Permission

#: What a file is asked for with, as JSON values. An `owner_id` among them says whose data it holds.
Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of file: rows that a statement reads, under a heading of their labels."""

    name: str  #: kept with the exports, so it stays
    permission: Permission  #: to ask for it, and to download it
    title: Callable[[Arguments], str]  #: what is in it, as people read it
    file_name: Callable[[Arguments], str]
    count: Callable[[Arguments], int]  #: how many rows there are now, told without reading them all
    rows: Callable[[Arguments], AnySelect]  #: texts that people wrote are `inert`
