"""The page, the totals and the export of a filtered ledger against a plain model of it."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.core.dates import day_end, day_start
from dashboard.core.db import db
from dashboard.wallets.ledger import queries, totals
from dashboard.wallets.ledger.export import as_csv
from dashboard.wallets.ledger.queries import Wanted
from dashboard.wallets.ledger.totals import Totals
from tests.factories import make_campaign, make_owner, make_staff
from tests.wallets.ledgers import make_ledger

# Offsets of half and quarter hours, days of 23 and 25 hours, the largest offset there is.
ZONES = [
    "UTC", "Europe/Athens", "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham", "Pacific/Kiritimati",
    "Australia/Lord_Howe", "America/Santiago",
]  # fmt: skip
START = datetime(2026, 10, 23, 20, tzinfo=UTC)  # Europe's clocks are put back on the 25th
NOTES = [None, "Top-up by card", "Καλωσήρθατε", "100 % off", "a_b"]
steps = st.sampled_from(
    [timedelta(0), timedelta(microseconds=1), timedelta(minutes=15), timedelta(hours=3), timedelta(hours=19)]
)
entries = st.fixed_dictionaries(
    {
        "step": steps,
        "amount": st.integers(1, 5),
        "type": st.sampled_from(["credit", "debit", "refund"]),
        "reason_code": st.sampled_from(["goodwill", "refund", "other"]),
        "note": st.sampled_from(NOTES),
        "staff": st.integers(0, 2),
        "campaign": st.integers(0, 2),
    }
)
days = st.none() | st.dates(date(2026, 10, 22), date(2026, 11, 1))
asked = st.fixed_dictionaries(
    {
        "type": st.sampled_from([None, "debit", "refund"]),
        "reason_code": st.sampled_from([None, "goodwill"]),
        "since": days,
        "until": days,
        "zone": st.sampled_from(ZONES),
        "narrow": st.fixed_dictionaries(
            {},
            optional={
                "staff_id": st.integers(1, 2),
                "campaign_id": st.integers(1, 2),
                "campaign_name": st.sampled_from(["FRIDAY", "a"]),
                "least_credits": st.integers(1, 6),
                "most_credits": st.integers(0, 5),
                "note": st.sampled_from(["top", "καλωσηρθατε", "%", "_", "card BY", "zzz"]),
            },
        ),
    }
)


@pytest.fixture
def people(session):
    """An owner with two campaigns and two of the staff; the first of each list is none."""
    owner = make_owner()
    campaigns = [make_campaign(owner, name="Black Friday"), make_campaign(owner, name="Spring")]
    staff = [make_staff(), make_staff()]
    return SimpleNamespace(
        campaigns=[None, *(one.id for one in campaigns)], staff=[None, *(one.id for one in staff)]
    )


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)  # fmt: skip
@given(lines=st.lists(entries, max_size=30), asked=asked)
def test_page_totals_and_export_are_those_of_the_model(people, lines, asked):
    with db.session.begin_nested() as attempt:
        owner_id, ledger = ledger_of(people, lines)
        since = asked["since"] and day_start(asked["since"], asked["zone"])
        until = asked["until"] and day_end(asked["until"], asked["zone"])
        narrow = dict(asked["narrow"])
        if "staff_id" in narrow:
            narrow["staff_id"] = people.staff[narrow["staff_id"]]
        if "campaign_id" in narrow:
            narrow["campaign_id"] = owner_id.campaigns[narrow["campaign_id"]]
        wanted = Wanted(
            type=asked["type"], reason_code=asked["reason_code"], since=since, until=until, **narrow
        )
        expected = [entry for entry in ledger if fits(entry, wanted)]

        page = queries.page(owner_id.id, wanted)
        assert [row.entry_no for row in page.rows] == [e["entry_no"] for e in reversed(expected)]
        assert totals.totals(owner_id.id, wanted) == added_up(expected)
        exported = csv.DictReader(io.StringIO(b"".join(as_csv(owner_id.id, wanted)).decode("utf-8-sig")))
        assert [int(row["entry_no"]) for row in exported] == [e["entry_no"] for e in expected]
        attempt.rollback()


def ledger_of(people, lines):
    """The lines as a ledger in the database, and as the model that it must agree with."""
    owner = make_owner()
    campaigns = [None, make_campaign(owner, name="Black Friday"), make_campaign(owner, name="Spring")]
    written, model, at = [{"change": 1_000, "created_at": START, "reason_code": "opening"}], [], START
    model.append({
        "entry_no": 1, "type": "credit", "amount": 1_000, "reason_code": "opening", "note": None,
        "staff_id": None, "campaign_id": None, "campaign": None, "at": START,
    })  # fmt: skip
    for entry_no, line in enumerate(lines, 2):
        at += line["step"]
        campaign = campaigns[line["campaign"]]
        values = {
            "type": line["type"], "reason_code": line["reason_code"], "note": line["note"],
            "staff_id": people.staff[line["staff"]], "campaign_id": campaign and campaign.id,
        }  # fmt: skip
        sign = -1 if line["type"] == "debit" else 1
        written.append(values | {"change": sign * line["amount"], "created_at": at})
        model.append(values | {
            "entry_no": entry_no, "amount": line["amount"], "at": at, "campaign": campaign and campaign.name,
        })  # fmt: skip
    make_ledger(written, owner)
    return SimpleNamespace(id=owner.id, campaigns=[None, *(one.id for one in campaigns[1:])]), model


def fits(entry, wanted):
    return (
        wanted.type in (None, entry["type"])
        and wanted.reason_code in (None, entry["reason_code"])
        and (wanted.since is None or entry["at"] >= wanted.since)
        and (wanted.until is None or entry["at"] < wanted.until)
        and wanted.staff_id in (None, entry["staff_id"])
        and wanted.campaign_id in (None, entry["campaign_id"])
        and has_words(entry["campaign"], wanted.campaign_name)
        and (wanted.least_credits is None or entry["amount"] >= wanted.least_credits)
        and (wanted.most_credits is None or entry["amount"] <= wanted.most_credits)
        and has_words(entry["note"], wanted.note)
    )


def has_words(text, typed):
    if typed is None:
        return True
    plain = (text or "").lower().replace("ή", "η")
    return text is not None and all(word in plain for word in typed.lower().split())


def added_up(entries):
    by_type = dict.fromkeys(("credit", "refund", "debit"), 0)
    for entry in entries:
        by_type[entry["type"]] += entry["amount"]
    return Totals(len(entries), by_type["credit"], by_type["refund"], by_type["debit"])


def test_too_many_to_add_up_have_no_totals_but_days_always_have(session, monkeypatch):
    monkeypatch.setattr(totals, "MOST_ENTRIES", 3)
    owner_id = make_ledger([{"change": 5, "note": "Ten"}] * 4)
    assert totals.totals(owner_id, Wanted(note="ten")) is None
    assert totals.totals(owner_id, Wanted(least_credits=6)) == Totals(0, 0, 0, 0)
    assert totals.totals(owner_id, Wanted(type="credit")) == Totals(4, 20, 0, 0)
    monkeypatch.setattr(totals, "MOST_ENTRIES", 4)
    assert totals.totals(owner_id, Wanted(note="ten")) == Totals(4, 20, 0, 0)


def test_another_owners_entries_are_never_among_them(session):
    mine = make_ledger([{"change": 5, "note": "Mine"}])
    other = make_ledger([{"change": 7, "note": "Other"}])
    assert [row.note for row in queries.page(mine, Wanted()).rows] == ["Mine"]
    assert totals.totals(other, Wanted()) == Totals(1, 7, 0, 0)
    assert totals.totals(other, Wanted(note="mine")) == Totals(0, 0, 0, 0)


def test_pages_follow_each_other_within_a_filter(session):
    from dashboard.core.keyset import At

    owner_id = make_ledger([{"change": 1, "note": "odd" if n % 2 else "even"} for n in range(1, 8)])
    first = queries.page(owner_id, Wanted(note="odd"), At(size=2))
    second = queries.page(owner_id, Wanted(note="odd"), At(after=first.after, size=2))
    assert [row.entry_no for row in [*first.rows, *second.rows]] == [7, 5, 3, 1]


def test_the_staff_to_choose_from_are_those_who_wrote(session):
    ada, bea, _ = make_staff(name="Ada"), make_staff(name="Bea"), make_staff(name="Cleo")
    owner_id = make_ledger(
        [{"change": 1, "staff_id": bea.id}, {"change": 1, "staff_id": ada.id}, {"change": 1}]
    )
    assert [tuple(one) for one in queries.staff(owner_id)] == [(ada.id, "Ada"), (bea.id, "Bea")]
