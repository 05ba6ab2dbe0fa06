"""Numbers by the million: the quick way answers as the parser, for every country."""

import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from dashboard.contact_imports.reading import numbers
from dashboard.core import phones

COUNTRIES = sorted(phonenumbers.SUPPORTED_REGIONS)
FORMATS = [PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL]
READERS = {country: numbers.reader(country) for country in COUNTRIES}


def thoroughly(text: str, country: str) -> str | None:
    number = phones.normalise(text, country)
    return number if number and phones.is_assigned(number) else None


def examples():
    for country in COUNTRIES:
        for kind in PhoneNumberType.values():
            if (example := phonenumbers.example_number_for_type(country, kind)) is not None:
                yield country, example


EXAMPLES = list(examples())


def test_every_kind_of_number_of_every_country_reads_as_the_parser_reads_it():
    for country, example in EXAMPLES:
        e164, international, national = (phonenumbers.format_number(example, form) for form in FORMATS)
        digits = re.sub(r"\D", "", national)
        for text in (
            e164, international, national, digits, e164[1:], "00" + e164[1:], e164[:-1], e164 + "1",
            e164.replace("+", "+0"), f"0{digits}", f"{digits}0", f"8{digits}", f"1{digits}",
        ):  # fmt: skip
            for home in (country, "GR", "FR"):
                assert READERS[home](text) == thoroughly(text, home), (text, home)


@given(
    country=st.sampled_from(COUNTRIES),
    example=st.sampled_from(EXAMPLES),
    head=st.sampled_from(["", "+", "00", "0", "1", "8", "9", "15", "011", "810", "(0)"]),
    with_code=st.booleans(),
    changes=st.lists(st.tuples(st.integers(0, 14), st.sampled_from("0123456789 -./()")), max_size=4),
)
@settings(max_examples=1_000, deadline=None)
def test_a_number_with_slips_reads_as_the_parser_reads_it(country, example, head, with_code, changes):
    own, number = example
    digits = phonenumbers.national_significant_number(number)
    text = head + (str(number.country_code) if with_code else "") + digits
    for at, character in changes:
        text = text[:at] + character + text[at + (character in "0123456789") :]
    for home in (country, own):
        assert READERS[home](text) == thoroughly(text, home), (text, home)


@given(text=st.from_regex(r"(\+|00)?[0-9 -]{4,19}", fullmatch=True), country=st.sampled_from(COUNTRIES))
@settings(max_examples=500, deadline=None)
def test_digits_of_any_kind_read_as_the_parser_reads_them(text, country):
    assert READERS[country](text) == thoroughly(text, country)


@pytest.mark.parametrize(
    "text", ["", "+", "٦٩٨٤٣٠٣٤٠٦", "6984303406 x5", "tel:+306984303406", "６９８４３０３４０６"]
)
def test_what_is_not_plain_is_left_to_the_parser(text):
    assert READERS["GR"](text) == thoroughly(text, "GR")


@pytest.mark.parametrize(
    "text", ["6984303406", "698 430 3406", "+30 698-430-3406", "306984303406", "00306984303406"]
)
def test_plain_numbers_never_reach_the_parser(monkeypatch, text):
    monkeypatch.setattr(phones, "normalise", None)
    assert READERS["GR"](text) == "+306984303406"
