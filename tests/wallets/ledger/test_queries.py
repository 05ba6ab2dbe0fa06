"""The page, the totals and the export of a filtered ledger against a plain model of it."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.core.dates import day_end, day_start
from dashboard.core.keyset import At
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
START = datetime(2026, 10, 23, 21, tzinfo=UTC)  # midnight in Athens; its clocks are put back on the 25th
NOTES = [None, "Top-up by card", "Καλωσήρθατε", "100 % off", "a_b"]
steps = st.sampled_from(
    [timedelta(), timedelta(microseconds=1), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=24)]
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
days = st.none() | st.dates(date(2026, 10, 22), date(2026, 10, 30))
narrow = {
    "staff_id": st.integers(1, 2),
    "campaign_id": st.integers(1, 2),
    "campaign_name": st.sampled_from(["FRIDAY", "a"]),
    "least_credits": st.integers(1, 6),
    "most_credits": st.integers(0, 5),
    "note": st.sampled_from(["top", "καλωσηρθατε", "%", "_", "card BY", "zzz"]),
}
asked = st.fixed_dictionaries(
    {
        "type": st.sampled_from([None, None, "debit", "refund"]),
        "reason_code": st.sampled_from([None, None, None, "goodwill"]),
        "since": days,
        "until": days,
        "zone": st.sampled_from(ZONES),
        # Half of them ask for type, reason and days alone, which the sums by day answer.
        "narrow": st.just({}) | st.fixed_dictionaries({}, optional=narrow),
    }
)


@pytest.fixture
def staff(session) -> list[int | None]:
    """Nobody, and two people."""
    return [None, make_staff().id, make_staff().id]


# Many questions to each ledger: to ask is cheap, to write one is not.
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(entries, min_size=5, max_size=30), questions=st.lists(asked, min_size=15, max_size=15))
def test_page_totals_and_export_are_those_of_the_model(staff, lines, questions):
    owner = make_owner()
    campaigns = [None, make_campaign(owner, name="Black Friday"), make_campaign(owner, name="Spring")]
    ledger = model_of(lines, staff, campaigns)
    make_ledger([as_written(entry) for entry in ledger], owner)
    for question in questions:
        wanted = wanted_of(question, staff, campaigns)
        expected = [entry for entry in ledger if fits(entry, wanted)]
        numbers = [entry["entry_no"] for entry in expected]
        assert [row.entry_no for row in queries.page(owner.id, wanted).rows] == numbers[::-1]
        assert totals.totals(owner.id, wanted) == added_up(expected)
        exported = csv.DictReader(io.StringIO(b"".join(as_csv(owner.id, wanted)).decode("utf-8-sig")))
        assert [int(row["entry_no"]) for row in exported] == numbers


def model_of(lines, staff, campaigns):
    opening = {
        "step": timedelta(0),
        "amount": 1_000,
        "type": "credit",
        "reason_code": "opening",
        "note": None,
    }
    at, model = START, []
    for entry_no, line in enumerate([opening | {"staff": 0, "campaign": 0}, *lines], 1):
        at += line["step"]
        campaign = campaigns[line["campaign"]]
        model.append(
            line | {"entry_no": entry_no, "at": at, "staff_id": staff[line["staff"]], "campaign": campaign}
        )
    return model


def as_written(entry):
    return {
        "change": -entry["amount"] if entry["type"] == "debit" else entry["amount"],
        "type": entry["type"],
        "reason_code": entry["reason_code"],
        "note": entry["note"],
        "staff_id": entry["staff_id"],
        "campaign_id": entry["campaign"] and entry["campaign"].id,
        "created_at": entry["at"],
    }


def wanted_of(asked, staff, campaigns):
    narrow = dict(asked["narrow"])
    if "staff_id" in narrow:
        narrow["staff_id"] = staff[narrow["staff_id"]]
    if "campaign_id" in narrow:
        narrow["campaign_id"] = campaigns[narrow["campaign_id"]].id
    return Wanted(
        type=asked["type"],
        reason_code=asked["reason_code"],
        since=asked["since"] and day_start(asked["since"], asked["zone"]),
        until=asked["until"] and day_end(asked["until"], asked["zone"]),
        **narrow,
    )


def fits(entry, wanted):
    return (
        wanted.type in (None, entry["type"])
        and wanted.reason_code in (None, entry["reason_code"])
        and (wanted.since is None or entry["at"] >= wanted.since)
        and (wanted.until is None or entry["at"] < wanted.until)
        and wanted.staff_id in (None, entry["staff_id"])
        and (wanted.campaign_id is None or (entry["campaign"] and entry["campaign"].id == wanted.campaign_id))
        and has_words(entry["campaign"] and entry["campaign"].name, wanted.campaign_name)
        and (wanted.least_credits is None or entry["amount"] >= wanted.least_credits)
        and (wanted.most_credits is None or entry["amount"] <= wanted.most_credits)
        and has_words(entry["note"], wanted.note)
    )


def has_words(text, typed):
    if typed is None:
        return True
    plain = (text or "").lower().replace("ή", "η")
    return text is not None and all(has_word(plain, word) for word in typed.lower().split())


def has_word(plain, word):
    """One of one or two letters must begin a word: an index finds it there alone."""
    if sum(letter.isalnum() for letter in word) < 3 and word[0].isalnum():
        return f" {word}" in f" {plain}"
    return word in plain


def added_up(entries):
    by_type = dict.fromkeys(("credit", "refund", "debit"), 0)
    for entry in entries:
        by_type[entry["type"]] += entry["amount"]
    return Totals(len(entries), by_type["credit"], by_type["refund"], by_type["debit"])


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_begins_with_its_midnight_and_ends_before_the_next(session, zone):
    since, until = day_start(date(2026, 10, 25), zone), day_end(date(2026, 10, 25), zone)
    tick = timedelta(microseconds=1)
    times = [since - tick, since, until - tick, until]
    owner_id = make_ledger([{"change": 1, "created_at": at} for at in times])
    # By the sums of days, and entry by entry.
    for wanted in (Wanted(since=since, until=until), Wanted(since=since, until=until, most_credits=1)):
        assert [row.entry_no for row in queries.page(owner_id, wanted).rows] == [3, 2]
        assert totals.totals(owner_id, wanted) == Totals(2, 2, 0, 0)


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
