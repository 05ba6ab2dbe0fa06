"""Phone numbers: read as people write them, kept as E.164, shown internationally."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

FEWEST_DIGITS = 4  #: of a national number: seven with a country code, which has three at most


def normalise(text: str, country: str) -> str | None:
    """The number as E.164, or None where `text` is no possible number.

    `country` (ISO 3166-1 alpha-2) is the one in which a national number is read: "698 430 3406"
    with "GR" gives "+306984303406". A leading "00" counts as "+".
    """
    text = text.strip()
    if text.startswith("00"):
        text = "+" + text[2:]
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    # A number of local length, without its area code, is possible to dial but belongs to nobody.
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE or number.extension:
        return None
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return e164 if re.fullmatch(r"\+[1-9][0-9]{6,14}", e164) else None


def is_assigned(e164: str) -> bool:
    """Whether the number lies in a range that its country gives out.

    Stricter than `normalise`, for what a person types by hand: "+30 (0)698 430 3406" has a possible
    length, but the zero makes it another number, or none.
    """
    return phonenumbers.is_valid_number(phonenumbers.parse(e164, None))


@lru_cache(maxsize=4096)
def international(e164: str) -> str:
    """The number in groups, as the country writes it for callers from abroad: "+30 698 430 3406"."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164, None), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return e164


def digits(text: str) -> str | None:
    """The digits of something that can only be a number or a part of one, else None.

    Without leading zeros, which are a prefix of dialling and not of E.164: "+30 698-43" gives
    "3069843", "0030698" gives "30698", "07911" and "(0)7911" give "7911", "Anna 2" gives None.
    Dashes, spaces and invisible marks of any kind come along with what is pasted, and do not count.
    """
    text = re.sub(r"^(tel|sms|whatsapp):|\(0\)", "", text.strip())
    written = "".join(c for c in text if c not in "+()./−" and unicodedata.category(c) not in _SEPARATORS)
    # Digits of any script, as ASCII has them.
    found = "".join(str(unicodedata.decimal(c, c)) for c in written)
    return found.lstrip("0") or None if re.fullmatch(r"[0-9]+", found) else None


_SEPARATORS = ("Zs", "Pd", "Cf")  #: Unicode's spaces, dashes and invisible marks
