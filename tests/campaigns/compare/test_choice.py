"""What an address may name, and what is said of what it may not."""

import pytest

from dashboard.campaigns.compare.choice import read


def test_campaigns_are_read_in_their_order():
    assert read(["7-123", "9-456", "7-1"]).keys == [(7, 123), (9, 456), (7, 1)]
    assert read([]).keys == []


def test_a_campaign_that_is_named_twice_stands_there_once():
    assert read(["7-123", "7-123", "07-123"]).keys == [(7, 123)]


@pytest.mark.parametrize(
    "text", ["", "7", "7-", "-7", "7-x", "7-1-2", " 7-1", "7-1\n", "٧-١", "9" * 30 + "-1", "1-\x00", "1--1"]
)
def test_what_names_no_campaign_is_left_out_and_said(text):
    choice = read([text, "7-1"])
    assert choice.keys == [(7, 1)]
    assert choice.left_out == ["A part of the address names no campaign and was left out."]


def test_five_stand_side_by_side_and_no_more():
    assert read([f"1-{n}" for n in range(5)]).left_out == []
    choice = read([f"1-{n}" for n in range(6)])
    assert choice.keys == [(1, n) for n in range(5)]
    assert choice.left_out == ["At most five campaigns stand side by side: the first five do."]


def test_what_does_not_exist_is_named():
    choice = read(["7-1", "7-2"]).of_those({(7, 2)})
    assert choice.keys == [(7, 2)]
    assert choice.left_out == ["There is no campaign 7-1: it was left out."]
