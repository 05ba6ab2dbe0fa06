"""The counts that the database keeps are the counts that counting gives: always, and in a race."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dashboard.core.db import db
from tests.factories import NOON, make_campaign, make_message, make_owner

STATES = """
    SELECT owner_id, campaign_id,
        count(*) FILTER (WHERE status = 'queued'), count(*) FILTER (WHERE status = 'sent'),
        count(*) FILTER (WHERE status = 'delivered'), count(*) FILTER (WHERE status = 'failed'),
        sum(segments)::bigint, coalesce(sum(segments) FILTER (WHERE status = 'queued'), 0)::bigint,
        coalesce(sum(segments) FILTER (WHERE status = 'failed'), 0)::bigint, min(sent_at)
    FROM campaign_message GROUP BY 1, 2 ORDER BY 1, 2
"""
HOURS = """
    SELECT owner_id, campaign_id, date_trunc('hour', at, 'UTC') AS hour,
        sum(accepted)::bigint, sum(delivered)::bigint, sum(failed)::bigint
    FROM campaign_message, LATERAL (VALUES
        (CASE WHEN status <> 'queued' THEN coalesce(sent_at, failed_at) END, 1, 0, 0),
        (delivered_at, 0, 1, 0), (failed_at, 0, 0, 1)
    ) AS moment (at, accepted, delivered, failed)
    WHERE at IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
ERRORS = """
    SELECT owner_id, campaign_id, coalesce(error_code, ''), count(*)
    FROM campaign_message WHERE status = 'failed' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
KEPT_STATES = """
    SELECT owner_id, campaign_id, queued, sent, delivered, failed, segments, queued_segments, failed_segments,
        first_sent_at
    FROM campaign_stat WHERE queued + sent + delivered + failed > 0 ORDER BY 1, 2
"""
KEPT_HOURS = """
    SELECT owner_id, campaign_id, hour, accepted, delivered, failed
    FROM campaign_stat_hour WHERE accepted + delivered + failed > 0 ORDER BY 1, 2, 3
"""
KEPT_ERRORS = """
    SELECT owner_id, campaign_id, error_code, failed
    FROM campaign_stat_error WHERE failed > 0 ORDER BY 1, 2, 3
"""


def rows(sql: str):
    return [tuple(row) for row in db.session.execute(text(sql))]


def assert_counts_are_exact() -> None:
    assert rows(KEPT_STATES) == rows(STATES)
    assert rows(KEPT_HOURS) == rows(HOURS)
    assert rows(KEPT_ERRORS) == rows(ERRORS)


def run(sql: str, **values) -> int:
    done = db.session.execute(text(sql), values).rowcount
    db.session.commit()
    return done


def test_insert_update_and_delete_are_counted(session):
    campaign = make_campaign()
    for status in ("queued", "queued", "sent", "delivered", "failed"):
        make_message(campaign, status=status, segments=2)
    assert_counts_are_exact()
    assert rows(KEPT_STATES)[0][2:9] == (2, 1, 1, 1, 10, 4, 2)

    run("UPDATE campaign_message SET status = 'sent', sent_at = :at WHERE status = 'queued'", at=NOON)
    assert_counts_are_exact()
    run("UPDATE campaign_message SET status = 'delivered', delivered_at = :at WHERE status = 'sent'",
        at=NOON + timedelta(hours=3))  # fmt: skip
    assert_counts_are_exact()
    run("UPDATE campaign_message SET error_code = 'EXPIRED', segments = 3 WHERE status = 'failed'")
    assert_counts_are_exact()
    assert rows(KEPT_STATES)[0][6:9] == (11, 0, 3)
    run("DELETE FROM campaign_message WHERE status = 'delivered'")
    assert_counts_are_exact()
    run("DELETE FROM campaign_message")
    assert rows(KEPT_STATES) == []
    assert_counts_are_exact()


def test_the_first_sent_time_follows_changes_and_deletions(session):
    campaign = make_campaign()
    first = make_message(campaign, sent_at=NOON)
    make_message(campaign, sent_at=NOON + timedelta(hours=1), delivered_at=NOON + timedelta(hours=2))
    assert_counts_are_exact()
    run("UPDATE campaign_message SET sent_at = :at, delivered_at = :at WHERE id = :id",
        at=NOON + timedelta(hours=5), id=first.id)  # fmt: skip
    assert_counts_are_exact()
    run("DELETE FROM campaign_message WHERE sent_at < :at", at=NOON + timedelta(hours=3))
    assert_counts_are_exact()


def test_a_refused_message_without_a_sent_time_counts_as_accepted(session):
    make_message(make_campaign(), status="failed", sent_at=None)
    assert_counts_are_exact()
    assert rows(KEPT_HOURS)[0][3:] == (1, 0, 1)


STATUS = st.sampled_from(["queued", "sent", "delivered", "failed"])
SET = """
    UPDATE campaign_message SET status = :status,
        sent_at = CASE WHEN :status <> 'queued' THEN :at END,
        delivered_at = CASE WHEN :status = 'delivered' THEN :at END,
        failed_at = CASE WHEN :status = 'failed' THEN :at END,
        error_code = CASE WHEN :status = 'failed' THEN :code END
    WHERE id % :modulus = 0
"""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(STATUS, st.integers(1, 5), st.integers(0, 50), st.sampled_from(["1", None])), max_size=8
    )
)
def test_any_order_of_changes_keeps_the_counts(session, changes):
    owner = make_owner()
    for campaign in (make_campaign(owner), make_campaign(owner)):
        for n in range(6):
            make_message(campaign, status="queued", segments=1 + n % 3)
    for status, modulus, hours, code in changes:
        run(SET, status=status, modulus=modulus, at=NOON + timedelta(hours=hours), code=code)
    assert_counts_are_exact()


def test_eight_writers_of_receipts_at_once_with_repeats_and_late_ones(app, committed):
    owner = make_owner()
    campaigns = [make_campaign(owner) for _ in range(3)]
    ids = [
        make_message(campaign, status="sent", segments=1 + n % 3).id
        for campaign in campaigns
        for n in range(20)
    ]
    applied = []

    def receipts(seed: int) -> None:
        chance = random.Random(seed)
        with app.app_context():
            for _ in range(25):
                batch = sorted(chance.sample(ids, 5))
                column = chance.choice(["delivered", "failed"])
                # A final state is never overwritten, and the same receipt twice changes nothing.
                applied.append(
                    run(
                        f"UPDATE campaign_message SET status = '{column}', {column}_at = :at"
                        " WHERE id = ANY(:ids) AND status = 'sent'",
                        ids=batch,
                        at=NOON + timedelta(minutes=chance.randrange(600)),
                    )
                )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(receipts, range(8)))

    assert sum(applied) > 50
    db.session.rollback()
    assert_counts_are_exact()


def test_one_that_fails_while_another_does_not_any_more_changes_the_segments_alone(session):
    campaign = make_campaign()
    short, long = (make_message(campaign, status="queued", segments=n) for n in (1, 3))
    run("UPDATE campaign_message SET status = 'failed', failed_at = now() WHERE id = :id", id=short.id)
    run("""UPDATE campaign_message SET status = CASE id WHEN :long THEN 'failed' ELSE 'queued' END,
           failed_at = CASE id WHEN :long THEN now() END""", long=long.id)  # fmt: skip
    assert_counts_are_exact()
    assert rows(KEPT_STATES)[0][6:9] == (4, 1, 3)


@pytest.mark.parametrize(
    "columns",
    [
        "status = 'sent'",
        "status = 'delivered', delivered_at = now()",
        "status = 'failed'",
        "delivered_at = now()",
    ],
)
def test_a_state_needs_its_times(session, columns):
    message = make_message(make_campaign(), status="queued")
    with pytest.raises(Exception, match="ck_campaign_message"):
        run(f"UPDATE campaign_message SET {columns} WHERE id = :id", id=message.id)
