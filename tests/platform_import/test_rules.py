"""Each rule that a row of the platform may break: what is done, and that the report says so."""

from datetime import UTC, datetime

import pytest

from dashboard.contacts.erasure.commands import erase_contact
from dashboard.contacts.subscriptions.commands import resubscribe_contact, stop_contact
from tests.factories import make_staff
from tests.platform_import.conftest import counts, issues, rows


def test_an_owner_gets_name_country_and_zone(platform):
    platform.user(company=None, senderName="ALPHA", timezone="Europe/Paris")
    nowhere = platform.user(company="B", timezone="Mars/Olympus")
    platform.contact(nowhere, "+393331234567")
    run = platform.bring()
    assert rows("SELECT name, sender_name, country, timezone FROM owner ORDER BY id") == [
        ("ALPHA", "ALPHA", "FR", "Europe/Paris"),
        ("B", None, "IT", "UTC"),
    ]
    assert issues(run) == [("User", nowhere, "timezone_unknown")]


def test_numbers_are_read_in_the_owners_country(platform):
    owner = platform.user()
    platform.contact(owner, "00306984303406")
    platform.contact(owner, "69 8430 3407")
    platform.bring()
    assert rows("SELECT phone FROM contact ORDER BY id") == [("+306984303406",), ("+306984303407",)]


def test_a_number_that_no_parser_accepts_is_reported_with_all_that_needs_it(platform):
    owner = platform.user()
    bad = platform.contact(owner, "call me")
    member = platform.add(
        "ListMembership", listId=platform.add("List", ownerId=owner, name="A"), contactId=bad
    )
    message = platform.message(owner, platform.campaign(owner), bad)
    run = platform.bring()
    assert issues(run) == [
        ("Contact", bad, "phone_unreadable"),
        ("ListMembership", member, "contact_not_imported"),
        ("CampaignMessage", message, "contact_not_imported"),
    ]
    (row,) = rows("SELECT row->>'phone', reason, done FROM import_issue ORDER BY id LIMIT 1")
    assert row == ("call me", "The phone number cannot be read as one.", "Not imported.")
    assert counts(run, "Contact") == {"rows_read": 1, "left_out": 1}


@pytest.mark.parametrize("chunk_rows", [1, 50_000])
def test_equal_numbers_merge_and_the_stricter_consent_holds(platform, chunk_rows):
    owner = platform.user()
    first = platform.contact(owner, "+306984303406", firstName="Anna")
    second = platform.contact(owner, "6984303406", isSubscribed=False, unsubscribedAt="2025-05-01")
    a, b = (platform.add("List", ownerId=owner, name=name) for name in "AB")
    platform.add("ListMembership", listId=a, contactId=first)
    platform.add("ListMembership", listId=a, contactId=second)
    platform.add("ListMembership", listId=b, contactId=second)
    platform.message(owner, platform.campaign(owner, total=1, sent=1), second)
    run = platform.bring(chunk_rows=chunk_rows)
    (contact,) = rows("SELECT id, first_name, is_subscribed, unsubscribed_at FROM contact")
    assert contact[1:] == ("Anna", False, datetime(2025, 5, 1, tzinfo=UTC))
    assert rows("SELECT is_subscribed, source FROM subscription_event ORDER BY id") == [
        (True, "import"),
        (False, "import"),
    ]
    assert rows("SELECT count(*) FROM suppression") == [(1,)]
    assert rows("SELECT count(*), min(contact_id) FROM list_membership") == [(2, contact[0])]
    assert rows("SELECT members, subscribed FROM list_stat") == [(1, 0), (1, 0)]
    assert rows("SELECT contact_id, phone FROM campaign_message") == [(contact[0], "+306984303406")]
    assert counts(run, "Contact") == {"rows_read": 2, "added": 1, "merged": 1}
    assert counts(run, "ListMembership") == {"rows_read": 3, "added": 2, "merged": 1}
    assert [reason for _, _, reason in issues(run)] == ["same_number", "same_membership"]


def test_subscription_columns_that_disagree_count_as_unsubscribed(platform):
    owner = platform.user()
    untimed = platform.contact(owner, "+306900000001", isSubscribed=False, updatedAt="2025-03-03")
    claimed = platform.contact(owner, "+306900000002", unsubscribedAt="2025-04-04")
    run = platform.bring()
    assert rows("SELECT is_subscribed, unsubscribed_at FROM contact ORDER BY id") == [
        (False, datetime(2025, 3, 3, tzinfo=UTC)),
        (False, datetime(2025, 4, 4, tzinfo=UTC)),
    ]
    assert issues(run) == [
        ("Contact", untimed, "unsubscribed_without_time"),
        ("Contact", claimed, "subscribed_with_opt_out"),
    ]
    assert rows("SELECT count(*) FROM suppression") == [(2,)]


def test_a_membership_across_owners_is_left_out(platform):
    one, two = platform.user(), platform.user()
    contact = platform.contact(two, "+306900000001")
    member = platform.add(
        "ListMembership", listId=platform.add("List", ownerId=one, name="A"), contactId=contact
    )
    run = platform.bring()
    assert issues(run) == [("ListMembership", member, "other_owner")]
    assert rows("SELECT * FROM list_membership") == []


def test_a_campaign_keeps_its_templates_text_and_loses_another_owners_list(platform):
    one, two = platform.user(), platform.user()
    theirs = platform.add("List", ownerId=two, name="A")
    campaign = platform.campaign(one, listId=theirs)
    run = platform.bring()
    assert rows("SELECT message_text, list_id FROM campaign") == [("From the template", None)]
    assert issues(run) == [("Campaign", campaign, "list_of_other_owner")]


def test_messages_win_over_counters_that_disagree(platform):
    owner = platform.user()
    contact = platform.contact(owner, "+306900000001")
    campaign = platform.campaign(owner, total=5, sent=5)
    platform.message(owner, campaign, contact)
    run = platform.bring()
    assert issues(run) == [("Campaign", campaign, "counters_disagree")]
    assert rows("SELECT sent FROM campaign_stat") == [(1,)]


def test_missing_times_of_messages_are_filled_from_the_nearest(platform):
    owner = platform.user()
    contact = platform.contact(owner, "+306900000001")
    campaign = platform.campaign(owner, status="draft")
    sent = platform.message(owner, campaign, contact, sentAt=None)
    failed = platform.message(owner, campaign, contact, status="failed", error="EC_1")
    queued = platform.message(owner, campaign, contact, status="queued")
    run = platform.bring()
    created, half_past = datetime(2025, 3, 1, 9, tzinfo=UTC), datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
    assert rows("SELECT status, sent_at, failed_at, error_code FROM campaign_message ORDER BY id") == [
        ("sent", created, None, None),
        ("failed", half_past, half_past, "EC_1"),
        ("sent", half_past, None, None),
    ]
    assert issues(run) == [
        ("CampaignMessage", sent, "sent_without_time"),
        ("CampaignMessage", failed, "failed_without_time"),
        ("CampaignMessage", queued, "status_and_times_disagree"),
    ]


@pytest.mark.parametrize("chunk_rows", [1, 50_000])
def test_the_later_of_two_messages_with_one_provider_id_loses_it(platform, chunk_rows):
    owner = platform.user()
    contact = platform.contact(owner, "+306900000001")
    campaign = platform.campaign(owner, status="draft")
    platform.message(owner, campaign, contact, providerMessageId="m1")
    later = platform.message(owner, campaign, contact, providerMessageId="m1")
    run = platform.bring(chunk_rows=chunk_rows)
    assert rows("SELECT provider, provider_message_id FROM campaign_message ORDER BY id") == [
        ("platform", "m1"),
        (None, None),
    ]
    assert issues(run) == [("CampaignMessage", later, "provider_id_twice")]


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("{" * 80, 1),
        ("{" * 81, 2),
        ("€" * 80, 1),
        ("α" * 70, 1),
        ("α" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("`" * 71, 2),
        ("ΔΦΓΛΩΠΨΣΘΞ" * 16, 1),
        ("[x-y]\\^|~" * 9, 1),
    ],
)
def test_segments_are_counted_as_the_handset_does(platform, text, segments):
    owner = platform.user()
    contact = platform.contact(owner, "+306900000001")
    platform.message(owner, platform.campaign(owner), contact, text=text)
    platform.bring()
    assert rows("SELECT segments FROM campaign_message") == [(segments,)]


def test_what_an_older_or_newer_platform_says_is_judged(platform):
    platform.sql("ALTER TYPE \"MessageStatus\" ADD VALUE 'delivered'")
    platform.sql("ALTER TYPE \"MessageStatus\" ADD VALUE 'lost'")
    platform.sql("ALTER TYPE \"Gender\" ADD VALUE 'diverse'")
    platform.sql("ALTER TYPE \"CampaignStatus\" ADD VALUE 'archived'")
    platform.sql('ALTER TABLE "CampaignMessage" ADD "deliveredAt" timestamp')
    platform.sql('ALTER TABLE "List" ALTER name TYPE text')
    owner = platform.user()
    contact = platform.contact(owner, "+306900000001", gender="diverse", birthday="infinity", email="x")
    campaign = platform.campaign(owner, status="archived", name="")
    platform.message(owner, campaign, contact, status="delivered", deliveredAt="2025-03-01 10:00")
    lost = platform.message(owner, campaign, contact, status="lost", sentAt=None)
    long = platform.add("List", ownerId=owner, name="L" * 200)
    run = platform.bring()
    assert rows("SELECT gender, birthday, email FROM contact") == [(None, None, None)]
    assert rows("SELECT name, status FROM campaign") == [(f"Campaign {campaign}", "paused")]
    assert rows("SELECT status, delivered_at IS NOT NULL FROM campaign_message") == [("delivered", True)]
    assert rows("SELECT char_length(name) FROM contact_list") == [(160,)]
    assert set(issues(run)) >= {
        ("Contact", contact, "gender_unknown"),
        ("Contact", contact, "time_unreadable"),
        ("Contact", contact, "email_unusable"),
        ("List", long, "name_too_long"),
        ("Campaign", campaign, "status_unknown"),
        ("Campaign", campaign, "name_empty"),
        ("CampaignMessage", lost, "status_unknown"),
    }


def test_lists_of_equal_names_stay_two(platform):
    platform.sql('ALTER TABLE "List" ALTER name TYPE text')
    owner = platform.user()
    platform.add("List", ownerId=owner, name="L" * 160)
    second = platform.add("List", ownerId=owner, name="L" * 160 + "x")
    run = platform.bring()
    assert rows("SELECT right(name, 5) FROM contact_list ORDER BY id") == [("LLLLL",), (f"L ({second})",)]
    assert ("List", second, "name_taken") in issues(run)


def test_a_row_that_the_database_refuses_unforeseen_is_passed_over(platform):
    platform.sql('ALTER TABLE "Wallet" ALTER balance TYPE numeric')
    owners = [platform.user() for _ in range(5)]
    for owner in owners:
        platform.add("Wallet", ownerId=owner, balance=10 if owner != owners[2] else 1.5)
    run = platform.bring()
    assert counts(run, "Wallet") == {"rows_read": 5, "added": 4, "left_out": 1}
    assert [reason for _, _, reason in issues(run)].count("refused") == 1


# Consent that changed on either side since the first import


@pytest.fixture
def known(platform):
    """(platform, source id, owner_id, contact_id) of a subscribed contact, imported once."""
    source_id = platform.contact(platform.user(), "+306900000001")
    platform.bring()
    return platform, source_id, *rows("SELECT owner_id, id FROM contact")[0]


def opt_out_there(platform, source_id, state=False, at="2025-06-01"):
    platform.sql(
        'UPDATE "Contact" SET "isSubscribed" = %s, "unsubscribedAt" = %s WHERE id = %s', state, at, source_id
    )


def is_subscribed():
    return rows("SELECT is_subscribed FROM contact")[0][0]


def test_an_opt_out_on_the_platform_arrives(known):
    platform, source_id, *_ = known
    opt_out_there(platform, source_id)
    platform.bring()
    assert is_subscribed() is False
    assert rows("SELECT is_subscribed, source FROM subscription_event ORDER BY id")[-1] == (False, "import")
    assert rows("SELECT count(*) FROM suppression") == [(1,)]


def test_no_import_subscribes_again_whom_staff_unsubscribed(known):
    platform, source_id, owner_id, contact_id = known
    stop_contact(owner_id, contact_id, reason="Asked by phone", actor_id=make_staff().id)
    platform.sql('UPDATE "Contact" SET "firstName" = \'Anna\' WHERE id = %s', source_id)
    run = platform.bring()
    assert rows("SELECT first_name, is_subscribed FROM contact") == [("Anna", False)]
    assert issues(run) == [("Contact", source_id, "not_resubscribed")]


def test_no_import_subscribes_again_whom_it_unsubscribed(known):
    platform, source_id, *_ = known
    for state, at in ((False, "2025-06-01"), (True, None)):
        opt_out_there(platform, source_id, state, at)
        run = platform.bring()
    assert is_subscribed() is False
    assert issues(run) == [("Contact", source_id, "not_resubscribed")]


def test_a_consent_given_here_after_the_opt_out_there_stays(known):
    platform, source_id, owner_id, contact_id = known
    person = make_staff().id
    stop_contact(owner_id, contact_id, reason="Asked", actor_id=person)
    resubscribe_contact(owner_id, contact_id, reason="Signed a form", actor_id=person, has_asked=True)
    opt_out_there(platform, source_id)
    run = platform.bring()
    assert is_subscribed() is True
    assert issues(run) == [("Contact", source_id, "state_kept")]


def test_somebody_who_was_erased_here_is_not_read_again(known):
    platform, source_id, owner_id, contact_id = known
    (owner,) = platform.sql('SELECT id FROM "User"')[0]
    sent = platform.message(owner, platform.campaign(owner), source_id, text="Dear Anna")
    platform.bring()
    (phone,) = rows("SELECT phone FROM contact")[0]
    erase_contact(owner_id, contact_id, last_digits=phone[-4:], reason="By letter", actor_id=make_staff().id)
    platform.sql('UPDATE "Contact" SET "firstName" = \'Anna\' WHERE id = %s', source_id)
    platform.sql("UPDATE \"CampaignMessage\" SET text = 'Hello Anna' WHERE id = %s", sent)
    platform.message(owner, platform.campaign(owner), source_id, text="Dear Anna again")
    run = platform.bring()
    assert rows("SELECT phone, first_name, is_subscribed FROM contact") == [(None, None, False)]
    assert rows("SELECT phone, text FROM campaign_message") == [("+30", "")]
    assert {table for table, _, _ in issues(run)} <= {"Campaign"}


def test_a_number_that_opted_out_here_is_not_subscribed_by_a_new_row(known):
    platform, source_id, owner_id, contact_id = known
    stop_contact(owner_id, contact_id, reason="Asked", actor_id=make_staff().id)
    platform.sql("UPDATE \"Contact\" SET phone = '+306900000009' WHERE id = %s", source_id)
    platform.bring()
    (owner,) = platform.sql('SELECT id FROM "User"')[0]
    newcomer = platform.contact(owner, "+306900000001")
    run = platform.bring()
    assert rows("SELECT is_subscribed FROM contact WHERE phone = '+306900000001'") == [(False,)]
    assert ("Contact", newcomer, "suppressed_here") in issues(run)
