"""How a phone number may be written by others: in files, and by providers as who sent a text."""

from collections.abc import Sequence
from functools import cache

import phonenumbers
from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, literal, or_, select

from dashboard.core.db import db
from dashboard.owners.models import Owner, SenderNumber

#: Between the digits of one number.
_JOINTS = r"[\s().\-/\u00a0\u2010-\u2015\u202f]*"


def senders(owner_id: int, numbers: Sequence[str]) -> list[str]:
    """How providers write these numbers (E.164) in a notice; without calling code in the owner's country."""
    home = _calling_code(owner_id)
    found = []
    for number in numbers:
        code, national = _parts(number)
        digits = number.removeprefix("+")
        found += [number, digits, f"00{digits}"]
        if code == home:
            found.append(national)
    return found


def is_sender(sender: ColumnElement[str], phone: SQLColumnExpression[str | None]) -> ColumnElement[bool]:
    """The same in SQL, beside a joined number of the owner's: whether `sender` is `phone`."""
    digits, code = func.substr(phone, 2), func.calling_code(phone)
    national = func.substr(phone, 2 + func.length(code))
    return and_(
        sender.in_([phone, digits, literal("00") + digits, national]),
        or_(sender != national, code == func.calling_code(SenderNumber.number)),
    )


def mentions(owner_id: int, said: ColumnElement[str], numbers: Sequence[str]) -> ColumnElement[bool]:
    """Whether a text holds one of the numbers (E.164) as a whole, in any format.

    Without calling code only those of the owner's country are recognised. No index helps: it is for tables
    that hold a few rows.
    """
    home = _calling_code(owner_id)
    return or_(literal(False), *(said.regexp_match(_pattern(number, home)) for number in numbers))


def _pattern(number: str, home: str) -> str:
    """What the number looks like in a text: nothing but joints between it and what is no digit."""
    code, national = _parts(number)
    prefix = rf"(\+|00|011)?{_JOINTS}{_JOINTS.join(code)}{_JOINTS}"
    if code == home:
        prefix = f"({prefix})?"
    digits = _JOINTS.join(national.lstrip("0"))
    edge = r"[^0-9\s().\-/\u00a0\u2010-\u2015\u202f]"
    return rf"(^|{edge}){_JOINTS}{prefix}(0{_JOINTS})*{digits}{_JOINTS}($|{edge})"


def _parts(number: str) -> tuple[str, str]:
    """The calling code and the rest of it."""
    code = str(phonenumbers.parse(number).country_code)
    return code, number.removeprefix(f"+{code}")


def _calling_code(owner_id: int) -> str:
    country = db.session.scalar(select(Owner.country).where(Owner.id == owner_id))
    return _of_country(country or "")


@cache
def _of_country(country: str) -> str:
    return str(phonenumbers.country_code_for_region(country))
