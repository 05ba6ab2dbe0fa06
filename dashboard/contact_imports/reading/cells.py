"""What stands in a cell, as we keep it: or why it cannot be kept, in words."""

import re
from collections.abc import Callable
from datetime import date

from dashboard.contact_imports.reading.delimited import UNREADABLE
from dashboard.contact_imports.reading.headings import fold
from dashboard.contact_imports.reading.numbers import reader
from dashboard.contacts.models import Gender
from dashboard.core.db import utc_now


class Unfit(ValueError):
    """A cell that cannot be kept. The message is a sentence for people."""


#: What reads a cell that holds something: its value, None if that means nothing, or it raises Unfit.
Reader = Callable[[str], str | None]

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LONGEST_NUMBER = 120  #: characters of a cell, with whatever stands beside the number
_ODD = re.compile(r"[^0-9+ -]")  #: what makes a number worth a second look
_FLOAT = re.compile(r"(\+?[0-9]+)[.,]0{1,2}")
_SHORTENED = re.compile(r"(\+?[0-9]+)(?:[.,]([0-9]+))?E\+?([0-9]+)", re.IGNORECASE)
_EXTENSION = re.compile(
    r".*[0-9)].*?(?:ext|extn|extension|x|#|εσωτ|poste|durchwahl|dw|int)[. :]*[0-9]{1,6}", re.I
)
_BETWEEN = re.compile(r"\s*[;,/|&]\s*|\s+(?:or|and|και|ή|et|ou|und|oder|y|e|o)\s+")
_AFTER_CODE = re.compile(r"((?:\+|00) ?[0-9]{1,3}) ?\(0\)")
_EIGHT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MONTH_NAMED = re.compile(r"([0-9]{1,2})[-. /]{0,2}([A-Za-z]{3,9})[-., /]{0,2}([0-9]{4}|[0-9]{2})")
_MONTHS = """january february march april may june july august september october november
    december""".split()
#: What programs write where they know nothing.
_NOTHING = frozenset(
    "- -- – — n/a null (null) <null> none 00/00/0000 00-00-0000 00.00.0000 0000-00-00".split()
)
_DAY = re.compile(r"([0-9]{1,4})([-/. ])([0-9]{1,2})\2([0-9]{1,4})\.?(?:[T ][0-9:.]+Z?)?")
_ERRORS = frozenset(["#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#ERROR!"])

_MALE = """m male man mr mister boy ανδρασ αρρεν αρσενικο αρσενικοσ κοσ κυριοσ α homme
    masculin monsieur mannlich mann herr hombre masculino senor sr uomo maschio maschile signor sig
    homem masc mezczyzna barbat мъж erkek h"""
_FEMALE = """f female woman ms mrs miss girl γυναικα θηλυ θηλυκο κα κυρια γ θ femme feminin
    madame mme weiblich w frau mujer femenino senora sra donna femmina femminile signora mulher
    feminino fem vrouw kobieta femeie жена kadin"""
_OTHER = "other diverse divers nonbinary x αλλο autre andere otro altro outro d"
_UNSAID = (
    "prefernottosay unknown undisclosed notspecified δενδηλωνω nonprecise keineangabe noespecificado nd na"
)
_GENDERS = {
    word: gender
    for gender, words in (
        (Gender.MALE, _MALE),
        (Gender.FEMALE, _FEMALE),
        (Gender.OTHER, _OTHER),
        (Gender.PREFER_NOT_TO_SAY, _UNSAID),
    )
    for word in [*words.split(), fold(gender)]
}
#: Where "M" may be "mujer", a woman.
_SPANISH = frozenset("AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV UY VE".split())

_YES = "yes y true 1 on ναι αληθεσ oui vrai ja wahr si verdadero vero sim verdadeiro tak да evet".split()
_NO = "no n false 0 off οχι ψευδεσ non faux nein falsch falso nao nee nie не hayir".split()
#: Words that mean the same, whatever is asked.
_IN = "subscribed optin optedin in εγγεγραμμενοσ abonne inscrit angemeldet suscrito iscritto inscrito".split()
_OUT = """unsubscribed optout optedout out stop stopped blocked διαγραμμενοσ desabonne desinscrit
    abgemeldet baja disiscritto""".split()
_ACTIVE = "active ενεργοσ aktiv activo attivo ativo".split()
_INACTIVE = "inactive ανενεργοσ inaktiv inactivo inattivo inativo".split()
_SAID = dict.fromkeys(_IN, "t") | dict.fromkeys(_OUT, "f")
_STATES = _SAID | dict.fromkeys([*_YES, *_ACTIVE], "t") | dict.fromkeys([*_NO, *_INACTIVE], "f")
_OPPOSITES = _SAID | dict.fromkeys(_YES, "f") | dict.fromkeys(_NO, "t")


def readers(country: str, *, is_day_first: bool) -> dict[str, Reader]:
    """What reads the cells of each of FIELDS, for an owner of that country."""
    return {
        "phone": _phone(country),
        "first_name": _perhaps(_name("first name")),
        "last_name": _perhaps(_name("last name")),
        "email": _perhaps(_email),
        "gender": _perhaps(_gender(country)),
        "birthday": _perhaps(_birthday(is_day_first)),
        "state": _perhaps(_state(_STATES, "subscribed")),
        "unsubscribed": _perhaps(_state(_OPPOSITES, "unsubscribed")),
    }


def clean(cell: str) -> str:
    """The cell without what surrounds it, in one line.

    Raises:
        Unfit: it holds what no text holds.
    """
    text = cell.strip()
    if not text.isprintable():
        if UNREADABLE in text or "\x00" in text:
            raise Unfit("It holds characters that cannot be read.")
        text = " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in text).split())
    elif UNREADABLE in text:
        raise Unfit("It holds characters that cannot be read in this encoding.")
    if text[:1] == "'" and text[1:2] in "=+-@":
        return text[1:]  # as a file of ours says that it is no formula
    if text[:1] == "#" and text in _ERRORS:
        raise Unfit(f"The spreadsheet could not calculate a cell: {text}.")
    return text


def _phone(country: str) -> Reader:
    read_number = reader(country)

    def read(text: str) -> str:
        is_odd = bool(_ODD.search(text))
        if is_odd and len(text) > _LONGEST_NUMBER:
            raise Unfit("That is no phone number.")
        if is_odd:
            text = _calculated(text)
            _refuse_several(_BETWEEN.split(text))
        number = read_number(text)
        if number is None and is_odd:
            number = read_number(_AFTER_CODE.sub(r"\1 ", text))
        if number is not None:
            return number
        if is_odd and _EXTENSION.fullmatch(text):
            raise Unfit(
                "That is a number with an extension. Leave the extension out, or write a mobile number."
            )
        _refuse_several(text.split())
        raise Unfit("That is no phone number.")

    def _refuse_several(parts: list[str]) -> None:
        if len(parts) > 1 and sum(read_number(part) is not None for part in parts) > 1:
            raise Unfit("There is more than one number in the cell. Keep the one that gets the messages.")

    return read


def _calculated(text: str) -> str:
    """The digits of a number that a spreadsheet wrote as something to calculate with: 6984303406.0."""
    if found := _FLOAT.fullmatch(text):
        return found[1]
    if found := _SHORTENED.fullmatch(text):
        first, rest, exponent = found[1], found[2] or "", found[3]
        if len(exponent) > 2 or not rest or len(rest) != int(exponent):
            raise Unfit("A spreadsheet has shortened the number. Show the column as text, and save anew.")
        return first + rest
    return text


def _perhaps(read: Reader) -> Reader:
    return lambda text: None if text.lower() in _NOTHING else read(text)


def _name(what: str) -> Reader:
    def read(text: str) -> str:
        if len(text) > 120:
            raise Unfit(f"The {what} is longer than 120 characters.")
        return text

    return read


def _email(text: str) -> str:
    if len(text) > 320 or not _EMAIL.fullmatch(text):
        raise Unfit("That is no email address.")
    return text


def _gender(country: str) -> Reader:
    is_spanish = country in _SPANISH

    def read(text: str) -> str:
        if is_spanish and text in ("M", "m"):
            raise Unfit("“M” may mean a man or a woman here. Write “hombre” or “mujer”.")
        gender = _GENDERS.get(text) or _GENDERS.get(fold(text))
        if gender is None:
            raise Unfit("That is no gender. Write “female”, “male” or “other”.")
        return gender

    return read


def _birthday(is_day_first: bool) -> Reader:
    today = utc_now().date()

    def read(text: str) -> str:
        try:
            day = _day_of(text, is_day_first, today.year)
        except ValueError:
            day = None
        if day is None:
            order = "31/12/1985" if is_day_first else "12/31/1985"
            raise Unfit(f"That is no day. Write it as 1985-12-31 or {order}.")
        if not day.year >= 1900 or day > today:
            raise Unfit("A birthday is a day that has been, in 1900 or later.")
        return day.isoformat()

    return read


def _day_of(text: str, is_day_first: bool, this_year: int) -> date:
    """The day.

    Raises:
        ValueError: it is none.
    """
    if found := _DAY.fullmatch(text):
        first, _, second, third = found.groups()
        if len(first) == 4:
            return date(int(first), int(second), int(third))
        day, month = (first, second) if is_day_first else (second, first)
        return date(_year(third, this_year), int(month), int(day))
    if found := _EIGHT.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _MONTH_NAMED.fullmatch(text):
        return date(_year(found[3], this_year), _month(found[2].lower()), int(found[1]))
    raise ValueError(text)


def _year(written: str, this_year: int) -> int:
    if len(written) == 4:
        return int(written)
    if len(written) == 2:
        return this_year - (this_year - int(written)) % 100  # the latest such year that has been
    raise ValueError(written)


def _month(name: str) -> int:
    return next((no for no, month in enumerate(_MONTHS, 1) if month.startswith(name)), 0)


def _state(meant: dict[str, str], asked: str) -> Reader:
    def read(text: str) -> str:
        state = meant.get(text) or meant.get(fold(text))
        if state is None:
            raise Unfit(f"That does not say whether the contact is {asked}. Write “yes” or “no”.")
        return state

    return read
