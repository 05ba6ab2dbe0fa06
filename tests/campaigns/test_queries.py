from datetime import timedelta

import pytest
from sqlalchemy.exc import NoResultFound

from dashboard.campaigns import queries
from dashboard.campaigns.history import queries as history
from dashboard.campaigns.messages import queries as messages
from dashboard.campaigns.queries import SORTS, Wanted
from dashboard.core import keyset
from dashboard.core.db import db
from dashboard.owners.models import Owner
from tests.factories import NOON, make_campaign, make_contact, make_message, make_owner


def names(page) -> list[str]:
    return [row.name for row in page.rows]


def fill(campaign, **counts):
    for status, count in counts.items():
        for _ in range(count):
            make_message(campaign, status=status, error_code="27" if status == "failed" else None)
    return campaign


def test_the_figures_of_a_hand_made_set(session):
    campaign = fill(make_campaign(), queued=2, sent=3, delivered=10, failed=7)
    totals = queries.totals_of(queries.get(campaign.owner_id, campaign.id))
    assert (totals.messages, totals.accepted) == (22, 20)
    assert (totals.delivery.value, totals.failure.value, totals.pending.value) == (0.5, 0.35, 0.15)
    assert totals.progress.value == 20 / 22


def test_nothing_accepted_has_no_rate(session):
    campaign = fill(make_campaign(), queued=3)
    totals = queries.totals_of(queries.get(campaign.owner_id, campaign.id))
    assert (totals.delivery.value, totals.failure.value) == (None, None)


def test_another_owners_campaign_is_not_found(session):
    with pytest.raises(NoResultFound):
        queries.get(make_owner().id, make_campaign().id)


@pytest.mark.parametrize("figure", ["all", "accepted", "queued", "sent", "delivered", "failed"])
def test_the_messages_behind_a_figure_are_as_many_as_it_says(session, figure):
    campaign = fill(make_campaign(), queued=2, sent=3, delivered=4, failed=5)
    fill(make_campaign(), delivered=1, failed=1)
    totals = queries.totals_of(queries.get(campaign.owner_id, campaign.id))
    page = messages.messages(campaign.owner_id, campaign.id, totals, figure=figure)
    assert len(page.rows) == totals.of(figure)


def test_the_few_pending_ones_are_found_without_reading_all_at_once(session, monkeypatch):
    monkeypatch.setattr(messages, "LOOKED_THROUGH", 4)
    campaign = fill(make_campaign(), sent=2, delivered=9)
    totals = queries.totals_of(queries.get(campaign.owner_id, campaign.id))
    pages, at = [], keyset.FIRST
    while at:
        page = messages.messages(campaign.owner_id, campaign.id, totals, figure="sent", at=at)
        pages.append([row.status for row in page.rows])
        at = page.after and keyset.At(after=page.after)
    assert pages == [[], [], ["sent", "sent"]]


def test_failure_reasons_lead_to_their_messages(session):
    campaign = fill(make_campaign(), failed=3)
    make_message(campaign, status="failed")
    totals = queries.totals_of(queries.get(campaign.owner_id, campaign.id))
    reasons = messages.failure_reasons(campaign.owner_id, campaign.id)
    assert [(row.error_code, row.failed) for row in reasons] == [("27", 3), ("", 1)]
    for row in reasons:
        page = messages.messages(
            campaign.owner_id, campaign.id, totals, figure="failed", error_code=row.error_code
        )
        assert len(page.rows) == row.failed


def test_unsubscribes_count_recipients_within_the_window_alone(session):
    owner = make_owner()
    campaign = make_campaign(owner)

    def recipient(days: float, status: str = "delivered"):
        contact = make_contact(owner, is_subscribed=False, unsubscribed_at=NOON + timedelta(days=days))
        make_message(campaign, contact, status=status)
        return contact.id

    recipient(-0.1)
    inside = {recipient(0), recipient(3), recipient(6.99)}
    recipient(7)
    recipient(1, status="queued")
    make_contact(owner, is_subscribed=False, unsubscribed_at=NOON + timedelta(days=1))
    make_message(campaign)

    found = messages.unsubscribes(owner.id, campaign.id, NOON, window_days=7)
    assert found.count == 3
    assert {contact.id for contact in found.contacts} == inside
    assert queries_most(owner, campaign) == (3, 2)
    assert found.closes_at == NOON + timedelta(days=7)
    assert messages.unsubscribes(owner.id, campaign.id, None, window_days=7).closes_at is None


def queries_most(owner, campaign) -> tuple[int, int]:
    """The count, and the contacts shown, where fewer are shown than counted."""
    found = messages.unsubscribes(owner.id, campaign.id, NOON, window_days=7, most=2)
    return found.count, len(found.contacts)


def test_all_who_unsubscribed_are_paged_in_the_order_in_which_they_left(session):
    owner = make_owner()
    campaign = make_campaign(owner)
    gone = []
    for hours in (3, 1, 1, 2, 5):
        left_at = NOON + timedelta(hours=hours)
        contact = make_contact(owner, is_subscribed=False, unsubscribed_at=left_at)
        make_message(campaign, contact)
        gone.append((left_at, contact.id))

    def page(**at):
        where = keyset.At(size=2, **at)
        return messages.unsubscribed(owner.id, campaign.id, NOON, window_days=7, at=where)

    first = page()
    second = page(after=first.after)
    third = page(after=second.after)
    seen = [(row.unsubscribed_at, row.id) for found in (first, second, third) for row in found.rows]
    assert seen == sorted(gone)
    assert third.after is None
    assert page(before=second.before).rows == first.rows
    assert messages.unsubscribed(owner.id, campaign.id, None, window_days=7).rows == []


def test_the_curve_grows_to_the_totals(session):
    campaign = make_campaign()
    make_message(campaign)
    make_message(campaign, delivered_at=NOON + timedelta(hours=2))
    make_message(campaign, status="failed")
    curve = history.curve(campaign.owner_id, campaign.id)
    assert list(curve.accepted) == [0, 3, 3]
    assert list(curve.delivered) == [0, 1, 2]
    assert list(curve.failed) == [0, 1, 1]
    assert curve.ends == [NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=3)]
    assert history.curve(campaign.owner_id, make_campaign().id).ends == []


def test_late_receipts_are_added_up_by_day(session):
    campaign = make_campaign()
    for hours in (0, 71, 73, 95, 96, 500):
        make_message(campaign, delivered_at=NOON + timedelta(hours=hours))
    curve = history.curve(campaign.owner_id, campaign.id)
    assert [(end - NOON) / timedelta(hours=1) for end in curve.ends] == [0, 1, 72, 96, 120, 504]
    assert list(curve.delivered) == [0, 1, 2, 4, 5, 6]


def test_campaigns_filter_by_name_state_owner_and_time(session):
    owner = make_owner()
    wanted = make_campaign(owner, name="Εκπτώσεις Ιουλίου", status="sending")
    make_campaign(owner, name="Other", started_at=NOON - timedelta(days=3))
    make_campaign(name="Εκπτώσεις")
    assert names(queries.page(Wanted(name="εκπτωσεισ ιουλιου"))) == [wanted.name]
    assert names(queries.page(Wanted(status="sending"))) == [wanted.name]
    assert len(queries.page(Wanted(owner_id=owner.id)).rows) == 2
    assert names(queries.page(Wanted(owner_id=owner.id, since=NOON))) == [wanted.name]
    assert names(queries.page(Wanted(owner_id=owner.id, until=NOON))) == ["Other"]


@pytest.mark.parametrize("sort", SORTS)
def test_every_sort_shows_every_campaign_once_over_its_pages(session, sort):
    owner = make_owner()
    for n in range(7):
        campaign = make_campaign(owner, started_at=NOON + timedelta(hours=n // 2))
        fill(campaign, delivered=n % 3, failed=n % 2)
    page = queries.page(Wanted(), sort=sort, at=keyset.At(size=2))
    seen = names(page)
    while page.after:
        page = queries.page(Wanted(), sort=sort, at=keyset.At(after=page.after, size=2))
        seen += names(page)
    assert len(seen) == len(set(seen)) == 7


def test_sorts_put_campaigns_without_a_rate_last(session):
    empty, bad, good = make_campaign(name="empty"), make_campaign(name="bad"), make_campaign(name="good")
    fill(bad, failed=2, delivered=1)
    fill(good, delivered=3)
    assert empty.name
    assert names(queries.page(Wanted(), sort="failing")) == ["bad", "good", "empty"]
    assert names(queries.page(Wanted(), sort="undelivered")) == ["bad", "good", "empty"]


def test_sorts_go_by_what_is_sure_and_not_by_the_share(session):
    fill(make_campaign(name="1 of 1"), failed=1)
    fill(make_campaign(name="12 of 30"), failed=12, delivered=18)
    fill(make_campaign(name="9 of 30"), failed=9, delivered=21)
    assert names(queries.page(Wanted(), sort="failing")) == ["12 of 30", "1 of 1", "9 of 30"]
    assert names(queries.page(Wanted(), sort="undelivered")) == ["12 of 30", "1 of 1", "9 of 30"]


def test_a_campaigns_countries_are_those_of_its_numbers(session):
    campaign = make_campaign()
    for phone, status in [
        ("+306984303406", "delivered"),
        ("+306984303407", "sent"),
        ("+12125550100", "failed"),
    ]:
        make_message(campaign, make_contact(campaign_owner(campaign), phone=phone), status=status)
    make_message(campaign, status="queued")
    countries = queries.countries(campaign.owner_id, campaign.id)
    assert [(code, there.accepted, there.delivered, there.failed) for code, there in countries] == [
        ("30", 2, 1, 0),
        ("1", 1, 0, 1),
    ]
    assert queries.countries(campaign.owner_id, make_campaign().id) == []


def campaign_owner(campaign) -> Owner:
    return db.session.get_one(Owner, campaign.owner_id)


def test_the_worst_are_those_that_surely_failed(session):
    one_of_two = fill(make_campaign(name="1 of 2"), failed=1, delivered=1)
    many = fill(make_campaign(name="12 of 30"), failed=12, delivered=18)
    assert one_of_two.name
    worst = queries.worst_failures(NOON - timedelta(days=1))
    assert [row.name for row in worst] == [many.name, "1 of 2"]
