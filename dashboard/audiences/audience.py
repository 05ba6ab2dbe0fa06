"""One description of contacts, for filters, bulk changes, exports and dynamic lists."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from dashboard.contacts.models import Gender
from dashboard.core.dates import YEARS

OLDEST = 150  #: years; nobody is that old
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Audience:
    """Which contacts are meant; None asks for any. Days are whole days in the owner's time zone."""

    list_id: int | None = None  #: on that list
    is_subscribed: bool | None = None
    tag_id: int | None = None
    gender: str | None = None
    age_from: int | None = None  #: whole years, today
    age_to: int | None = None  #: inclusive
    calling_code: str | None = None  #: of the number's country, such as "30"
    joined_from: date | None = None  #: put on the list on that day or later; needs `list_id`
    joined_to: date | None = None  #: inclusive
    added_from: date | None = None  #: the contact was added
    added_to: date | None = None
    left_from: date | None = None  #: it unsubscribed, and still is
    left_to: date | None = None

    def as_json(self) -> dict[str, Any]:
        """What it asks for, without what it does not; days as ISO 8601."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
            if value is not None
        }

    @classmethod
    def of_json(cls, asked: Any) -> "Audience":
        """The inverse of `as_json`. What a form refuses is refused here too: the JSON may be anybody's.

        Raises:
            ValueError: that describes no audience.
        """
        if not isinstance(asked, dict) or asked.keys() - _READ.keys():
            raise ValueError(f"no audience: {asked!r}")
        audience = cls(**{name: _READ[name](value) for name, value in asked.items()})
        for name in ("age", "joined", "added", "left"):
            first, last = (getattr(audience, f"{name}_{end}") for end in ("from", "to"))
            if first is not None and last is not None and first > last:
                raise ValueError(f"{name}: {first} is above {last}")
        return audience


def _number(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"no number from {least} to {most}: {value!r}")
        return value

    return read


def _text(pattern: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise ValueError(f"not as {pattern}: {value!r}")
        return value

    return read


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"neither true nor false: {value!r}")
    return value


def _day(value: Any) -> date:
    day = date.fromisoformat(value) if isinstance(value, str) else None
    if day is None or day.year not in YEARS:
        raise ValueError(f"no day that a person can mean: {value!r}")
    return day


#: How each is read from JSON.
_READ: dict[str, Callable[[Any], Any]] = {
    "list_id": _number(1, LARGEST_ID),
    "is_subscribed": _truth,
    "tag_id": _number(1, LARGEST_ID),
    "gender": _text("|".join(Gender)),
    "age_from": _number(0, OLDEST),
    "age_to": _number(0, OLDEST),
    "calling_code": _text("[1-9][0-9]{0,2}"),
    **dict.fromkeys(["joined_from", "joined_to", "added_from", "added_to", "left_from", "left_to"], _day),
}
