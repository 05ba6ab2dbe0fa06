"""What changed a rate, as it is said."""

from fractions import Fraction

import pytest

from dashboard.campaigns.why import queries, words
from tests.campaigns.why.sending import send_to
from tests.factories import make_list, make_owner

FINE = [("30", "delivered", 950), ("30", "27", 50), ("49", "delivered", 95), ("49", "27", 5)]


def said(now, before=FINE, **values):
    owner = make_owner(sender_name="Shop")
    send_to(owner, before, days_ago=30)
    campaign = send_to(owner, now, **values)
    why = queries.of_campaign(owner.id, campaign.id, campaign.started_at)
    sentences = [f"{sentence} ({words.points(effect, 1)})" for sentence, effect in words.contributions(why)]
    return words.title(why), words.headline(why), sentences


def test_a_country_whose_messages_failed_is_named_with_the_code(session):
    now = [("30", "delivered", 950), ("30", "27", 50), ("49", "delivered", 45), ("49", "1", 55)]
    assert said(now) == (
        "Why it fell",
        "Down 4.5 points",
        [
            "more failed with code 1, the number does not exist (−5.0)",
            "messages to +49 Germany were delivered less often (−4.5)",
        ],
    )


def test_what_rose_is_said_to_have_risen(session):
    before = [("30", "delivered", 600), ("30", "xyz", 400)]
    title, headline, sentences = said([("30", "delivered", 990), ("30", "sent", 10)], before)
    assert (title, headline) == ("Why it rose", "Up 39.0 points")
    assert sentences == ["fewer failed with the unknown code xyz (+40.0)"]


def test_where_all_fell_alike_no_country_is_named(session):
    now = [("30", "delivered", 500), ("30", "27", 500), ("49", "delivered", 50), ("49", "27", 50)]
    _, _, sentences = said(now)
    assert sentences == ["more failed with code 27, the handset was off or out of reach (−45.0)"]


def test_another_mix_of_countries_is_said_as_such(session):
    before = [("30", "delivered", 900), ("49", "delivered", 50), ("49", "27", 50)]
    now = [("30", "delivered", 100), ("49", "delivered", 450), ("49", "27", 450)]
    _, _, sentences = said(now, before)
    assert "fewer went to +30 Greece, of which more arrive (−20.0)" in sentences
    _, _, sentences = said(before, now)
    assert "more went to +30 Greece, of which more arrive (+20.0)" in sentences


def test_pending_is_no_failure(session):
    _, _, sentences = said([("30", "delivered", 500), ("30", "sent", 500)])
    assert sentences[0] == "more are still pending (−50.0)"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(1, 40), "+2.50"),
        (Fraction(-1, 40), "−2.50"),
        (Fraction(0), "0.00"),
        (Fraction(-1, 10**6), "0.00"),
        (Fraction(1, 10**6), "0.00"),
    ],
)
def test_points(share, text):
    assert words.points(share) == text


def test_a_bar_goes_from_the_middle_to_either_side():
    assert words.bar(Fraction(1, 2), Fraction(1, 2)) == (0, 50)
    assert words.bar(Fraction(-1, 4), Fraction(1, 2)) == (-25, 25)
    assert words.bar(Fraction(0), Fraction(0)) == (0, 0)


def test_one_group_explains_nothing(session):
    owner = make_owner(sender_name="Shop")
    one = make_list(owner, name="VIP")
    send_to(owner, FINE, days_ago=30, list_id=one.id)
    campaign = send_to(owner, FINE[:1], list_id=one.id)
    why = queries.of_campaign(owner.id, campaign.id, campaign.started_at)
    assert words.only_group("sender", why.splits["sender"], why.names) == (
        "All messages were sent as Shop, now and before: the sender explains nothing."
    )
    assert "to the list VIP, now" in words.only_group("list", why.splits["list"], why.names)
