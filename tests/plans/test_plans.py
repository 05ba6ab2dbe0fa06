"""Each page's queries read what they show: asked of PostgreSQL itself, on two million messages.

Every statement that a page sends is explained with its real parameters (EXPLAIN ANALYZE). None may
scan a table that grows, and the indexes that the reviewed platform lacked must be in use.
"""

import json
import os
from collections.abc import Iterator

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import event, text

from dashboard import create_app
from dashboard.audiences.queries import Audience
from dashboard.campaigns.models import AGES_MINUTES, LATENCIES_SECONDS
from dashboard.contact_imports.commands import keep_file
from dashboard.contact_imports.staging.checks import check
from dashboard.core.db import db
from dashboard.demo.commands import load
from dashboard.operations.selections import Selection
from tests.operations.doing import done, tag_of

#: Tables that grow with what is stored, and may therefore never be read as a whole.
GROWING = {
    "campaign_message", "campaign_stat_hour", "campaign_stat_error", "campaign_stat_age",
    "campaign_stat_latency", "campaign_stat_country", "contact", "list_membership",
    "membership_event", "subscription_event", "suppression", "credit_transaction", "audit_event",
    "campaign_skip", "contact_tag", "tag_event", "operation_row",
    "contact_import_part", "contact_import_problem", "contact_import_row",
}  # fmt: skip
PAGE = 50
AGES = len(AGES_MINUTES)


@pytest.fixture(scope="module")
def medium(app: Flask, make_database) -> Iterator[Flask]:
    """The application on the medium demo data: 200,000 contacts, 2,000,000 messages."""
    url = make_database()
    before, os.environ["DATABASE_URL"] = os.environ["DATABASE_URL"], url
    try:
        other = create_app({"TESTING": True, "WTF_CSRF_ENABLED": False, "SERVER_NAME": "localhost"})
    finally:
        os.environ["DATABASE_URL"] = before
    other.test_client_class = app.test_client_class
    with other.app_context():
        flask_migrate.upgrade()
        load("medium", progress=False)
        yield other
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def scene(medium: Flask) -> dict[str, int]:
    """The largest of each kind, as the arguments of addresses."""
    largest = """
        SELECT owner_id, campaign_id, (SELECT list_id FROM list_stat s WHERE s.owner_id = c.owner_id
            ORDER BY members DESC LIMIT 1) AS list_id,
            (SELECT id FROM contact_list l WHERE l.owner_id = c.owner_id AND definition IS NOT NULL
            ORDER BY id LIMIT 1) AS dynamic_list_id,
            (SELECT contact_id FROM campaign_message m WHERE m.owner_id = c.owner_id
            AND m.campaign_id = c.campaign_id LIMIT 1) AS contact_id,
            (SELECT t.staff_id FROM credit_transaction t WHERE t.owner_id = c.owner_id
            AND t.staff_id IS NOT NULL LIMIT 1) AS staff_id,
            (SELECT m.id FROM campaign_message m WHERE m.owner_id = c.owner_id
            AND m.campaign_id = c.campaign_id LIMIT 1) AS message_id,
            (SELECT m.provider_message_id FROM campaign_message m WHERE m.owner_id = c.owner_id
            AND m.campaign_id = c.campaign_id AND m.provider_message_id IS NOT NULL LIMIT 1) AS identifier,
            date_part('year', now())::int - 1 AS last_year
        FROM campaign_stat c ORDER BY delivered > 0 DESC, failed DESC LIMIT 1
    """
    with medium.app_context():
        found = dict(db.session.execute(text(largest)).one()._mapping)
        operation_id = tag_everybody(found["owner_id"])
        import_id = bring_a_file(found["owner_id"], found["staff_id"])
        return found | {
            "operation_id": operation_id, "tag_id": tag_of(operation_id), "import_id": import_id
        }  # fmt: skip


def bring_a_file(owner_id: int, staff_id: int) -> int:
    """Have a file checked of which every row is bad; the import's number."""
    file = b"phone\n" + b"x\n" * 20_000
    import_id = keep_file(owner_id, "people.csv", [file], list_id=None, actor_id=staff_id)
    check(owner_id, import_id, 1, lambda _: None)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE contact_import, contact_import_problem"))
    return import_id


def tag_everybody(owner_id: int) -> int:
    """Give each contact of the owner a tag; the number of that operation."""
    everybody = Selection(audience=Audience())
    number = done(owner_id, "tag", everybody, tag_name="Everybody")
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE operation, operation_row, contact_tag, tag_event"))
    return number


@pytest.fixture(scope="module")
def plans(medium: Flask):
    """Asks for an address as an admin and gives the plan of each statement that the page sent."""
    client = medium.test_client()
    with medium.app_context():
        engine = db.engine
        session_id = db.session.scalar(
            text("SELECT id || '.' || session_no FROM staff WHERE role = 'admin' LIMIT 1")
        )
    with client.session_transaction() as cookie:
        cookie["_user_id"] = session_id

    def plans(address: str) -> list[dict]:
        sent = []

        def note(_connection, _cursor, statement, parameters, _context, _many):
            if statement.lstrip().startswith(("SELECT", "WITH")):
                sent.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", note)
        try:
            assert client.get(address).status_code in (200, 303), address
        finally:
            event.remove(engine, "before_cursor_execute", note)
        assert sent
        with engine.connect() as connection:
            cursor = connection.connection.cursor()
            explained = []
            for statement, parameters in sent:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
                explained.append(cursor.fetchone()[0][0]["Plan"])
            return explained

    return plans


def nodes(plan: dict) -> Iterator[dict]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def rows_read(node: dict) -> int:
    """The rows that a node read from its table: those it gave and those it threw away."""
    kept = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return round((kept + node.get("Rows Removed by Index Recheck", 0)) * node["Actual Loops"])


#: address -> how many rows of one growing table it may read, and the indexes it must use
PAGES: dict[str, tuple[int, set[str]]] = {
    "/campaigns": (PAGE * AGES, {"ix_campaign_happens_at_id", "pk_campaign_stat_age"}),
    "/campaigns?status=sending": (PAGE * AGES, {"ix_campaign_status_happens_at_id"}),
    "/campaigns?owner={owner_id}": (PAGE * AGES, set()),
    "/campaigns?signal=below-normal": (PAGE * AGES, set()),
    "/campaigns?signal=below-normal&owner={owner_id}": (PAGE * AGES, {"ix_campaign_owner_id_happens_at_id"}),
    "/campaigns?sort=failing": (PAGE * AGES, set()),
    "/campaigns?sort=undelivered": (PAGE * AGES, set()),
    "/campaigns/compare?of={owner_id}-{campaign_id}": (
        len(LATENCIES_SECONDS),
        {"pk_campaign_stat_age", "pk_campaign_stat_latency"},
    ),
    "/owners/{owner_id}/campaigns/{campaign_id}": (
        20_000,
        {"ix_contact_owner_id_unsubscribed_at", "pk_campaign_stat_age", "pk_campaign_stat_latency",
         "pk_campaign_stat_country"},
    ),
    "/owners/{owner_id}/campaigns/{campaign_id}/unsubscribes": (
        20_000,
        {"ix_contact_owner_id_unsubscribed_at"},
    ),
    "/owners/{owner_id}/campaigns/{campaign_id}/messages": (
        PAGE + 1,
        {"ix_campaign_message_owner_id_campaign_id_id"},
    ),
    "/owners/{owner_id}/campaigns/{campaign_id}/messages?status=failed": (
        PAGE + 1,
        {"ix_campaign_message_failures"},
    ),
    "/owners/{owner_id}/campaigns/{campaign_id}/messages?status=failed&error_code=27": (
        PAGE + 1,
        {"ix_campaign_message_failure_codes"},
    ),
    "/owners/{owner_id}/campaigns/{campaign_id}/messages?status=failed&error_code=nothing": (
        PAGE + 1,
        {"ix_campaign_message_failure_codes"},
    ),
    "/owners/{owner_id}/campaigns/{campaign_id}/why": (
        5_000,  # the codes and countries of each campaign of 90 days
        {"ix_campaign_owner_id_happens_at_id", "pk_campaign_stat_country", "pk_campaign_stat_error"},
    ),
    "/campaigns/why?owner={owner_id}": (
        5_000,
        {"ix_campaign_owner_id_happens_at_id", "pk_campaign_stat_country", "pk_campaign_stat_error"},
    ),
    "/campaigns/why": (20_000, {"pk_campaign_stat_country", "pk_campaign_stat_error"}),
    "/contact-imports": (0, set()),
    "/owners/{owner_id}/contact-imports/{import_id}": (20, {"pk_contact_import_problem"}),
    "/contacts": (PAGE + 1, {"ix_contact_phone_owner_id"}),
    "/contacts?owner={owner_id}": (PAGE + 1, {"uq_contact_owner_id_phone"}),
    "/contacts?owner={owner_id}&is_subscribed=false": (PAGE + 1, {"ix_contact_owner_id_is_subscribed_phone"}),
    "/contacts?q=6984303406": (PAGE, {"ix_contact_phone_owner_id"}),
    "/contacts?q=84303": (1_100, {"ix_contact_search"}),
    "/contacts?q=zzzzqqqq": (0, {"ix_contact_search"}),
    "/contacts?owner={owner_id}&q=zzzzqqqq": (0, {"ix_contact_search"}),
    "/search?q=69 8430 3406": (PAGE, {"ix_contact_phone_owner_id"}),
    # One row for each provider's name.
    "/search?q=zzzzqqqq": (2, {"ix_contact_search"}),
    "/search?q=843034": (1_000, {"ix_contact_search"}),
    "/search?q=παπαδοπουλου μαρια": (2_100, {"ix_contact_search"}),
    "/search?q=xq": (2, {"ix_contact_search"}),
    "/search?q=%25_%25": (0, set()),
    "/search?q=%23{message_id}": (1, {"pk_campaign_message"}),
    "/search?q={identifier}": (1, {"uq_campaign_message_provider_provider_message_id"}),
    "/contacts?owner={owner_id}&q=μαρια": (2_100, {"ix_contact_search"}),
    "/owners/{owner_id}/contacts/{contact_id}": (
        1_000,  # the contact's messages, which are counted and sorted
        {"ix_campaign_message_owner_id_contact_id_campaign_id", "ix_campaign_skip_owner_id_contact_id",
         "ix_subscription_event_owner_id_contact_id_occurred_at",
         "ix_membership_event_owner_id_contact_id_occurred_at",
         "ix_tag_event_owner_id_contact_id_occurred_at", "ix_contact_tag_owner_id_contact_id_tag_id",
         "ix_audit_event_owner_id_subject_at", "pk_suppression"},
    ),
    "/owners/{owner_id}/contacts/{contact_id}?kind=consent&day={last_year}-12-31": (
        1_000,
        {"ix_subscription_event_owner_id_contact_id_occurred_at",
         "ix_membership_event_owner_id_contact_id_occurred_at"},
    ),
    "/owners/{owner_id}/contacts/{contact_id}/why-not?campaign={campaign_id}": (
        PAGE,
        {"ix_campaign_message_owner_id_contact_id_campaign_id", "pk_campaign_skip",
         "ix_subscription_event_owner_id_contact_id_occurred_at",
         "ix_credit_transaction_owner_id_campaign_id"},
    ),
    "/owners/{owner_id}/contacts/{contact_id}/why-not?q=zzzzqqqq": (1, set()),
    "/owners/{owner_id}/contacts/{contact_id}/consent": (
        PAGE,
        {"ix_subscription_event_owner_id_contact_id_occurred_at"},
    ),
    "/owners/{owner_id}/contacts/{contact_id}/resubscription": (PAGE, {"pk_suppression"}),
    "/owners/{owner_id}/contacts/{contact_id}/erasure": (
        1_000,  # the contact's messages, which are counted
        {"ix_campaign_message_owner_id_contact_id_campaign_id", "ix_audit_event_owner_id_subject_at"},
    ),
    "/owners/{owner_id}/contacts/{contact_id}/held.json": (
        1_000,
        {"ix_campaign_message_owner_id_contact_id_campaign_id", "ix_campaign_skip_owner_id_contact_id",
         "ix_subscription_event_owner_id_contact_id_occurred_at",
         "ix_membership_event_owner_id_contact_id_occurred_at", "ix_audit_event_owner_id_subject_at"},
    ),
    # A filter that finds many shows the first of them; one that finds few or nothing reads what an index has,
    # or at most as many contacts as are looked through for a page.
    "/owners/{owner_id}/lists/{list_id}?gender=female": (20_001, {"pk_list_membership"}),
    "/owners/{owner_id}/lists/{list_id}?gender=other&age_from=70&is_subscribed=false": (
        25_000,
        {"ix_contact_owner_id_birthday"},
    ),
    "/owners/{owner_id}/lists/{list_id}?age_from=120": (5_001, {"ix_contact_owner_id_birthday"}),
    "/owners/{owner_id}/lists/{list_id}?calling_code=30&is_subscribed=true": (20_001, set()),
    "/owners/{owner_id}/lists/{list_id}?added_to=2001-01-01": (5_001, {"ix_contact_owner_id_created_at"}),
    "/owners/{owner_id}/lists/{list_id}?joined_to=2001-01-01": (
        5_001,
        {"ix_list_membership_owner_id_list_id_created_at"},
    ),
    "/owners/{owner_id}/lists/{list_id}?left_to=2001-01-01": (5_001, {"ix_contact_owner_id_unsubscribed_at"}),
    "/owners/{owner_id}/lists/{dynamic_list_id}": (25_000, set()),
    "/owners/{owner_id}/wallet": (PAGE + 1, {"uq_credit_transaction_owner_id_wallet_id_entry_no"}),
    "/owners/{owner_id}/wallet?type=refund": (PAGE + 1, {"ix_credit_transaction_owner_id_type_entry_no"}),
    "/owners/{owner_id}/wallet?since=2001-01-01&until=2001-01-02": (
        PAGE + 1,
        {"ix_credit_transaction_owner_id_created_at"},
    ),
    "/owners/{owner_id}/wallet?since={last_year}-03-01&until={last_year}-03-31": (
        1_000,  # the entries of the two days that are no whole days in UTC
        {"ix_credit_transaction_owner_id_created_at", "pk_wallet_day"},
    ),
    "/owners/{owner_id}/wallet?type=refund&since={last_year}-03-01": (
        1_000,
        {"ix_credit_transaction_owner_id_type_entry_no"},
    ),
    "/owners/{owner_id}/wallet?reason=opening": (
        PAGE + 1,
        {"ix_credit_transaction_owner_id_reason_code_entry_no"},
    ),
    "/owners/{owner_id}/wallet?staff={staff_id}": (
        10_001,  # as many as are added up
        {"ix_credit_transaction_owner_id_staff_id_entry_no"},
    ),
    "/owners/{owner_id}/wallet?least=99999999": (PAGE, {"ix_credit_transaction_owner_id_amount_credits"}),
    "/owners/{owner_id}/wallet?words=zzzzqqqq": (PAGE, {"ix_credit_transaction_note_trigrams"}),
    "/owners/{owner_id}/wallet?campaign={campaign_id}": (
        PAGE + 1,
        {"ix_credit_transaction_owner_id_campaign_id"},
    ),
    "/owners/{owner_id}/wallet?campaign_name=zzzzqqqq": (
        PAGE + 1,
        {"ix_credit_transaction_owner_id_campaign_id"},
    ),
    "/owners/{owner_id}/wallet?at={last_year}-12-31T23:59": (
        PAGE + 1,
        {"ix_credit_transaction_owner_id_created_at"},
    ),
    "/owners/{owner_id}/wallet/entries/1000": (
        1,
        {"uq_credit_transaction_owner_id_wallet_id_entry_no", "uq_credit_transaction_owner_id_reverses"},
    ),
    "/operations": (PAGE, set()),
    "/operations?owner={owner_id}&kind=tag": (PAGE, set()),
    "/owners/{owner_id}/operations/{operation_id}": (PAGE + 1, {"pk_operation_row"}),
    "/owners/{owner_id}/operations/{operation_id}?outcome=changed": (PAGE + 1, {"ix_operation_row_outcome"}),
    "/owners/{owner_id}/operations/{operation_id}?outcome=changed_since": (
        PAGE + 1,
        {"ix_operation_row_outcome"},
    ),
    "/owners/{owner_id}/operations/new?kind=tag&tag_id={tag_id}&ids={contact_id}": (
        PAGE,
        {"pk_contact", "ix_contact_tag_owner_id_contact_id_tag_id"},
    ),
    "/owners/{owner_id}/tags": (2_000, {"pk_contact_tag"}),  # a thousand of each are counted
    "/owners/{owner_id}/tags/{tag_id}": (PAGE + 1, {"pk_contact_tag"}),
    "/owners": (PAGE, set()),
    "/lists": (PAGE, set()),
    "/wallets": (PAGE, set()),
    "/wallets/reconciliation": (PAGE, {"ix_campaign_stat_undebited", "ix_campaign_stat_unrefunded"}),
    "/wallets?short=y": (PAGE, {"ix_campaign_status_happens_at_id"}),
    "/owners/{owner_id}": (5_000, set()),
    "/": (50_000, {"ix_campaign_stat_hour_hour"}),
}  # fmt: skip


#: Rows that imports left out are kept for a week, and looked through for whom they name.
LOOKED_THROUGH = {"/owners/{owner_id}/contacts/{contact_id}/held.json": {"contact_import_problem"}}


@pytest.mark.timeout(600)  # the first one loads the data
@pytest.mark.parametrize("address", PAGES)
def test_a_page_reads_what_it_shows(plans, scene, address):
    most, indexes = PAGES[address]
    used = set()
    for plan in plans(address.format(**scene)):
        for node in nodes(plan):
            used.add(node.get("Index Name"))
            if node.get("Relation Name") in GROWING - LOOKED_THROUGH.get(address, set()):
                # A table without a page is read by any plan alike.
                has_pages = node["Shared Hit Blocks"] + node["Shared Read Blocks"] > 0
                assert node["Node Type"] != "Seq Scan" or not has_pages, (
                    f"scans {node['Relation Name']}: {json.dumps(plan)[:2000]}"
                )
                assert rows_read(node) <= most, f"reads {rows_read(node)} rows of {node['Relation Name']}"
    assert indexes <= used, f"used {sorted(filter(None, used))}"


def test_a_lists_members_are_filtered_in_the_database(plans, scene):
    for state in ("any", "true", "false"):
        for plan in plans(f"/owners/{scene['owner_id']}/lists/{scene['list_id']}?is_subscribed={state}"):
            for node in nodes(plan):
                assert not (node["Node Type"] == "Seq Scan" and node.get("Relation Name") in GROWING)


@pytest.mark.parametrize("column", ["sent_at", "delivered_at", "failed_at"])
def test_message_times_are_found_by_their_brin_index(medium, column):
    with medium.app_context():
        plan = db.session.scalar(
            text(
                f"EXPLAIN (FORMAT JSON) SELECT count(*) FROM campaign_message"
                f" WHERE {column} >= (SELECT max(started_at) - interval '200 days' FROM campaign)"
                f" AND {column} < (SELECT max(started_at) - interval '199 days' FROM campaign)"
            )
        )[0]["Plan"]
        used = {node.get("Index Name") for node in nodes(plan)}
        db.session.rollback()
    assert f"ix_campaign_message_{column}" in used


def test_a_receipt_changes_its_message_in_place(medium, scene):
    """HOT: no index entry is written where the message only went from sent to delivered."""
    with medium.app_context():
        db.session.execute(text("SELECT pg_stat_reset_single_table_counters('campaign_message'::regclass)"))
        db.session.commit()
        changed = db.session.execute(
            text(
                "UPDATE campaign_message SET status = 'delivered', delivered_at = now()"
                " WHERE (owner_id, id) IN"
                " (SELECT owner_id, id FROM campaign_message WHERE status = 'sent' LIMIT 100)"
            )
        ).rowcount
        db.session.commit()
        db.session.execute(text("SELECT pg_stat_force_next_flush()"))
        db.session.commit()
        updates, hot = db.session.execute(
            text(
                "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'campaign_message'"
            )
        ).one()
    assert changed == 100
    assert updates >= 100
    assert hot / updates > 0.9
