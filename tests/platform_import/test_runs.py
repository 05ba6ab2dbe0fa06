"""Runs: repeated, killed, refused; nothing doubled, nothing lost, nothing written there."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.platform_import import queries
from dashboard.platform_import.run import import_platform
from dashboard.platform_import.source import open_source
from tests.conftest import empty_all_tables
from tests.platform_import.conftest import Silent, counts, issues, rows
from tests.platform_import.nasty import fill

ROOT = Path(__file__).parents[2]

# What an import makes, without the numbers that our sequences gave and the times at which it ran.
CONTENT = (
    "SELECT name, sender_name, country, timezone, created_at FROM owner ORDER BY 1",
    "SELECT owner.name, phone, email, first_name, last_name, gender, birthday, is_subscribed, unsubscribed_at"
    " FROM contact JOIN owner ON owner.id = owner_id ORDER BY 1, 2",
    "SELECT phone, event.is_subscribed, source, reason, occurred_at FROM subscription_event AS event"
    " JOIN contact ON contact.id = contact_id ORDER BY event.owner_id, phone, event.id",
    "SELECT count(*), max(since) FROM suppression",
    "SELECT name, description FROM contact_list ORDER BY owner_id, name",
    "SELECT name, phone, member.created_at FROM list_membership AS member"
    " JOIN contact_list AS l ON l.id = list_id"
    " JOIN contact ON contact.id = contact_id ORDER BY member.owner_id, 1, 2",
    "SELECT action, count(*) FROM membership_event GROUP BY 1",
    "SELECT name, status, message_text, list_id IS NULL FROM campaign ORDER BY owner_id, name",
    "SELECT phone, text, segments, status, provider_message_id, error_code, created_at, sent_at, failed_at"
    " FROM campaign_message ORDER BY owner_id, created_at, phone, text, provider_message_id",
    "SELECT queued, sent, delivered, failed, segments FROM campaign_stat ORDER BY owner_id, sent, segments",
    "SELECT members, subscribed FROM list_stat ORDER BY owner_id, members, subscribed",
    "SELECT name, balance_credits, last_entry_no FROM wallet JOIN owner ON owner.id = owner_id ORDER BY 1",
    "SELECT owner.name, entry_no, type, amount_credits, balance_after_credits, reason_code, note,"
    " idempotency_key FROM credit_transaction JOIN owner ON owner.id = owner_id ORDER BY 1, 2",
    "SELECT owner.name, kind, source_id, fingerprint, is_merged"
    " FROM platform_ref JOIN owner ON owner.id = owner_id ORDER BY 1, 2, 3",
)
REPORT = (
    "SELECT source_table, source_id, reason_code, row - 'trackingId' FROM import_issue ORDER BY 1, 2, 3",
    "SELECT source_table, source_rows, rows_read, added, changed, unchanged, merged, left_out"
    " FROM import_step ORDER BY 1",
)


def content(*more: str) -> list[list[tuple]]:
    return [rows(query) for query in (*CONTENT, *more)]


@pytest.mark.parametrize("chunk_rows", [1, 3, 50_000])
def test_every_row_that_was_read_is_accounted_for(platform, chunk_rows):
    fill(platform)
    run = platform.bring(chunk_rows=chunk_rows)
    found = queries.steps_of(run)
    assert [step.source_table for step in found] == [
        "User", "Contact", "List", "ListMembership", "Campaign", "CampaignMessage", "Campaign counters",
        "CreditTransaction", "Wallet",
    ]  # fmt: skip
    for step in found:
        table = "Campaign" if step.source_table == "Campaign counters" else step.source_table
        assert step.rows_read == step.source_rows == platform.sql(f'SELECT count(*) FROM "{table}"')[0][0]
        assert step.rows_read == step.added + step.changed + step.unchanged + step.merged + step.left_out
    # Whatever was left out or merged stands in the report.
    reported = rows("SELECT source_table, count(DISTINCT source_id) FROM import_issue GROUP BY 1")
    for table, count in reported:
        step = next(step for step in found if step.source_table == table)
        assert count >= step.left_out + step.merged
    totals = queries.totals_of(run)
    assert (totals.left_out, totals.merged, totals.rows_read) == (5, 2, 30)


def test_the_size_of_chunks_changes_nothing(platform):
    fill(platform)
    platform.bring()
    whole = content(*REPORT)
    db.session.remove()
    empty_all_tables()
    platform.bring(chunk_rows=2)
    assert content(*REPORT) == whole


def test_a_second_run_doubles_nothing(platform):
    fill(platform)
    platform.bring()
    before = content()
    second = platform.bring()
    assert content() == before
    assert counts(second, "Contact") == {"rows_read": 6, "unchanged": 4, "merged": 1, "left_out": 1}
    assert counts(second, "CreditTransaction") == {"rows_read": 5, "unchanged": 4, "left_out": 1}
    third = platform.bring()
    assert issues(third) == issues(second)


def test_what_changed_changes_and_what_is_new_is_added(platform):
    owner = platform.user()
    contact = platform.contact(owner, "+306900000001", firstName="Ana")
    platform.add("List", ownerId=owner, name="VIP")
    platform.message(owner, platform.campaign(owner), contact, status="queued", sentAt=None)
    platform.bring()
    platform.sql("UPDATE \"User\" SET company = 'New name'")
    platform.sql("UPDATE \"Contact\" SET \"firstName\" = 'Anna', phone = '+306900000002'")
    platform.sql("UPDATE \"List\" SET name = 'Best'")
    platform.sql("UPDATE \"CampaignMessage\" SET status = 'sent', \"sentAt\" = '2025-03-01 11:00'")
    platform.contact(owner, "+306900000001")
    run = platform.bring()
    assert rows("SELECT name FROM owner") == [("New name",)]
    assert rows("SELECT first_name, phone FROM contact ORDER BY id") == [
        ("Anna", "+306900000002"),
        (None, "+306900000001"),
    ]
    assert rows("SELECT name FROM contact_list") == [("Best",)]
    eleven = datetime(2025, 3, 1, 11, tzinfo=UTC)
    assert rows("SELECT status, sent_at FROM campaign_message") == [("sent", eleven)]
    assert rows("SELECT queued, sent FROM campaign_stat") == [(0, 1)]
    assert counts(run, "Contact") == {"rows_read": 2, "added": 1, "changed": 1}
    assert counts(run, "CampaignMessage") == {"rows_read": 1, "changed": 1}


def test_a_receipt_that_arrived_here_is_not_set_back(platform):
    owner = platform.user()
    contact = platform.contact(owner, "+306900000001")
    message = platform.message(owner, platform.campaign(owner), contact)
    platform.bring()
    db.session.connection().exec_driver_sql(
        "UPDATE campaign_message SET status = 'delivered', delivered_at = sent_at + interval '1 min'"
    )
    db.session.commit()
    platform.sql("UPDATE \"CampaignMessage\" SET error = 'late' WHERE id = %s", message)
    platform.bring()
    assert rows("SELECT status FROM campaign_message") == [("delivered",)]


def test_two_contacts_that_swap_their_numbers_are_told_and_settle(platform):
    owner = platform.user()
    one, two = platform.contact(owner, "+306900000001"), platform.contact(owner, "+306900000002")
    platform.bring()
    platform.sql("UPDATE \"Contact\" SET phone = '+306900000009' WHERE id = %s", one)
    platform.sql("UPDATE \"Contact\" SET phone = '+306900000001' WHERE id = %s", two)
    first = platform.bring()
    platform.bring()
    assert rows("SELECT phone FROM contact ORDER BY id") == [("+306900000009",), ("+306900000001",)]
    assert issues(first) == [("Contact", two, "phone_taken")]


def test_chosen_owners_alone(platform):
    fill(platform)
    run = platform.bring(owners=[2])
    assert rows("SELECT name FROM owner") == [("o2@example.com",)]
    assert rows("SELECT count(*) FROM contact") == [(1,)]
    # The list is theirs, and one of its members another owner's.
    assert counts(run, "ListMembership") == {"rows_read": 2, "added": 1, "left_out": 1}
    with pytest.raises(DomainError, match="The platform has no user 99"):
        platform.bring(owners=[2, 99])
    platform.bring()
    platform.bring(owners=[2])
    assert rows("SELECT count(*) FROM owner") == [(2,)]


def test_a_run_that_failed_is_gone_on_with(platform, monkeypatch):
    fill(platform)
    watcher = Silent()

    def fail(name, done, total):
        if name == "CampaignMessage" and done == 2:
            raise ConnectionError

    monkeypatch.setattr(watcher, "step", fail)
    with open_source(platform.url) as source, pytest.raises(ConnectionError):
        import_platform(source, watcher, owners=None, country="GR", chunk_rows=2)
    assert rows("SELECT status FROM import_run") == [("interrupted",)]
    run = platform.bring()
    assert rows("SELECT id, status FROM import_run") == [(run, "finished")]
    assert counts(run, "CampaignMessage") == {"rows_read": 5, "added": 4, "left_out": 1}
    assert rows("SELECT action FROM audit_event WHERE action <> 'platform_import.table' ORDER BY id") == [
        ("platform_import.start",),
        ("platform_import.interrupt",),
        ("platform_import.continue",),
        ("platform_import.finish",),
    ]


# The program


def start(platform, *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "import-platform", platform.url, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_killed_at_any_point_it_ends_as_if_undisturbed(platform):
    fill(platform)
    platform.sql(
        """INSERT INTO "Contact" ("ownerId", phone) SELECT 1 + n % 2, '+30691' || 1000000 + n
           FROM generate_series(1, 400) AS n"""
    )
    platform.sql(
        """INSERT INTO "CampaignMessage" ("ownerId", "campaignId", "contactId", "to", "sentAt", text)
           SELECT 1, 1, id, phone, '2025-03-02', 'To ' || id FROM "Contact" WHERE "ownerId" = 1 AND id > 6"""
    )
    platform.sql(
        """INSERT INTO "CreditTransaction" ("ownerId", type, amount, "balanceAfter", "createdAt")
           SELECT 1 + n % 2, 'credit', n, 0, timestamp '2025-05-01' + n * interval '1 h'
           FROM generate_series(1, 100) AS n"""
    )
    platform.bring()
    undisturbed = content(*REPORT)
    db.session.remove()
    empty_all_tables()

    kills = 0
    for point in (20, 300, 460, 620, 700):
        process = start(platform, "--chunk-rows", "7")
        while process.poll() is None and (rows("SELECT sum(rows_read) FROM import_step")[0][0] or 0) < point:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += rows("SELECT status FROM import_run") == [("running",)]
    assert kills >= 4
    process = start(platform, "--chunk-rows", "7")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Continuing run 1" in said
    for was, now in zip(undisturbed, content(*REPORT), strict=True):
        assert now == was


def run_it(url: str, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "import-platform", url, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_the_program_says_what_it_did_and_writes_the_report(platform, tmp_path):
    platform.contact(platform.user(company="=1+1"), "=HYPERLINK(1)", firstName="Zoë")
    done = run_it(platform.url, "--report", str(tmp_path))
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "opened read-only: nothing is written there" in said
    assert "2 read = 1 added + 0 changed + 0 unchanged + 0 merged + 1 left out" in said
    report = next(tmp_path.iterdir()).read_text(encoding="utf-8-sig")
    assert report.startswith("Run,Table,Id on the platform,Owner,Reason code")
    assert "phone_unreadable" in report
    assert "Zoë" in report


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://u:hunter2@127.0.0.1:1/x", "does not answer"),
        ("mysql://u:hunter2@localhost/x", "That is no address of a database"),
        ("postgresql://u:hunter2@localhost:notaport/x", "hunter2"),
    ],
)
def test_what_cannot_be_reached_is_told_in_one_sentence_without_the_password(app, url, sentence):
    done = run_it(url)
    assert done.returncode == 1
    assert "hunter2" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert sentence == "hunter2" or sentence in done.stderr


def test_what_is_no_platform_is_told(platform):
    platform.sql('DROP TABLE "Contact" CASCADE')
    with pytest.raises(DomainError, match='has no table "Contact"'):
        platform.bring()
    platform.sql('CREATE TABLE "Contact" (id int)')
    with pytest.raises(DomainError, match='"Contact" has no column "ownerId", "phone", "isSubscribed"'):
        platform.bring()


def test_there_is_no_database_of_that_name(platform):
    with (
        pytest.raises(DomainError, match="There is no such database"),
        open_source(platform.url.replace("/test_", "/no_such_")),
    ):
        pass


# The source


def test_nothing_can_be_written_there(platform):
    with open_source(platform.url) as source:
        assert source.connection.execute("SHOW default_transaction_read_only").fetchone() == ("on",)
        assert source.connection.execute("SHOW transaction_isolation").fetchone() == ("repeatable read",)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            source.connection.execute('DELETE FROM "Contact"')


def test_reading_changes_nothing_there_and_no_password_hash_is_asked_for(platform):
    fill(platform)
    platform.sql("DROP ROLE IF EXISTS import_reader")
    platform.sql("CREATE ROLE import_reader LOGIN")
    try:
        platform.sql("GRANT USAGE ON SCHEMA public TO import_reader")
        platform.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO import_reader")
        platform.sql('REVOKE SELECT ON "User" FROM import_reader')
        columns = 'id, email, "createdAt", "senderName", company, timezone'
        platform.sql(f'GRANT SELECT ({columns}) ON "User" TO import_reader')
        with open_source(platform.url) as source:
            source.connection.execute("SET ROLE import_reader")
            import_platform(source, Silent(), owners=None, country="GR")
        assert rows("SELECT count(*) FROM owner") == [(2,)]
    finally:
        platform.sql("DROP OWNED BY import_reader")
        platform.sql("DROP ROLE import_reader")


def test_missing_tables_and_columns_are_reported(platform):
    fill(platform)
    platform.sql('DROP TABLE "MessageTemplate" CASCADE')
    platform.sql('DROP TABLE "Wallet" CASCADE')
    platform.sql('DROP TABLE "ListMembership"')
    platform.sql('ALTER TABLE "Contact" DROP gender, DROP birthday')
    platform.sql('ALTER TABLE "Campaign" DROP total')
    platform.sql('ALTER TABLE "List" DROP name CASCADE')
    run = platform.bring()
    whole = [issue[::2] for issue in issues(run) if issue[2].endswith(("table_missing", "column_missing"))]
    assert sorted(whole) == [
        ("Campaign", "column_missing"),
        ("Contact", "column_missing"),
        ("List", "needed_column_missing"),
        ("ListMembership", "table_missing"),
        ("MessageTemplate", "table_missing"),
        ("Wallet", "table_missing"),
    ]
    assert rows("SELECT done FROM import_issue WHERE source_table = 'Contact' AND source_id IS NULL") == [
        ("Imported as if it were empty. Missing: gender, birthday.",)
    ]
    assert rows("SELECT count(*) FROM contact") == [(4,)]
    assert rows("SELECT count(*) FROM credit_transaction") == [(5,)]


def test_only_one_import_at_a_time(platform):
    platform.user()
    with open_source(platform.url) as source, db.engine.connect() as other:
        from dashboard.platform_import.run import _LOCK

        other.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
        with pytest.raises(DomainError, match="Another import is under way"):
            import_platform(source, Silent(), owners=None, country="GR")
        other.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")


def test_an_orms_address_is_understood(platform):
    joint = "&" if "?" in platform.url else "?"
    with open_source(f"{platform.url}{joint}schema=public&connection_limit=5") as source:
        assert "Contact" in source.columns


def test_rows_of_the_kind_that_copy_must_escape_arrive_whole(platform):
    words = "a\tb\nc\\d 'e' \\N \\. \"f\""
    owner = platform.user()
    contact = platform.contact(owner, "+306900000001", firstName=words)
    platform.message(owner, platform.campaign(owner), contact, text=words)
    platform.bring()
    assert rows("SELECT first_name FROM contact") == [(words,)]
    assert rows("SELECT text FROM campaign_message") == [(words,)]


def test_the_kept_counts_equal_the_rows(platform):
    fill(platform)
    platform.bring(chunk_rows=3)
    assert rows("SELECT sum(queued + sent + delivered + failed) FROM campaign_stat") == rows(
        "SELECT count(*) FROM campaign_message"
    )
    assert rows("SELECT sum(members) FROM list_stat") == rows("SELECT count(*) FROM list_membership")
    assert rows("SELECT sum(contacts) FROM contact_stat") == rows("SELECT count(*) FROM contact")
