"""Phone numbers by the million: what `core.phones` says of them, where it can be said without a whole parse.

A parse takes 30 to 90 µs, which for a million rows is a minute. Most numbers of a file are plain: digits with
single spaces or dashes between them, international or national. Of those the parser's own rules decide with
two or three matches of its own tables, and that is done here. Whatever is not plain goes to the parser.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    SUPPORTED_REGIONS,
    PhoneMetadata,
    PhoneNumberDesc,
    country_code_for_region,
)

from dashboard.core import phones

#: Whether "00" begins it is asked of what is written, so one with something between them is not plain.
_PLAIN = re.compile(r"(?!0[ -]0)(?:\+|00)?[0-9](?:[ -]?[0-9]){5,17}")
_SEPARATORS = str.maketrans("", "", " -")
_KINDS = (
    "mobile fixed_line voip toll_free premium_rate shared_cost personal_number pager uan voicemail".split()
)  #: of numbers, as the tables name them

Match = Callable[[str], re.Match[str] | None]


def reader(country: str) -> Callable[[str], str | None]:
    """What reads numbers as a country writes them: E.164 of one that is given out, None for anything else.

    The same as `normalise`, and then None unless `is_assigned`.
    """
    home = _home(country)

    def read(text: str) -> str | None:
        if (
            home is not None
            and _PLAIN.fullmatch(text)
            and (found := _quick(text.translate(_SEPARATORS), home))
        ):
            e164, plan, national = found
            return e164 if plan.is_assigned(national) else None
        number = phones.normalise(text, country)
        return number if number is not None and phones.is_assigned(number) else None

    return read


@dataclass(frozen=True)
class _Plan:
    """The numbering plan of a country, as its parser applies it to what follows the calling code."""

    calling_code: str
    lengths: frozenset[int]
    longest: int
    prefix: Match | None  #: what is dialled before a number within the country
    plain_prefix: str | None  #: the same, where it is nothing but digits
    any_number: Match
    idd: Match | None  #: what is dialled before a number abroad
    is_assigned: Callable[[str], bool]

    def keeps(self, national: str) -> bool:
        """Whether the parser takes these digits as they are, and they have a possible length."""
        if len(national) not in self.lengths or national[0] == "0":
            return False
        found = self.prefix and self.prefix(national)
        # One that matches nothing takes nothing away, unless a group of it says what to put there.
        return not found or (found.end() == 0 and not any(found.groups()))


def _quick(digits: str, home: _Plan) -> tuple[str, _Plan, str] | None:
    """The number, its plan and its national part; None where only a whole parse can tell."""
    if digits[0] == "+" or digits.startswith("00"):
        digits = digits.lstrip("+") if digits[0] == "+" else digits[2:]
        plan = _plan_of(digits)
        national = digits[len(plan.calling_code) :] if plan else ""
    else:
        plan, national = home, _national(digits, home)
    if plan and national and plan.keeps(national):
        e164 = f"+{plan.calling_code}{national}"
        # `normalise` wants seven digits or more, and E.164 has fifteen at most.
        return (e164, plan, national) if 8 <= len(e164) <= 16 else None
    return None


def _national(digits: str, home: _Plan) -> str:
    """The number without what is dialled before it in its country; empty where that is not plain."""
    if home.idd is None or home.idd(digits):
        return ""
    if digits.startswith(home.calling_code):
        rest = digits[len(home.calling_code) :]
        if not rest or not home.keeps(rest):
            return ""
        is_international = len(digits) > home.longest or (
            not home.any_number(digits) and home.any_number(rest)
        )
        return rest if is_international else ""
    if home.plain_prefix and digits.startswith(home.plain_prefix):
        # One that is a number with its first digits, too, is left to the parser.
        return "" if home.any_number(digits) else digits[len(home.plain_prefix) :]
    return digits


def _plan_of(digits: str) -> _Plan | None:
    if digits[0] == "0":
        return None
    for length in (1, 2, 3):
        if regions := COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length])):
            return _plan(int(digits[:length]), regions[0])
    return None


def _home(country: str) -> _Plan | None:
    """The plan of a country that is the first one of its calling code; the others' are left to the parser."""
    if country not in SUPPORTED_REGIONS:
        return None
    code = country_code_for_region(country)
    return _plan(code, country) if COUNTRY_CODE_TO_REGION_CODE[code][0] == country else None


@cache
def _plan(code: int, region: str) -> _Plan | None:
    data = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if data is None or not (general := data.general_desc) or not general.national_number_pattern:
        return None
    prefix = data.national_prefix_for_parsing
    is_plain = prefix and prefix.isdigit() and not data.national_prefix_transform_rule
    return _Plan(
        calling_code=str(code),
        lengths=frozenset(general.possible_length),
        longest=max(*general.possible_length, *general.possible_length_local_only, 0),
        prefix=re.compile(prefix).match if prefix else None,
        plain_prefix=prefix if is_plain else None,
        any_number=_whole(general),
        idd=re.compile(data.international_prefix).match if data.international_prefix else None,
        is_assigned=_assigned(code),
    )


def _assigned(code: int) -> Callable[[str], bool]:
    """Whether a number is given out in the country that it belongs to, of those with one calling code."""
    regions = [
        PhoneMetadata.metadata_for_region_or_calling_code(code, region)
        for region in COUNTRY_CODE_TO_REGION_CODE[code]
    ]
    checks = [
        (re.compile(data.leading_digits).match if data.leading_digits else None, _of_some_kind(data))
        for data in regions
        if data is not None
    ]
    if len(checks) == 1:
        return checks[0][1]

    def is_assigned(national: str) -> bool:
        for leading, is_one in checks:
            if leading is None and is_one(national):
                return True
            if leading is not None and leading(national):
                return is_one(national)
        return False

    return is_assigned


def _of_some_kind(data: PhoneMetadata) -> Callable[[str], bool]:
    descs: Sequence[PhoneNumberDesc] = [d for kind in _KINDS if (d := getattr(data, kind)) is not None]
    known = [d for d in descs if d.national_number_pattern]
    general = data.general_desc or PhoneNumberDesc()
    any_number = _whole(general)
    by_size = {
        size: _one_of([d for d in known if not d.possible_length or size in d.possible_length])
        for size in general.possible_length or range(1, 18)
    }

    def is_one(national: str) -> bool:
        kind = by_size.get(len(national))
        return bool(kind and kind(national) and any_number(national))

    return is_one


def _one_of(descs: Sequence[PhoneNumberDesc]) -> Match | None:
    patterns = "|".join(f"(?:{desc.national_number_pattern})" for desc in descs)
    return re.compile(patterns).fullmatch if patterns else None


def _whole(desc: PhoneNumberDesc) -> Match:
    # Of no numbers it has no pattern, and nothing matches.
    return re.compile(desc.national_number_pattern or "(?!)").fullmatch
