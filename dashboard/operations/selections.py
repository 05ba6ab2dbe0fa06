"""Whose contacts a bulk change concerns: those that were ticked, or all that match."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from dashboard.audiences.queries import Audience, contact_ids
from dashboard.contacts.models import Contact


@dataclass(frozen=True)
class Selection:
    """Contacts of one owner; exactly one of the two is set."""

    ids: tuple[int, ...] | None = None  #: the numbers of those that were ticked
    audience: Audience | None = None  #: all that match, as they are when the operation begins

    def __post_init__(self) -> None:
        if (self.ids is None) == (self.audience is None):
            raise ValueError("A selection has either ids or an audience.")

    def as_json(self) -> dict[str, Any]:
        """{"ids": […]} or {"audience": {…}}."""
        if self.audience is not None:
            return {"audience": self.audience.as_json()}
        return {"ids": sorted(set(self.ids or ()))}

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> "Selection":
        """The inverse of `as_json`."""
        if "audience" in kept:
            return cls(audience=Audience.of_json(kept["audience"]))
        return cls(ids=tuple(kept["ids"]))

    def holds(self, owner_id: int) -> ColumnElement[bool]:
        """Whether a contact of the owner is meant. Numbers of no contact of this owner mean nobody."""
        if self.audience is not None:
            return Contact.id.in_(contact_ids(owner_id, self.audience))
        return Contact.id.in_(self.ids or ())
