"""The counts that the database keeps are the counts that counting gives: always, and in a race."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import phonenumbers
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dashboard.campaigns.models import AGES_MINUTES, LATENCIES_SECONDS
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
AGES = """
    SELECT message.owner_id, campaign_id, min(bound), count(*) FILTER (WHERE kind = 'accepted'),
        count(*) FILTER (WHERE kind = 'delivered'), count(*) FILTER (WHERE kind = 'failed')
    FROM campaign_message AS message JOIN campaign ON campaign.id = campaign_id, LATERAL (VALUES
        ('accepted', CASE WHEN message.status <> 'queued' THEN coalesce(sent_at, failed_at) END),
        ('delivered', delivered_at), ('failed', failed_at)
    ) AS moment (kind, at), LATERAL (
        SELECT min(minutes) AS bound FROM unnest(:ages) AS minutes
        WHERE at - started_at <= minutes * interval '1 minute'
    ) AS age
    WHERE bound IS NOT NULL GROUP BY message.owner_id, campaign_id, bound ORDER BY 1, 2, 3
"""
LATENCIES = """
    SELECT owner_id, campaign_id, bound, count(*) FROM campaign_message, LATERAL (
        SELECT min(seconds) AS bound FROM unnest(:latencies) AS seconds
        WHERE delivered_at - sent_at <= seconds * interval '1 second'
    ) AS latency
    WHERE bound IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
COUNTRIES = """
    SELECT owner_id, campaign_id, substr(phone, 2, 2), count(*), count(delivered_at), count(failed_at)
    FROM campaign_message WHERE status <> 'queued' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
KEPT_AGES = """
    SELECT owner_id, campaign_id, by_minutes, accepted, delivered, failed
    FROM campaign_stat_age WHERE accepted <> 0 OR delivered <> 0 OR failed <> 0 ORDER BY 1, 2, 3
"""
KEPT_LATENCIES = """
    SELECT owner_id, campaign_id, by_seconds, delivered
    FROM campaign_stat_latency WHERE delivered <> 0 ORDER BY 1, 2, 3
"""
KEPT_COUNTRIES = """
    SELECT owner_id, campaign_id, calling_code, accepted, delivered, failed
    FROM campaign_stat_country WHERE accepted <> 0 OR delivered <> 0 OR failed <> 0 ORDER BY 1, 2, 3
"""
BOUNDS = {"ages": list(AGES_MINUTES), "latencies": list(LATENCIES_SECONDS)}


def rows(sql: str):
    bounds = {name: bound for name, bound in BOUNDS.items() if f":{name}" in sql}
    return [tuple(row) for row in db.session.execute(text(sql), bounds)]


def assert_counts_are_exact() -> None:
    assert rows(KEPT_STATES) == rows(STATES)
    assert rows(KEPT_HOURS) == rows(HOURS)
    assert rows(KEPT_ERRORS) == rows(ERRORS)
    assert rows(KEPT_AGES) == rows(AGES)
    assert rows(KEPT_LATENCIES) == rows(LATENCIES)
    assert rows(KEPT_COUNTRIES) == rows(COUNTRIES)


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


def test_the_database_counts_between_the_bounds_that_the_code_knows(session):
    for function, bounds, unit in (
        ("age_minutes", AGES_MINUTES, "1 minute"),
        ("latency_seconds", LATENCIES_SECONDS, "1 second"),
    ):
        at, just_after = (
            list(
                db.session.scalars(
                    text(
                        f"SELECT {function}(n * interval '{unit}' + interval '{more}') FROM unnest(:all) AS n"
                    ),
                    {"all": list(bounds)},
                )
            )
            for more in ("0", "1 microsecond")
        )
        assert at == list(bounds)
        assert just_after == [*bounds[1:], None]


@pytest.mark.parametrize(
    ("phone", "code"),
    [("+306984303406", "30"), ("+15550100000", "1"), ("+79990000000", "7"), ("+35799123456", "357"),
     ("+447400123456", "44"), ("+85261234567", "852"), ("+998901234567", "998")],
)  # fmt: skip
def test_a_number_has_a_calling_code(session, phone, code):
    assert db.session.scalar(text("SELECT calling_code(:phone)"), {"phone": phone}) == code
    assert phonenumbers.parse(phone).country_code == int(code)


def test_every_calling_code_that_is_assigned_is_known(session):
    codes = [str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE]
    asked = "SELECT calling_code('+' || code || '5550100') FROM unnest(CAST(:codes AS text[])) AS code"
    assert list(db.session.scalars(text(asked), {"codes": codes})) == codes


def test_what_is_accepted_before_the_start_is_set_counts_by_its_age_afterwards(session):
    campaign = make_campaign(started_at=None)
    make_message(campaign, sent_at=NOON, delivered_at=NOON + timedelta(minutes=90))
    make_message(campaign, status="failed", sent_at=NOON, failed_at=NOON + timedelta(hours=80))
    assert rows(KEPT_AGES) == []
    run("UPDATE campaign SET started_at = :at WHERE id = :id", at=NOON - timedelta(minutes=1), id=campaign.id)
    assert rows(KEPT_AGES) == [
        (campaign.owner_id, campaign.id, 5, 2, 0, 0),
        (campaign.owner_id, campaign.id, 120, 0, 1, 0),
    ]
    assert_counts_are_exact()


def test_a_start_is_set_once(session):
    campaign = make_campaign(started_at=NOON)
    with pytest.raises(Exception, match="started already"):
        run("UPDATE campaign SET started_at = :at WHERE id = :id", at=NOON + timedelta(1), id=campaign.id)


def test_messages_accepted_while_the_start_is_being_set_are_counted_once(app, committed):
    """Whichever comes first, the other waits for it and sees it."""
    campaigns = [make_campaign(started_at=None) for _ in range(20)]
    messages = [make_message(campaign, status="queued") for campaign in campaigns for _ in range(4)]
    at_once = Barrier(5)

    def accept(mine: list[int]) -> None:
        with app.app_context():
            at_once.wait()
            for message_id in mine:
                run("UPDATE campaign_message SET status = 'sent', sent_at = :at WHERE id = :id",
                    at=NOON + timedelta(minutes=7), id=message_id)  # fmt: skip

    def start() -> None:
        with app.app_context():
            at_once.wait()
            for campaign_id in ids:
                run("UPDATE campaign SET started_at = :at WHERE id = :id", at=NOON, id=campaign_id)

    ids = [campaign.id for campaign in campaigns]
    shares = [[message.id for message in messages[n::4]] for n in range(4)]
    with ThreadPoolExecutor(5) as pool:
        done = [pool.submit(start), *(pool.submit(accept, share) for share in shares)]
        for one in done:
            one.result()
    db.session.rollback()
    assert rows("SELECT sum(accepted)::int FROM campaign_stat_age WHERE by_minutes = 10") == [(80,)]
    assert_counts_are_exact()


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
