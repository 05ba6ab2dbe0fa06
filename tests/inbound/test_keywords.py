"""Which texts opt out and in, and which only sound like it."""

import pytest

from dashboard.inbound.keywords import Keyword, keyword


@pytest.mark.parametrize(
    "text",
    [
        *("STOP", "stop", " Stop!\n", "«ΣΤΟΠ»", "Στόπ.", "στοπ", "Arrêt", "ARRET", "ＳＴＯＰ", "\u200bSTOP"),
        *("opt out", "Opt-Out", "OPTOUT", "stopall", "UNSUBSCRIBE", "cancel", "end", "quit", "revoke"),
    ],
)
def test_these_opt_out(text):
    assert keyword(text) is Keyword.STOP


@pytest.mark.parametrize("text", ["START", "yes!", "Unstop"])
def test_these_opt_in(text):
    assert keyword(text) is Keyword.START


@pytest.mark.parametrize("text", ["help", "INFO?"])
def test_these_ask_for_help(text):
    assert keyword(text) is Keyword.HELP


@pytest.mark.parametrize(
    "text",
    ["", "!", "Stop by tomorrow?", "please stop texting me", "Thanks for the coffee!", "stops", "yes please"],
)
def test_all_else_is_none_of_them(text):
    assert keyword(text) is None
