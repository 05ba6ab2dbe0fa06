"""The providers' codes, in plain words and with what to do."""

import pytest

from dashboard.campaigns import failure_codes as codes
from dashboard.campaigns.failures import Kind, advice, meaning, reason
from dashboard.demo.codes import ERROR_CODES


@pytest.mark.parametrize(
    ("code", "words", "kind"),
    [
        ("27", "The handset was off or out of reach", Kind.RETRY),
        ("1", "The number does not exist", Kind.SUPPRESS),
        ("numberChanged", "The number has changed", Kind.FIX_NUMBER),
        ("REJECTD", "The network refused the message", Kind.CHANGE),
        ("0xD0", "The handset's memory is full", Kind.RETRY),
        ("0x0000000B", "The number is not valid", Kind.FIX_NUMBER),
        ("ESME_RINVSRCADR", "The sender is not allowed", Kind.CHANGE),
        (None, "The provider gave no reason", Kind.ASK),
        ("", "The provider gave no reason", Kind.ASK),
    ],
)
def test_a_code_has_words_and_advice(code, words, kind):
    assert (meaning(code), advice(code).kind) == (words, kind)
    assert reason(code).code == (code or "")


@pytest.mark.parametrize(
    ("written", "as_if"),
    [
        ("027", "27"),
        ("001", "1"),
        (" undeliv ", "UNDELIV"),
        ("Undeliverable", "UNDELIV"),
        ("ABSENT_SUBSCRIBER", "absentSubscriber"),
        ("subscriber busy for mt-sms", "subscriberBusyForMT-SMS"),
        ("0xd0", "0xD0"),
        ("0X0000000b", "ESME_RINVDSTADR"),
    ],
)
def test_one_code_is_known_in_all_the_ways_it_is_written(written, as_if):
    assert meaning(as_if) is not None
    assert (meaning(written), advice(written)) == (meaning(as_if), advice(as_if))
    assert reason(written).code == written


@pytest.mark.parametrize(
    "code",
    [
        "4097", "a-code-that-nobody-knows",
        "0x1B",  # 27 of MAP, or of another list
        "0x0B", "000B", "0000000B", "0027", "00027", "1_1", "-27", "_", "2 7", "0",
        "44", "51",  # numbers that mean one thing in MAP and another elsewhere
        "٢٧", "²", "０２７",
    ],
)  # fmt: skip
def test_what_is_not_surely_known_stays_raw(code):
    unknown = reason(code)
    assert (unknown.code, unknown.words, unknown.advice) == (code, None, codes.UNKNOWN)
    assert unknown.advice.kind is Kind.ASK


def test_the_usual_codes_of_the_demo_are_known():
    assert [error.code for error in ERROR_CODES if meaning(error.code) is None] == ["4097", "1031"]


def test_numbers_are_those_of_the_standards():
    # 3GPP TS 29.002, 17.6.6 and 3GPP TS 23.040, 9.2.3.22.
    assert all(0 < number < 0x80 for number in codes.NUMBERS)
    assert set(codes.NUMBERS.values()) <= set(codes.MAP_ERRORS)
    assert all(0x80 <= octet <= 0xFF for octet in codes.FAILURE_CAUSES)


def test_every_kind_of_advice_is_given_and_each_sentence_ends():
    tables = (codes.STATES, codes.MAP_ERRORS, codes.FAILURE_CAUSES)
    meanings = [what for table in tables for what in table.values()]
    meanings += [what for _, what in codes.COMMAND_STATUS.values()]
    assert {what.kind for _, what in meanings} == set(Kind)
    for words, what in meanings:
        assert not words.endswith(".")
        assert what.sentence.endswith(".")
