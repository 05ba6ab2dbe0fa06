"""What happened in each hour, on each day, and when messages fail."""

from datetime import UTC, datetime, timedelta

from dashboard.campaigns.history import heat
from dashboard.campaigns.history import queries as history
from dashboard.core.rates import Rate
from tests.factories import NOON, make_campaign, make_message, make_owner


def test_days_are_days_of_the_zone(session):
    campaign = make_campaign()
    late = NOON.replace(hour=23)
    make_message(campaign, sent_at=late, delivered_at=late)
    hours = history.hours(NOON - timedelta(days=2))
    (utc, athens) = (history.by_day(history.by_hour_of_day(hours, zone)) for zone in ("UTC", "Europe/Athens"))
    assert [day.day for day in (*utc, *athens)] == [20, 21]
    assert list(athens.values()) == [history.Span(1, 1, 0)]
    assert history.hours(NOON, owner_id=make_owner().id) == {}


def test_an_hour_that_the_clock_shows_twice_is_one(session):
    campaign = make_campaign()
    put_back = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 03:30 in Athens, and an hour later again
    for hours in (0, 1, 2):
        at = put_back + timedelta(hours=hours)
        make_message(campaign, sent_at=at, delivered_at=at)
    by_clock = history.by_hour_of_day(history.hours(put_back - timedelta(days=1)), "Europe/Athens")
    told = [(day.day, hour, span.accepted) for (day, hour), span in by_clock.items()]
    assert told == [(25, 3, 2), (25, 4, 1)]


def test_each_hours_failures_are_a_share_of_what_was_reported_in_it(session):
    """A message that fails in the night was handed over by day: it counts where it failed."""
    campaign = make_campaign()
    night = NOON + timedelta(hours=14)
    for n in range(40):
        make_message(campaign, status="failed" if n < 2 else "delivered", sent_at=NOON,
                     **({"failed_at": night} if n < 2 else {"delivered_at": night}))  # fmt: skip
    make_message(campaign, delivered_at=NOON)
    by_clock = history.by_hour_of_day(history.hours(NOON - timedelta(days=1)), "UTC")
    day = NOON.date()
    ((_, first), (_, second)) = heat.rows(by_clock, [day, day + timedelta(days=1)])
    assert (first[12].percent, first[12].step) == ("·", 0)
    assert (second[2].failing, second[2].percent, second[2].step) == (Rate(2, 40), "5", 3)
    assert [cell for cell in first + second if cell] == [first[12], second[2]]
