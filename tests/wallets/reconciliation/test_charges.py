"""What a campaign was charged is what its entries say, whatever order they come in."""

from collections.abc import Iterator

import flask_migrate
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from dashboard import create_app
from dashboard.campaigns.models import CampaignStat
from dashboard.core.db import db
from dashboard.owners.models import Owner
from dashboard.wallets.models import CreditTransaction, ReasonCode
from tests.factories import make_campaign, make_contact, make_message, make_owner, make_wallet
from tests.wallets.reconciliation.scenes import enter, reverse, sent


def charged(campaign) -> tuple[int, int]:
    return tuple(
        db.session.execute(
            select(CampaignStat.debited_credits, CampaignStat.refunded_credits).where(
                CampaignStat.owner_id == campaign.owner_id, CampaignStat.campaign_id == campaign.id
            )
        ).one()
    )


def counted(campaign) -> tuple[int, int]:
    """The same, counted one by one: each entry on the side of the entry that it undoes in the end."""
    entries = {
        entry.id: entry
        for entry in db.session.execute(
            select(
                CreditTransaction.id,
                CreditTransaction.type,
                CreditTransaction.reason_code,
                CreditTransaction.amount_credits,
                CreditTransaction.reverses,
                CreditTransaction.campaign_id,
            ).where(CreditTransaction.owner_id == campaign.owner_id)
        )
    }
    debited = refunded = 0
    for entry in entries.values():
        if entry.campaign_id != campaign.id:
            continue
        first = entry
        while first.reverses:
            first = entries[first.reverses]
        taken = entry.amount_credits if entry.type == "debit" else -entry.amount_credits
        if first.type == "debit" or first.reason_code == "correction":
            debited += taken
        else:
            refunded -= taken
    return debited, refunded


def test_debits_corrections_and_refunds(session):
    campaign = sent(debited=100)
    assert charged(campaign) == (100, 0)
    enter(campaign, 10, ReasonCode.CORRECTION)
    assert charged(campaign) == (90, 0)
    enter(campaign, 7, ReasonCode.REFUND)
    enter(campaign, 5, ReasonCode.GOODWILL)
    assert charged(campaign) == (90, 12)
    assert charged(campaign) == counted(campaign)


def test_a_reversal_takes_from_the_side_of_what_it_reverses(session):
    campaign = sent(debited=100)
    refund = enter(campaign, 20, ReasonCode.REFUND)
    undone = reverse(campaign, refund)
    assert charged(campaign) == (100, 0)
    # A reversal of a reversal gives again, and not as a correction of the debit.
    reverse(campaign, undone)
    assert charged(campaign) == (100, 20)
    debit = enter(campaign, -30)
    again = reverse(campaign, debit)
    assert charged(campaign) == (100, 20)
    reverse(campaign, again)
    assert charged(campaign) == (130, 20)
    assert charged(campaign) == counted(campaign)


def test_an_entry_without_a_campaign_charges_none(session):
    campaign = sent(debited=100)
    make_wallet(balance_credits=50)
    assert charged(campaign) == (100, 0)
    assert db.session.scalar(text("SELECT count(*) FROM campaign_stat WHERE debited_credits <> 0")) == 1


def test_many_entries_of_one_statement_are_summed(session):
    campaign = sent(debited=100)
    other = sent(debited=10)
    before = {c.id: charged(c) for c in (campaign, other)}
    db.session.execute(
        text("""
            INSERT INTO credit_transaction (owner_id, wallet_id, entry_no, type, amount_credits,
                balance_after_credits, reason_code, campaign_id, idempotency_key)
            SELECT owner_id, id, last_entry_no + n, 'debit', 3, balance_credits - 3 * n, 'campaign',
                CASE owner_id WHEN :owner THEN CAST(:campaign AS bigint) ELSE CAST(:other AS bigint) END,
                gen_random_uuid()
            FROM wallet, generate_series(1, 4) AS n WHERE owner_id IN (:owner, :other_owner)
            ORDER BY owner_id DESC, n
        """),
        {
            "owner": campaign.owner_id,
            "campaign": campaign.id,
            "other": other.id,
            "other_owner": other.owner_id,
        },
    )
    assert charged(campaign) == (before[campaign.id][0] + 12, 0)
    assert charged(other) == (before[other.id][0] + 12, 0)
    assert (charged(campaign), charged(other)) == (counted(campaign), counted(other))


STEP = st.tuples(
    st.integers(0, 1),
    st.sampled_from(["debit", "reverse", ReasonCode.CORRECTION, ReasonCode.REFUND, ReasonCode.PROMOTION]),
    st.integers(1, 50),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(STEP, max_size=12))
def test_any_order_of_entries_keeps_the_charges(session, steps):
    owner = make_owner()
    make_wallet(owner, balance_credits=100_000)
    campaigns = [make_campaign(owner), make_campaign(owner)]
    written = [[enter(campaign, -1)] for campaign in campaigns]
    for of, what, amount in steps:
        if what == "reverse":
            if written[of]:
                written[of].append(reverse(campaigns[of], written[of].pop(amount % len(written[of]))))
        else:
            change, reason = (-amount, ReasonCode.CAMPAIGN) if what == "debit" else (amount, what)
            written[of].append(enter(campaigns[of], change, reason))
    for campaign in campaigns:
        assert charged(campaign) == counted(campaign)


@pytest.fixture
def elsewhere(app, make_database) -> Iterator[None]:
    """An application on a database of its own, whose migrations can go down."""
    url = make_database().replace("postgresql:", "postgresql+psycopg:")
    other = create_app({"SQLALCHEMY_DATABASE_URI": url})
    with other.app_context():
        flask_migrate.upgrade()
        yield
        db.session.remove()
        db.engine.dispose()


def test_the_migration_counts_what_was_there(elsewhere):
    campaign = sent(delivered=3, failed=2, debited=9)
    reverse(campaign, enter(campaign, 4, ReasonCode.REFUND))
    enter(campaign, 2, ReasonCode.CORRECTION)
    query = text("SELECT * FROM campaign_stat")
    before = db.session.execute(query).mappings().one()
    assert (before["failed_segments"], before["debited_credits"], before["refunded_credits"]) == (2, 7, 0)
    db.session.refresh(campaign)
    contact = make_contact(db.session.get_one(Owner, campaign.owner_id))
    db.session.commit()
    # Their tables are about to lose columns that the models have.
    for known in (campaign, contact):
        db.session.refresh(known)
        db.session.expunge(known)
    db.session.rollback()
    flask_migrate.downgrade(revision="0006")
    make_message(campaign, contact, status="failed")
    db.session.commit()
    flask_migrate.upgrade()
    after = db.session.execute(query).mappings().one()
    more = {
        "segments": 6,
        "failed": 3,
        "failed_segments": 3,
        "overdebited_credits": 1,
        "unrefunded_credits": 3,
    }
    assert dict(after) == dict(before) | more
