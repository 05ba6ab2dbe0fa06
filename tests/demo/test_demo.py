"""The demo keeps every rule of the domain."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import flask_migrate
import phonenumbers
import pytest
from flask import Flask
from sqlalchemy import text

from dashboard import create_app
from dashboard.contacts.suppression import phone_hash
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.core.segments import segments
from dashboard.demo.commands import load
from dashboard.demo.staff import DEMO_PASSWORD, DEMO_STAFF
from dashboard.staff import passwords
from dashboard.wallets.runway.queries import of_each
from tests.factories import make_staff

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo(make_database: Any) -> Iterator[Flask]:
    """The application on a database of its own that holds the small demo."""
    app = _loaded(make_database())
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def rows(demo: Flask) -> Iterator[Any]:
    """Answers the rows of a statement."""
    with demo.app_context():
        yield lambda sql: [tuple(row) for row in db.session.execute(text(sql))]
        db.session.remove()


def _application(url: str) -> Flask:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", url)
        environment.setenv("SECRET_KEY", "tests")
        return create_app()


def _loaded(url: str) -> Flask:
    app = _application(url)
    with app.app_context():
        flask_migrate.upgrade()
        load("small", progress=False, now=NOW)
        db.session.remove()
    return app


SIZES = {
    "owner": 12,
    "contact": 5_000,
    "contact_list WHERE definition IS NULL": 60,
    "contact_list WHERE definition IS NOT NULL": 23,
    "list_membership": 12_500,
    "campaign": 200,
    "campaign_message": 100_000,
    "wallet": 12,
}


@pytest.mark.parametrize(("table", "size"), SIZES.items())
def test_the_small_scale_has_its_size(rows, table, size):
    assert rows(f"SELECT count(*) FROM {table}") == [(size,)]


def test_no_table_that_pages_read_is_empty(rows):
    tables = {table.name for table in db.metadata.sorted_tables}
    filled = {name for name in tables if rows(f"SELECT 1 FROM {name} LIMIT 1")}
    # Nobody signed in or saved a view yet, nothing was imported, and no job was done: no ledger was
    # anchored or verified, nothing exported or reported.
    kinds = ("import_", "platform_", "procrastinate_", "job_", "ledger_", "saved_", "export", "report")
    kinds += ("contact_import",)
    assert {name for name in tables - filled if not name.startswith(kinds)} == {"refresh_token"}


def test_every_index_key_and_trigger_is_back(rows, make_database):
    catalogue = """
        SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) || convalidated
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
        ORDER BY 1
    """
    empty = _application(make_database())
    with empty.app_context():
        flask_migrate.upgrade()
        try:
            expected = [tuple(row) for row in db.session.execute(text(catalogue))]
        finally:
            db.session.remove()
            db.engine.dispose()
    assert len(expected) > 200
    assert rows(catalogue) == expected


def test_the_next_rows_get_the_next_ids(rows):
    for table in ("owner", "contact", "contact_list", "campaign", "campaign_message", "credit_transaction"):
        [(last,)] = rows(f"SELECT max(id) FROM {table}")
        [(following,)] = rows(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")
        assert following > last


def test_the_counts_are_those_of_the_triggers(rows):
    counts = {
        "contact_stat": "owner_id, contacts, subscribed",
        "list_stat": "owner_id, list_id, members, subscribed",
        "campaign_stat": "owner_id, campaign_id, queued, sent, delivered, failed, segments, queued_segments,"
        " failed_segments, first_sent_at, debited_credits, refunded_credits",
        "campaign_stat_hour": "owner_id, campaign_id, hour, accepted, delivered, failed",
        "campaign_stat_error": "owner_id, campaign_id, error_code, failed",
        "wallet_day": "owner_id, day, type, reason_code, entries, credits",
    }
    kept = {
        table: rows(f"SELECT {columns} FROM {table} ORDER BY {columns}") for table, columns in counts.items()
    }
    # The same rows once more, through the triggers; rolled back.
    counted = ("contact", "list_membership", "campaign_message", "credit_transaction")
    for table in counted:
        db.session.execute(text(f"CREATE TEMP TABLE copy_of_{table} ON COMMIT DROP AS SELECT * FROM {table}"))
    db.session.execute(text("SET LOCAL session_replication_role = replica"))
    db.session.execute(text(f"TRUNCATE {', '.join((*counted, *counts))} CASCADE"))
    db.session.execute(text("SET LOCAL session_replication_role = origin"))
    for table in counted:
        columns = ", ".join(c.name for c in db.metadata.tables[table].columns if c.computed is None)
        db.session.execute(text(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM copy_of_{table}"))
    for table, columns in counts.items():
        assert rows(f"SELECT {columns} FROM {table} ORDER BY {columns}") == kept[table], table
    db.session.rollback()


def test_each_ledger_adds_up_without_a_gap(rows):
    assert not rows("""
        SELECT * FROM (
            SELECT owner_id, entry_no, balance_after_credits,
                sum(CASE type WHEN 'debit' THEN -amount_credits ELSE amount_credits END) OVER w AS balance,
                row_number() OVER w AS no, created_at, lag(created_at) OVER w AS before
            FROM credit_transaction WINDOW w AS (PARTITION BY wallet_id ORDER BY entry_no)
        ) AS chain
        WHERE entry_no <> no OR balance <> balance_after_credits OR before > created_at
    """)
    assert not rows("""
        SELECT owner.id FROM owner LEFT JOIN wallet ON wallet.owner_id = owner.id
        LEFT JOIN LATERAL (
            SELECT * FROM credit_transaction AS entry WHERE entry.wallet_id = wallet.id
            ORDER BY entry_no DESC LIMIT 1
        ) AS last ON true
        WHERE wallet.id IS NULL OR wallet.balance_credits <> coalesce(last.balance_after_credits, 0)
            OR wallet.last_entry_no <> coalesce(last.entry_no, 0)
    """)


def test_each_campaign_paid_for_its_segments(rows):
    wrong = rows("""
        SELECT campaign.id, debit.amount, messages.segments
        FROM campaign
        LEFT JOIN (
            SELECT campaign_id, sum(segments) AS segments FROM campaign_message GROUP BY campaign_id
        ) AS messages ON messages.campaign_id = campaign.id
        LEFT JOIN (
            SELECT campaign_id, sum(amount_credits) AS amount FROM credit_transaction
            WHERE type = 'debit' AND reason_code = 'campaign' GROUP BY campaign_id
        ) AS debit ON debit.campaign_id = campaign.id
        WHERE debit.amount IS DISTINCT FROM messages.segments
    """)
    assert wrong == []
    assert rows("SELECT count(*) FROM credit_transaction WHERE reason_code = 'campaign'")[0][0] > 150


def test_refunds_and_reversals_refer_to_what_they_undo(rows):
    assert not rows("""
        SELECT undo.id FROM credit_transaction AS undo
        LEFT JOIN credit_transaction AS undone
            ON undone.owner_id = undo.owner_id AND undone.id = undo.reverses
        WHERE undo.reason_code = 'reversal' AND (
            undone.id IS NULL OR undone.amount_credits <> undo.amount_credits OR undone.type = undo.type
        )
    """)
    assert not rows("""
        SELECT entry.id FROM credit_transaction AS entry LEFT JOIN campaign_stat USING (owner_id, campaign_id)
        WHERE type = 'refund' AND amount_credits > coalesce(segments, 0)
    """)
    for kind in ("type = 'refund'", "reason_code = 'reversal'"):
        assert rows(f"SELECT count(*) FROM credit_transaction WHERE {kind}")[0][0] > 5


def test_some_wallets_are_low_and_one_is_empty(rows):
    assert rows("SELECT count(*) FROM wallet WHERE balance_credits = 0 AND last_entry_no > 0")[0][0] >= 1
    wallets = "SELECT count(*) FROM wallet JOIN owner ON owner.id = owner_id"
    assert 3 <= rows(f"{wallets} WHERE balance_credits < low_balance_credits")[0][0] <= 6


def test_the_last_event_of_consent_is_the_contact_s_state(rows):
    assert not rows("""
        SELECT contact.id FROM contact
        LEFT JOIN LATERAL (
            SELECT * FROM subscription_event AS event
            WHERE event.owner_id = contact.owner_id AND event.contact_id = contact.id
            ORDER BY occurred_at DESC, id DESC LIMIT 1
        ) AS last ON true
        WHERE last.is_subscribed IS DISTINCT FROM contact.is_subscribed
            OR contact.unsubscribed_at IS DISTINCT FROM
                CASE WHEN NOT last.is_subscribed THEN last.occurred_at END
    """)
    assert not rows("""
        SELECT contact.id FROM contact
        LEFT JOIN subscription_event AS event ON event.owner_id = contact.owner_id
            AND event.contact_id = contact.id AND source = 'import' AND occurred_at = contact.created_at
        WHERE event.id IS NULL
    """)


def test_exactly_the_unsubscribed_are_suppressed(rows):
    left = rows("SELECT owner_id, phone, unsubscribed_at FROM contact WHERE NOT is_subscribed")
    expected = {(owner_id, phone_hash(owner_id, phone), since) for owner_id, phone, since in left}
    suppressed = {(o, bytes(h), s) for o, h, s in rows("SELECT owner_id, phone_hash, since FROM suppression")}
    assert suppressed == expected
    assert len(left) > 150


def test_nobody_is_messaged_while_unsubscribed(rows):
    assert not rows("""
        SELECT message.id FROM campaign_message AS message
        JOIN campaign USING (owner_id) JOIN contact USING (owner_id)
        WHERE campaign.id = message.campaign_id AND contact.id = message.contact_id
            AND contact.unsubscribed_at <= campaign.started_at
    """)


def test_nobody_is_both_messaged_and_skipped(rows):
    assert (
        rows("SELECT 1 FROM campaign_message JOIN campaign_skip USING (owner_id, campaign_id, contact_id)")
        == []
    )


def test_those_messaged_were_on_the_campaign_s_list(rows):
    assert not rows("""
        SELECT message.id FROM campaign_message AS message JOIN campaign USING (owner_id)
        LEFT JOIN list_membership AS member ON member.owner_id = campaign.owner_id
            AND member.list_id = campaign.list_id AND member.contact_id = message.contact_id
        WHERE campaign.id = message.campaign_id AND campaign.list_id IS NOT NULL
            AND (member.created_at IS NULL OR member.created_at > campaign.started_at)
    """)


def test_opt_outs_follow_campaigns_within_their_window(rows):
    [(total, near)] = rows("""
        SELECT count(*), count(*) FILTER (WHERE EXISTS (
            SELECT FROM campaign_message AS message JOIN campaign_stat AS stat USING (owner_id, campaign_id)
            WHERE message.owner_id = contact.owner_id AND message.contact_id = contact.id
                AND contact.unsubscribed_at
                    BETWEEN stat.first_sent_at AND stat.first_sent_at + interval '7 days'
        ))
        FROM contact WHERE NOT is_subscribed
    """)
    assert near > 0.8 * total


def test_each_membership_has_its_event(rows):
    assert not rows("""
        SELECT member.list_id, member.contact_id FROM list_membership AS member
        LEFT JOIN LATERAL (
            SELECT * FROM membership_event AS event
            WHERE event.owner_id = member.owner_id AND event.list_id = member.list_id
                AND event.contact_id = member.contact_id
            ORDER BY occurred_at DESC, id DESC LIMIT 1
        ) AS last ON true
        WHERE last.action IS DISTINCT FROM 'added' OR last.occurred_at <> member.created_at
    """)


def test_a_tag_is_on_whom_its_last_event_put_it(rows):
    assert not rows("""
        SELECT tag_id, contact_id FROM contact_tag AS tagged FULL JOIN (
            SELECT DISTINCT ON (tag_id, contact_id) * FROM tag_event
            ORDER BY tag_id, contact_id, occurred_at DESC, id DESC
        ) AS last USING (owner_id, tag_id, contact_id)
        WHERE action IS DISTINCT FROM 'added' OR occurred_at IS DISTINCT FROM tagged.created_at
    """)
    assert not rows(f"""
        SELECT 1 FROM contact_tag AS tagged JOIN tag USING (owner_id) JOIN contact USING (owner_id)
        WHERE tag.id = tag_id AND contact.id = contact_id AND (
            tagged.created_at < greatest(tag.created_at, contact.created_at)
            OR tagged.created_at > '{NOW.isoformat()}'
        )
    """)
    assert rows("SELECT count(DISTINCT owner_id), count(*) FROM tag") == [(12, 36)]


def test_an_operation_is_there_with_its_events_and_what_was_so_already(rows):
    [(number, changed, unchanged, total)] = rows("SELECT id, changed, unchanged, total FROM operation")
    assert total == changed + unchanged == 40
    assert unchanged > 0
    assert rows(f"SELECT count(*) FROM tag_event WHERE operation_id = {number}") == [(changed,)]
    assert rows("SELECT outcome, count(*) FROM operation_row GROUP BY 1 ORDER BY 1") == [
        ("already", unchanged),
        ("changed", changed),
    ]
    assert not rows("""
        SELECT 1 FROM operation JOIN operation_row AS done ON done.operation_id = operation.id
        JOIN tag_event AS event ON event.contact_id = done.contact_id
            AND event.tag_id = (arguments ->> 'tag_id')::bigint
        WHERE (outcome = 'changed') <>
            (event.operation_id IS NOT NULL AND occurred_at >= operation.created_at)
    """)


def test_every_number_is_possible(rows):
    for (phone,) in rows(
        "SELECT phone FROM contact UNION SELECT number FROM sender_number WHERE number LIKE '+%'"
    ):
        assert phonenumbers.is_possible_number(phonenumbers.parse(phone, None)), phone


def test_the_known_number_is_at_two_owners_in_different_states(rows):
    known = rows(
        "SELECT owner_id, is_subscribed FROM contact WHERE phone = '+306984303406' ORDER BY owner_id"
    )
    assert known == [(1, True), (2, False)]


def test_each_text_has_its_segments(rows):
    texts = rows("SELECT DISTINCT text, segments FROM campaign_message")
    assert [(text, count, segments(text)) for text, count in texts if segments(text) != count] == []
    assert {count for _, count in texts} >= {1, 2}


def test_times_follow_each_other_and_end_now(rows):
    assert not rows(f"""
        SELECT id FROM campaign_message
        WHERE sent_at < created_at OR delivered_at < sent_at OR failed_at < sent_at
            OR greatest(created_at, sent_at, delivered_at, failed_at) > '{NOW.isoformat()}'
    """)
    assert not rows("""
        SELECT campaign.id FROM campaign JOIN owner ON owner.id = owner_id
        WHERE campaign.created_at < owner.created_at
            OR started_at < campaign.created_at OR finished_at < started_at
    """)
    assert not rows("""
        SELECT contact.id FROM contact JOIN owner ON owner.id = owner_id
        WHERE contact.created_at < owner.created_at
    """)


def test_only_the_last_72_hours_wait_for_a_receipt(rows):
    [(waiting, oldest)] = rows("SELECT count(*), min(sent_at) FROM campaign_message WHERE status = 'sent'")
    assert waiting > 20
    assert (NOW - oldest).total_seconds() <= 72 * 3600


def test_every_kind_of_campaign_is_there(rows):
    statuses = {status for (status,) in rows("SELECT DISTINCT status FROM campaign")}
    assert statuses == {"draft", "scheduled", "sending", "paused", "completed", "failed"}
    assert (
        rows("SELECT count(*) FROM campaign_stat WHERE failed > 0.35 * (sent + delivered + failed)")[0][0]
        >= 3
    )
    assert rows("""
        SELECT 1 FROM campaign JOIN campaign_stat USING (owner_id)
        WHERE campaign_id = campaign.id AND status = 'sending' AND least(queued, sent, delivered, failed) > 0
    """)
    reasons = rows("""
        SELECT DISTINCT reason_code FROM campaign_skip JOIN campaign USING (owner_id)
        WHERE campaign.id = campaign_id AND campaign.name = 'Black Friday' AND owner_id = 1
    """)
    assert {reason for (reason,) in reasons} == {"not_subscribed", "suppressed", "invalid_number"}


def test_some_wallets_run_short_of_what_is_scheduled_and_some_do_not(demo):
    with demo.app_context():
        runways = of_each(range(1, SIZES["owner"] + 1))
        db.session.remove()
    assert {runway.short is None for runway in runways.values()} == {True, False}
    assert max(runway.campaigns for runway in runways.values()) > 1


def test_larger_owners_have_a_vip_list_with_unsubscribed_members(rows):
    [(members, subscribed)] = rows("""
        SELECT members, subscribed FROM contact_list JOIN list_stat USING (owner_id)
        WHERE list_stat.list_id = contact_list.id AND name = 'VIP' AND owner_id = 1
    """)
    assert 0 < subscribed < members
    assert rows("SELECT count(*) FROM contact_list WHERE char_length(name) > 120")[0][0] == 1


def test_names_come_in_several_scripts_and_lengths(rows):
    names = " ".join(
        name for (name,) in rows("SELECT coalesce(first_name, '') || last_name FROM contact") if name
    )
    for letter in ("Π", "ü", "И", "م", "王", "김", "<b>", '"', "="):
        assert letter in names, letter
    assert rows("SELECT max(char_length(last_name)) > 100 FROM contact") == [(True,)]
    [(share,)] = rows("SELECT avg((coalesce(first_name, last_name) IS NULL)::int) FROM contact")
    assert 0.12 < share < 0.18


def test_the_demo_staff_can_sign_in(rows):
    found = rows("SELECT email, role, password_hash FROM staff ORDER BY id")
    assert [(email, role) for email, role, _ in found] == [(one.email, one.role) for one in DEMO_STAFF]
    assert all(passwords.fits(DEMO_PASSWORD, password_hash) for _, _, password_hash in found)


def test_two_loads_at_the_same_instant_are_equal(demo, make_database):
    again = _loaded(make_database())
    with demo.app_context():
        first = _digests()
    with again.app_context():
        second = _digests()
        db.session.remove()
        db.engine.dispose()
    assert first == second


def _digests() -> dict[str, str]:
    """Of each table the hash of all its rows; only the note of the loading itself bears the real time."""
    digests = {}
    for table in db.metadata.sorted_tables:
        kept = "WHERE action <> 'demo.load'" if table.name == "audit_event" else ""
        digests[table.name] = db.session.scalar(
            text(f"SELECT md5(string_agg(one::text, ',' ORDER BY one::text)) FROM {table.name} AS one {kept}")
        )
    return digests


def test_a_database_with_owners_is_refused(demo):
    with demo.app_context(), pytest.raises(DomainError, match="already holds owners"):
        load("small", progress=False, now=NOW)


def test_the_command_refuses_in_one_sentence(demo):
    result = demo.test_cli_runner().invoke(args=["demo", "--scale", "small", "--quiet"])
    assert result.exit_code == 1
    assert "Make an empty database" in result.output
    assert "Traceback" not in result.output


def test_a_database_in_which_people_sign_in_is_refused(committed):
    """The demo makes an admin whose password everybody knows."""
    make_staff("support")
    with pytest.raises(DomainError, match="password is known to everybody"):
        load("small", progress=False, now=NOW)
