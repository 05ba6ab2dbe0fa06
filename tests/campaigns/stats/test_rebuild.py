"""After a disaster the counts are counted anew."""

import pytest
from sqlalchemy import select, text

from dashboard.audit.models import AuditEvent
from dashboard.campaigns.models import CampaignStat
from dashboard.campaigns.stats.commands import rebuild
from dashboard.campaigns.stats.counters import COUNTERS
from dashboard.core.db import db
from dashboard.core.errors import DomainError, Missing
from tests.campaigns.stats.conftest import found
from tests.wallets.proofs.conftest import tamper

LOST = [f"DELETE FROM {counter.table}" for counter in COUNTERS]


def test_lost_counts_come_back_as_they_were(bakery):
    tables = [counter.table for counter in COUNTERS]
    before = [kept(table) for table in tables]
    tamper(*LOST)
    assert len(found()) == len(COUNTERS)
    assert rebuild() == sum(map(len, before))
    assert [kept(table) for table in tables] == before
    assert found() == {}


def kept(table: str):
    rows = db.session.execute(text(f"SELECT * FROM {table} ORDER BY {table}")).all()
    db.session.rollback()
    return rows


def test_only_what_differs_is_mended_told_and_written_down(bakery):
    tamper("UPDATE campaign_stat SET failed = 9 WHERE owner_id = :o", o=bakery)
    told = []
    assert rebuild(told=told.append) == 1
    assert [one.table for one in told] == [counter.table for counter in COUNTERS]
    assert [first.sentence for one in told for first in one.first] == [
        "Bakery, campaign 1 (Buns): failed is 9, counted 2."
    ]
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "stats.rebuild")).one()
    assert (event.staff_id, event.after["mended_rows"]["campaign_stat"]) == (None, 1)
    assert found() == {}
    assert rebuild() == 0


def test_what_nothing_stands_for_becomes_zero(bakery):
    tamper("DELETE FROM campaign_message", "DELETE FROM credit_transaction")
    rebuild()
    assert found() == {}
    assert (
        db.session.execute(select(CampaignStat.failed, CampaignStat.first_sent_at)).all() == [(0, None)] * 2
    )


def test_one_owner_alone(bakery):
    tamper("UPDATE campaign_stat SET failed = 9")
    assert rebuild(owner_id=bakery) == 1
    assert found(bakery) == {}
    assert found() == {"campaign_stat": ["Florist, campaign 2 (Roses): failed is 9, counted 0."]}
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "stats.rebuild")).one()
    assert event.owner_id == bakery
    with pytest.raises(Missing):
        rebuild(owner_id=987)


def test_it_is_all_or_nothing(bakery):
    tamper(*LOST)

    def interrupted(outcome):
        if outcome.table == "list_stat":
            raise DomainError("Enough.")

    with pytest.raises(DomainError):
        rebuild(told=interrupted)
    assert len(found()) == len(COUNTERS)
