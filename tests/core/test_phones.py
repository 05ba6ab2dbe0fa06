import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core import phones


@pytest.mark.parametrize(
    "typed",
    [
        "69 8430 3406",
        "6984303406",
        "+30 698 430 3406",
        "0030 698 4303406",
        "+30-698-430-3406",
        "(+30) 698 430 3406",
        "tel:+306984303406",
        "\u00a069\u00a08430\u00a03406 ",
    ],
)
def test_one_number_in_every_format(typed):
    assert phones.normalise(typed, "GR") == "+306984303406"


@pytest.mark.parametrize("typed", ["", "abc", "12", "+", "+999999999999999999", "6984303406 ext. 5", "٣"])
def test_what_is_no_number(typed):
    assert phones.normalise(typed, "GR") is None


def test_a_national_number_is_read_in_its_country():
    assert phones.normalise("07911 123456", "GB") == "+447911123456"


@given(st.text(max_size=40))
def test_any_text_gives_a_storable_number_or_none(text):
    number = phones.normalise(text, "GR")
    assert number is None or (number[0] == "+" and number[1:].isascii() and 7 <= len(number[1:]) <= 15)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [("+30 698-43", "3069843"), ("0030698", "30698"), ("07911", "7911"), ("Anna 2", None), ("...", None)],
)
def test_digits_of_a_part_of_a_number(typed, digits):
    assert phones.digits(typed) == digits
