"""The ledger as CSV."""

import csv
import io
from contextvars import Context

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from dashboard.core import csv_stream
from dashboard.core.db import db
from dashboard.wallets.ledger.export import as_csv
from dashboard.wallets.ledger.queries import Wanted
from dashboard.wallets.models import CreditTransaction
from tests.factories import make_campaign, make_owner, make_staff
from tests.wallets.ledgers import at, make_ledger


def rows(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read Greek"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_column_of_every_entry_oldest_first(client, sign_in):
    sign_in("support")
    owner, ada = make_owner(), make_staff(name="Ada")
    campaign = make_campaign(owner, name="Καλοκαίρι")
    make_ledger(
        [
            {"change": 100, "reason_code": "purchase", "created_at": at("2026-01-31T23:59:59.000001+02:00")},
            {"change": -30, "reason_code": "campaign", "campaign_id": campaign.id, "staff_id": ada.id,
             "note": 'Two\nlines, "quoted"'},
        ],
        owner,
    )  # fmt: skip
    answer = client.get(f"/owners/{owner.id}/wallet/entries.csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="ledger-{owner.id}.csv"'
    first, second = rows(answer.data)
    entries = db.session.scalars(select(CreditTransaction).order_by(CreditTransaction.entry_no)).all()
    assert second == {
        "owner_id": str(owner.id), "id": str(entries[1].id), "entry_no": "2", "type": "debit",
        "amount_credits": "30", "balance_after_credits": "70", "reason_code": "campaign",
        "note": 'Two\nlines, "quoted"', "campaign_id": str(campaign.id), "campaign_name": "Καλοκαίρι",
        "staff_id": str(ada.id), "staff_name": "Ada", "idempotency_key": str(entries[1].idempotency_key),
        "reverses": "", "created_at": "2026-01-31T22:00:59.000001Z", "hash": entries[1].hash.hex(),
    }  # fmt: skip
    assert first["created_at"] == "2026-01-31T21:59:59.000001Z"
    assert (first["note"], first["campaign_name"], first["staff_name"]) == ("", "", "")


def test_the_file_holds_what_the_page_shows_and_is_named_by_its_days(client, sign_in):
    sign_in("support")
    owner_id = make_ledger(
        [
            {"change": 9, "created_at": at("2026-01-31T21:00+00:00")},
            {"change": -1, "created_at": at("2026-01-31T22:00+00:00")},
            {"change": -2},
        ]
    )
    answer = client.get(
        f"/owners/{owner_id}/wallet/entries.csv?since=2026-02-01&until=2026-02-28&type=debit&most=1"
    )
    assert [row["entry_no"] for row in rows(answer.data)] == ["2"]
    assert f"ledger-{owner_id}-from-2026-02-01-to-2026-02-28.csv" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("written", ["=1+1", "+30", "-5", "@SUM(A1)", "\tx", "\r=x"])
def test_no_cell_that_people_wrote_is_a_formula(session, written):
    owner = make_owner()
    campaign, person = make_campaign(owner, name=written), make_staff(name=written)
    make_ledger([{"change": 1, "note": written, "campaign_id": campaign.id, "staff_id": person.id}], owner)
    [row] = rows(b"".join(as_csv(owner.id, Wanted())))
    assert [row["note"], row["campaign_name"], row["staff_name"]] == [f"'{written}"] * 3


def test_other_texts_stay_as_they_are(session):
    owner_id = make_ledger([{"change": 1, "note": "a=b"}, {"change": 1, "note": "'tis"}, {"change": 1}])
    assert [row["note"] for row in rows(b"".join(as_csv(owner_id, Wanted())))] == ["a=b", "'tis", ""]


@pytest.mark.parametrize(
    "typed",
    ["'", "''", "\\'", "';DROP TABLE staff;--", "%", "%%", "%s", "%(owner_id)s", "$1", ":x", "{}", "\\", "_",
     "') TO PROGRAM 'touch x'; --", "/*", "$$"],
)  # fmt: skip
def test_whatever_is_asked_for_is_a_value(client, sign_in, typed):
    sign_in("support")
    owner_id = make_ledger([{"change": 1, "note": f"before {typed} after"}, {"change": 1, "note": "before"}])
    asked = {"words": f"before {typed}"}
    answer = client.get(f"/owners/{owner_id}/wallet/entries.csv", query_string=asked)
    assert [row["note"] for row in rows(answer.data)] == [f"before {typed} after"]


def test_a_wrong_filter_leads_to_the_page_that_says_so(client, sign_in):
    sign_in("support")
    owner_id = make_ledger([{"change": 1}])
    answer = client.get(f"/owners/{owner_id}/wallet/entries.csv?least=abc&type=debit")
    assert answer.status_code == 303
    assert "Enter a whole number without a sign" in client.get(answer.location).text


def test_an_empty_ledger_is_its_heading(client, sign_in):
    sign_in("support")
    answer = client.get(f"/owners/{make_owner().id}/wallet/entries.csv")
    assert rows(answer.data) == []
    assert answer.data.count(b"\r\n") == answer.data.count(b"\n") == 1


@pytest.fixture
def long_ledger(committed, monkeypatch) -> int:
    """The owner of a ledger whose export is handed on line by line."""
    monkeypatch.setattr(csv_stream, "BATCH_BYTES", 1)
    owner_id = make_ledger([{"change": 1}] * 20)
    db.session.remove()
    return owner_id


def test_an_export_that_ends_early_leaves_nothing_on_its_connection(long_ledger):
    db.engine.dispose()
    db.session.execute(text("SET statement_timeout = '7s'"))
    db.session.commit()
    lines = as_csv(long_ledger, Wanted())
    next(lines)
    lines.close()
    assert db.session.scalar(text("SHOW statement_timeout")) == "0"
    db.session.remove()
    assert db.session.scalar(text("SHOW statement_timeout")) == "7s"
    db.session.remove()
    db.engine.dispose()


def test_whoever_leaves_in_the_middle_gives_the_connection_back(app, long_ledger):
    person = make_staff()
    who = f"{person.id}.{person.session_no}"

    def leave() -> None:
        client = FlaskClient(app)
        with client.session_transaction() as cookie:
            cookie["_user_id"] = who
        answer = client.get(f"/owners/{long_ledger}/wallet/entries.csv")
        assert next(answer.response)
        assert db.engine.pool.checkedout() == before + 1
        answer.close()

    db.session.remove()
    before = db.engine.pool.checkedout()
    Context().run(leave)
    assert db.engine.pool.checkedout() == before


def test_a_fault_in_the_middle_is_no_end_of_the_file(app, client, committed, monkeypatch):
    def breaks(*_):
        yield b"entry_no\n1\n"
        raise ConnectionError("The database is gone")

    monkeypatch.setattr("dashboard.wallets.entries.routes.as_csv", breaks)
    person, owner_id = make_staff(), make_ledger([{"change": 1}])
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{person.id}.{person.session_no}"
    with pytest.raises(ConnectionError):
        client.get(f"/owners/{owner_id}/wallet/entries.csv")
