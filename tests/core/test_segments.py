import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.core.segments import segments

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "^{}\\[]~|€\f"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 153 * 9, 9),
        ("a" * (153 * 9 + 1), 10),
    ],
)
def test_gsm_holds_160_septets_and_153_in_each_of_several(text, count):
    assert segments(text) == count


def test_the_whole_basic_alphabet_costs_a_septet_each():
    assert len(set(BASIC)) == 127  # and the escape, which is no character
    for character in BASIC:
        assert (segments(character * 160), segments(character * 161)) == (1, 2), character


def test_the_extension_costs_two_septets_each():
    for character in EXTENDED:
        assert (segments(character * 80), segments(character * 81)) == (1, 2), character
        assert (segments("a" * 158 + character), segments("a" * 159 + character)) == (1, 2), character


def test_an_escape_is_not_cut_from_its_septet():
    assert segments("a" * 152 + "€" + "a" * 151) == 2  # the € opens the second segment
    assert segments("a" * 152 + "€" + "a" * 152) == 3  # which its 306 septets would just fill
    assert segments("€" * 152) == 2
    assert segments("€" * 153) == 3


@pytest.mark.parametrize(
    "character", ["ά", "α", "Ω".lower(), "Α", "ç", "`", "–", "“", "\t", "\u00a0", "Я", "你"]
)
def test_one_character_outside_gsm_makes_the_whole_text_ucs_2(character):
    assert segments("a" * 69 + character) == 1
    assert segments("a" * 70 + character) == 2
    assert segments("a" * 133 + character) == 2
    assert segments("a" * 134 + character) == 3


def test_the_greek_capitals_of_gsm_cost_a_septet_and_small_letters_a_unit():
    assert segments("ΔΦΓΛΩΠΨΣΘΞ" * 16) == 1
    assert segments("ΔΦΓΛΩΠΨΣΘΞ" * 16 + "A") == 2
    assert segments("δφγλωπψσθξ" * 7) == 1
    assert segments("δφγλωπψσθξ" * 7 + "A") == 2


def test_in_ucs_2_what_gsm_escapes_costs_one_unit():
    assert segments("α" + "€" * 69) == 1
    assert segments("α" + "€" * 70) == 2


def test_an_emoji_is_two_units_and_not_cut():
    assert (segments("🎉" * 35), segments("🎉" * 36)) == (1, 2)
    assert segments("α" * 66 + "🎉" + "α" * 65) == 2  # the pair opens the second segment
    assert segments("α" * 66 + "🎉" + "α" * 66) == 3  # which its 134 units would just fill
    assert (segments("🎉" * 66), segments("🎉" * 67)) == (2, 3)
    assert segments("👩‍👩‍👧" * 8) == 1  # eight units each: three pairs and two joiners
    assert segments("👩‍👩‍👧" * 9) == 2


@given(st.text(st.sampled_from(BASIC + EXTENDED), max_size=700))
@example("€" * 153)
def test_in_gsm_nothing_is_lost_but_a_septet_at_each_cut(text):
    septets = len(text) + sum(text.count(character) for character in EXTENDED)
    count = segments(text)
    assert count == 1 if septets <= 160 else 153 * count >= septets > 152 * (count - 1)


@given(st.text(st.sampled_from("αβγ 🎉你a€"), max_size=300).map(lambda text: text + "ά"))
def test_in_ucs_2_nothing_is_lost_but_a_unit_at_each_cut(text):
    units = len(text.encode("utf-16-le")) // 2
    count = segments(text)
    assert count == 1 if units <= 70 else 67 * count >= units > 66 * (count - 1)
