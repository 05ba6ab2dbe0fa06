"""Counts that are not what counting gives are found, whoever changed what, and named."""

import pytest
from sqlalchemy import text

from dashboard.campaigns.models import CampaignStat
from dashboard.campaigns.stats import queries
from dashboard.campaigns.stats.counters import COUNTERS, MOST
from dashboard.core.db import db
from dashboard.core.errors import Missing
from tests.campaigns.stats.conftest import found
from tests.factories import make_campaign, make_message, make_owner
from tests.wallets.proofs.conftest import tamper


def test_what_the_database_kept_is_what_counting_gives(bakery):
    assert [one.table for one in queries.verify()] == [counter.table for counter in COUNTERS]
    assert found() == {}


def test_nothing_is_exact_too(committed):
    assert found() == {}


def test_every_count_of_every_table_is_counted_anew():
    """But for keys, and for columns that the database computes from the others."""
    for counter in COUNTERS:
        columns = db.metadata.tables[counter.table].columns
        kept = {column.name for column in columns if not column.computed}
        assert kept == {*counter.keys, *counter.counts}


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ("campaign_stat", "Bakery, campaign 1 (Buns)"),
        ("campaign_stat_hour", "Bakery, campaign 1 (Buns), hour 2026-11-20 12:00 UTC"),
        ("campaign_stat_error", "Bakery, campaign 1 (Buns), code 27"),
        ("contact_stat", "Bakery"),
        ("list_stat", "Bakery, list 1 (Early birds)"),
    ],
)
def test_each_count_that_was_changed_is_named(bakery, table, place):
    [counter] = [counter for counter in COUNTERS if counter.table == table]
    for name in counter.counts:
        change = "+ interval '1 s'" if name.endswith("_at") else "+ 1000"
        tamper(f"UPDATE {table} SET {name} = {name} {change} WHERE owner_id = :o", o=bakery)
        broken = found()
        assert list(broken) == [table]
        [sentence] = broken[table]
        assert sentence.startswith(f"{place}: {name.replace('_', ' ')} is ")
        back = change.replace("+", "-")
        tamper(f"UPDATE {table} SET {name} = {name} {back} WHERE owner_id = :o", o=bakery)
    assert found() == {}


def test_both_values_are_told(bakery):
    tamper(
        "UPDATE campaign_stat SET failed = 12345, sent = 0, first_sent_at = NULL WHERE owner_id = :o",
        o=bakery,
    )
    assert found() == {
        "campaign_stat": [
            "Bakery, campaign 1 (Buns): sent is 0, counted 1; failed is 12,345, counted 2;"
            " first sent at is none, counted 2026-11-20 12:00:00.000000 UTC."
        ]
    }


@pytest.mark.parametrize("table", [counter.table for counter in COUNTERS])
def test_a_lost_row_is_named(bakery, table):
    tamper(f"DELETE FROM {table} WHERE owner_id = :o", o=bakery)
    assert list(found()) == [table]


def test_counts_that_nothing_stands_for(bakery):
    tamper(
        "INSERT INTO campaign_stat_error (owner_id, campaign_id, error_code, failed) VALUES (:o, 1, '', 3)",
        o=bakery,
    )
    assert found() == {"campaign_stat_error": ["Bakery, campaign 1 (Buns), no code: failed is 3, counted 0."]}


def test_a_row_of_zeros_is_as_good_as_none(bakery):
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM campaign_message"))
    assert db.session.query(CampaignStat).count() == 2
    assert found() == {}


def test_rows_that_were_changed_while_no_trigger_looked(bakery):
    tamper("DELETE FROM campaign_message WHERE status = 'failed' AND owner_id = :o", o=bakery)
    counters = [counter.table for counter in COUNTERS if counter.table.startswith("campaign_stat")]
    assert set(found()) == set(counters) - {"campaign_stat_latency"}  # of deliveries alone
    tamper("UPDATE contact SET is_subscribed = false, unsubscribed_at = now() WHERE owner_id = :o", o=bakery)
    assert list(found())[-2:] == ["contact_stat", "list_stat"]


def test_one_owner_alone(bakery):
    florist = make_owner(name="Clean").id
    tamper("UPDATE campaign_stat SET sent = 7 WHERE owner_id = :o", o=bakery)
    assert list(found(bakery)) == ["campaign_stat"]
    assert found(florist) == {}
    with pytest.raises(Missing, match="No owner has the number 987"):
        found(987)


def test_of_many_the_first_are_named_and_all_are_counted(bakery):
    for _ in range(MOST + 5):
        make_message(make_campaign(owner_id=bakery))
    tamper("DELETE FROM campaign_stat WHERE owner_id = :o", o=bakery)
    [outcome] = [one for one in queries.verify() if one.differences]
    assert (outcome.differences, len(outcome.first)) == (MOST + 6, MOST)
