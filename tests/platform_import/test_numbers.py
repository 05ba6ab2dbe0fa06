"""Numbers by the million: the quick way answers as the thorough one."""

from itertools import product

import phonenumbers
import pytest

from dashboard.core.phones import normalise
from dashboard.platform_import.numbers import country_of_zone, e164, majority_country
from dashboard.platform_import.report import harmless


def test_the_quick_way_answers_as_the_thorough_one():
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    for region, kind in product(sorted(phonenumbers.SUPPORTED_REGIONS), kinds):
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        clean = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
        for text in (clean, clean[:-4], clean + "99999", national, " " + clean):
            assert e164(text, region) == normalise(text, region), text


@pytest.mark.parametrize(
    "text", ["", " ", "+", "+30", "abc", "+00306984303406", "+9999999999", "٠٦٩٨٤٣٠٣٤٠٦", None]
)
def test_what_is_no_number_is_none_or_as_the_parser_says(text):
    assert e164(text, "GR") == (normalise(text, "GR") if text is not None else None)


def test_a_zone_tells_its_country():
    assert country_of_zone("Europe/Athens") == "GR"
    assert country_of_zone("UTC") is None
    assert country_of_zone(None) is None


def test_most_numbers_tell_the_country():
    assert majority_country([("+306", 5), ("+393", 4), ("+447", 3)]) == "GR"
    assert majority_country([]) is None


def test_a_spreadsheet_does_not_run_what_it_opens():
    assert [harmless(v) for v in ("=1", "+1", "-1", "@a", "\ta", "\ra", "a=1", 5)] == [
        "'=1", "'+1", "'-1", "'@a", "'\ta", "'\ra", "a=1", 5,
    ]  # fmt: skip
