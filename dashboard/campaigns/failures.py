"""Why messages failed: the provider's codes in plain words, and what to do about them."""

import re
from dataclasses import dataclass
from functools import cache

from dashboard.campaigns.failure_codes import (
    COMMAND_STATUS,
    FAILURE_CAUSES,
    MAP_ERRORS,
    NOT_GIVEN,
    NUMBERS,
    OURS,
    STATES,
    UNKNOWN,
    Advice,
    Kind,
    Meaning,
)

__all__ = ["Advice", "Kind", "Reason", "advice", "meaning", "reason"]

# A receipt's `err` has three digits, so that 027 is 27; what has more leading zeros may be another thing.
_PADDED = re.compile("0{1,2}([1-9][0-9]?)")
_JOINTS = re.compile("(?<=[a-z])[ _-](?=[a-z])")  #: ABSENT_SUBSCRIBER is absentSubscriber


@dataclass(frozen=True)
class Reason:
    """Why a message failed."""

    code: str  #: the provider's own, raw; '' where it gave none
    words: str | None  #: None: nobody here knows what the code means
    advice: Advice


def reason(error_code: str | None) -> Reason:
    """What the code says, and what to do. An unknown code keeps its raw form and has no words."""
    code = error_code or ""
    words, what_to_do = _known().get(_key(code), (None, UNKNOWN))
    return Reason(code, words, what_to_do)


def meaning(error_code: str | None) -> str | None:
    """The code in plain words, or None where it is not known."""
    return reason(error_code).words


def advice(error_code: str | None) -> Advice:
    """What to do about messages that failed so."""
    return reason(error_code).advice


def _key(code: str) -> str:
    """The code as `_known` has it: the same of all ways in which providers write it."""
    tidy = code.strip().casefold()
    if padded := _PADDED.fullmatch(tidy) if len(tidy) == 3 else None:
        return padded[1]
    return _JOINTS.sub("", tidy)


@cache
def _known() -> dict[str, Meaning]:
    found = {"": NOT_GIVEN}
    found |= {_key(name): what for name, what in (STATES | MAP_ERRORS | OURS).items()}
    found |= {str(number): MAP_ERRORS[name] for number, name in NUMBERS.items()}
    found |= {f"0x{octet:02x}": what for octet, what in FAILURE_CAUSES.items()}
    for status, (name, what) in COMMAND_STATUS.items():
        found |= {_key(name): what, f"0x{status:08x}": what}
    return found
