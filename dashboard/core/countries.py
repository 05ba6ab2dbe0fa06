"""Countries by their ISO 3166-1 alpha-2 codes."""

from functools import cache
from importlib.resources import files

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

#: The code that ISO 3166 reserves for the European Union.
EUROPEAN_UNION = "EU"
#: Its 27 members, as of 2026: https://european-union.europa.eu/principles-countries-history/eu-countries_en
_MEMBERS = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)


def name_of(code: str) -> str:
    """The country's name in English; the code itself where no country has it."""
    return _names().get(code, code)


def countries_in(code: str) -> frozenset[str]:
    """The codes of the countries that a code stands for: one country, or the members of the union."""
    return _MEMBERS if code == EUROPEAN_UNION else frozenset([code])


@cache
def name_of_calling_code(code: str) -> str:
    """Where the numbers of a calling code (ITU-T E.164) are: "+30 Greece", "+1 United States and others".

    Of several countries the one for which the code is known best is named; a code of none stands alone.
    """
    # "001" is the world: satellites and the like.
    regions = [one for one in COUNTRY_CODE_TO_REGION_CODE.get(int(code or 0), ()) if one != "001"]
    if not regions:
        return f"+{code}"
    return f"+{code} {name_of(regions[0])}{' and others' if len(regions) > 1 else ''}"


@cache
def _names() -> dict[str, str]:
    # The zones come with a table of the countries that they belong to.
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return dict(lines) | {EUROPEAN_UNION: "European Union"}
