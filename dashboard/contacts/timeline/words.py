"""What an edit changed, in words."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboard.core.phones import international

LABELS = {
    "phone": "Phone",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "Email",
    "gender": "Gender",
    "birthday": "Birthday",
}
#: action -> what was done; another action is said as its own words
DEEDS = {
    "contact.create": "Added",
    "contact.edit": "Edited",
    "contact.erase": "Erased on request",
    "contact.download": "Everything held was downloaded",
}
#: Why a campaign left a contact out.
SKIPS = {
    "invalid_number": "the number was not valid",
    "not_subscribed": "not subscribed",
    "suppressed": "the number was suppressed",
    "no_credits": "the wallet held too few credits",
}


@dataclass(frozen=True)
class Change:
    """One field's change; None where it was or became empty."""

    field: str
    was: str | None
    became: str | None


def changes(edit: Any) -> list[Change]:
    """What an audit row says that changed, field by field; not those that stayed empty."""
    before, after = edit.before or {}, edit.after or {}
    found = [
        Change(_label(name), _value(name, before.get(name)), _value(name, after.get(name)))
        for name in dict.fromkeys([*LABELS, *before, *after])
        if name in before or name in after
    ]
    return [change for change in found if change.was != change.became]


def deed(action: str) -> str:
    """What was done: "contact.edit" gives "Edited"."""
    return DEEDS.get(action) or action.rpartition(".")[2].replace("_", " ").capitalize()


def skip_reason(code: str) -> str:
    """Why a campaign left the contact out; an unknown code as its own words."""
    return SKIPS.get(code, code.replace("_", " "))


def _label(name: str) -> str:
    return LABELS.get(name) or name.replace("_", " ").capitalize()


def _value(name: str, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if name == "phone":
        return international(str(value))
    if name == "gender":
        return str(value).replace("_", " ")
    if name == "birthday":
        day = date.fromisoformat(value)
        return f"{day.day} {day:%b %Y}"
    return str(value)
