"""Each kind of difference is found where it is, and nowhere else."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import NoResultFound

from dashboard.core import keyset
from dashboard.core.db import db, utc_now
from dashboard.wallets.models import ReasonCode
from dashboard.wallets.reconciliation import queries, words
from dashboard.wallets.reconciliation.queries import Kind
from tests.factories import make_campaign, make_message, make_owner, make_wallet
from tests.wallets.reconciliation.scenes import enter, reverse, sent


def found(**wanted) -> dict[str, list[tuple[int, int]]]:
    """The campaigns that differ, by kind, each with its credits."""
    return {
        kind.value: [(row.campaign_id, row.credits) for row in page.rows]
        for kind in Kind
        if (page := queries.page(kind, **wanted)).rows
    }


def differences(campaign) -> dict[str, int]:
    charge = queries.charge(campaign.owner_id, campaign.id)
    return {kind.value: charge.credits(kind) for kind in charge.kinds}


def test_a_sound_campaign_is_in_no_list(session):
    sent(delivered=3, debited=3)
    refunded = sent(delivered=2, failed=2, debited=4)
    enter(refunded, 2, ReasonCode.REFUND)
    make_campaign()
    assert found() == {}
    assert all(figure == queries.Figure(0, 0) for figure in queries.figures().values())


def test_sent_without_debit_counts_queued_messages_too(session):
    campaign = sent(delivered=2, debited=3)
    make_message(campaign, status="queued", segments=4)
    assert found() == differences_of(campaign, undebited=3)
    assert "Short by 3 credits: 6 segments, 3 debited." in said(campaign)


def test_an_imported_campaign_without_any_debit_is_short_of_all_and_its_failures_of_nothing(session):
    campaign = sent(delivered=4, failed=1)
    assert found() == differences_of(campaign, undebited=5)


def test_a_reversed_debit_was_none(session):
    campaign = sent(delivered=4)
    reverse(campaign, enter(campaign, -4))
    assert found() == differences_of(campaign, undebited=4)


def test_debit_without_message(session):
    campaign = sent(debited=10)
    other = sent(delivered=3, debited=5)
    assert found() == {"overdebited": [(other.id, 2), (campaign.id, 10)]}
    assert "2 credits too many: 3 segments, 5 debited." in said(other)
    enter(campaign, 10, ReasonCode.CORRECTION)
    # A refund beyond the failures gives back of the debit as well.
    enter(other, 1, ReasonCode.REFUND)
    assert found() == differences_of(other, overdebited=1)
    enter(other, 1, ReasonCode.REFUND)
    assert found() == {}


def test_failed_and_not_refunded(session):
    campaign = sent(delivered=5, failed=4, debited=9)
    assert found() == differences_of(campaign, unrefunded=4)
    refund = enter(campaign, 3, ReasonCode.REFUND)
    assert found() == differences_of(campaign, unrefunded=1)
    assert "1 credit not given back: 4 segments failed, 3 refunded." in said(campaign)
    reverse(campaign, refund)
    assert found() == differences_of(campaign, unrefunded=4)


def test_a_refund_beyond_the_failures_is_somebodys_decision(session):
    campaign = sent(delivered=5, failed=1, debited=6)
    enter(campaign, 6, ReasonCode.REFUND)
    assert found() == {}


def test_what_was_never_debited_needs_no_refund(session):
    campaign = sent(delivered=5, failed=4, debited=8)
    assert differences(campaign) == {"undebited": 1, "unrefunded": 3}
    enter(campaign, -1)
    assert differences(campaign) == {"unrefunded": 4}


def test_a_campaign_can_differ_in_two_ways(session):
    campaign = sent(delivered=5, failed=4, debited=11)
    assert found() == {"overdebited": [(campaign.id, 2)], "unrefunded": [(campaign.id, 4)]}


@pytest.mark.parametrize(
    ("status", "finished_hours_ago", "is_listed"),
    [("completed", 71, False), ("completed", 73, True), ("failed", 73, True), ("paused", 73, False),
     ("sending", 500, False)],
)  # fmt: skip
def test_failures_are_final_72_hours_after_the_end(session, status, finished_hours_ago, is_listed):
    ended_at = utc_now() - timedelta(hours=finished_hours_ago)
    campaign = sent(failed=2, debited=3, status=status, finished_at=ended_at)
    make_message(campaign, status="sent")
    assert found() == (differences_of(campaign, unrefunded=2) if is_listed else {})
    assert queries.figures()[Kind.UNREFUNDED] == queries.Figure(int(is_listed), 2 * is_listed)
    assert differences(campaign) == ({"unrefunded": 2} if is_listed else {})


def test_failures_are_final_as_soon_as_nothing_waits_for_a_receipt(session):
    campaign = sent(failed=2, debited=2, finished_at=utc_now())
    assert found() == differences_of(campaign, unrefunded=2)


def test_an_imported_campaign_without_an_end_is_taken_by_its_start(session):
    campaign = sent(failed=2, debited=3, started_at=utc_now() - timedelta(hours=73))
    make_message(campaign, status="sent")
    assert found() == differences_of(campaign, unrefunded=2)


def test_figures_add_up_by_kind(session):
    owner = make_owner()
    make_wallet(owner, balance_credits=1000)
    for n in range(1, 4):
        sent(owner, delivered=n, debited=n + 2)
    sent(owner, delivered=7)
    assert queries.figures() == {
        Kind.UNDEBITED: queries.Figure(1, 7),
        Kind.OVERDEBITED: queries.Figure(3, 6),
        Kind.UNREFUNDED: queries.Figure(0, 0),
    }


def test_more_than_are_counted_are_said_to_be_more(session, monkeypatch):
    monkeypatch.setattr(queries, "MOST_COUNTED", 2)
    owner = make_owner()
    for _ in range(4):
        sent(owner, delivered=1)
    figure = queries.figures()[Kind.UNDEBITED]
    assert figure.is_cut
    assert figure.credits <= 3


def test_pages_go_on_where_the_last_one_ended_and_keep_to_an_owner(session):
    owner, other = make_owner(), make_owner()
    campaigns = [sent(o, delivered=1).id for o in (owner, other, owner, owner, other)]
    seen, at = [], keyset.At(size=2)
    while at:
        page = queries.page(Kind.UNDEBITED, at=at)
        seen += [row.campaign_id for row in page.rows]
        at = page.after and keyset.At(after=page.after, size=2)
    assert seen == campaigns[::-1]
    of_other = queries.page(Kind.UNDEBITED, owner_id=other.id).rows
    assert [row.campaign_id for row in of_other] == [campaigns[4], campaigns[1]]


def test_a_strangers_campaign_has_no_charge(session):
    campaign = sent(delivered=1)
    with pytest.raises(NoResultFound):
        queries.charge(make_owner().id, campaign.id)


def test_a_page_asks_as_often_for_many_campaigns_as_for_one(app, client, sign_in):
    sign_in("admin")
    owner = make_owner()
    counts = []
    for more in (1, 12):
        for _ in range(more):
            sent(owner, delivered=1)
        asked = []
        event.listen(db.engine, "before_cursor_execute", lambda *args, asked=asked: asked.append(args[2]))
        assert client.get("/wallets/reconciliation").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def differences_of(campaign, **credits) -> dict[str, list[tuple[int, int]]]:
    return {kind: [(campaign.id, count)] for kind, count in credits.items()}


def said(campaign) -> str:
    charge = queries.charge(campaign.owner_id, campaign.id)
    return " ".join(
        f"{words.difference(kind, charge)}: {words.reckoning(kind, charge)}." for kind in charge.kinds
    )
