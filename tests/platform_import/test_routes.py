"""The pages of the imports: for admins, with filters in the address and a CSV."""

import csv
import io

import pytest

from dashboard.core.db import db
from dashboard.platform_import.models import ImportIssue, ImportRun, ImportStep


@pytest.fixture
def run_id(session) -> int:
    run = ImportRun(source="reader@db:5432/platform", country="GR", status="finished")
    db.session.add(run)
    db.session.flush()
    counts = {"source_rows": 3, "rows_read": 3, "added": 2, "left_out": 1}
    db.session.add(ImportStep(run_id=run.id, source_table="Contact", **counts))
    for number in range(60):
        db.session.add(
            ImportIssue(
                run_id=run.id,
                source_table="Contact" if number % 2 else "Wallet",
                source_id=number,
                reason_code="phone_unreadable" if number % 2 else "chain_lifted",
                reason="The phone number cannot be read as one." if number % 2 else "It falls.",
                done="Not imported.",
                row={"phone": "=cmd()", "name": "<b>"} if number % 2 else None,
            )
        )
    db.session.commit()
    return run.id


def test_the_runs_are_listed_with_their_counts(client, sign_in, run_id):
    sign_in("admin")
    page = client.get("/imports").text
    assert f"Run {run_id}" in page
    assert "reader@db:5432/platform" in page


def test_nothing_imported_yet_says_what_to_do(client, sign_in):
    sign_in("admin")
    assert "flask import-platform" in client.get("/imports").text


def test_a_runs_issues_come_in_pages_and_are_filtered(client, sign_in, run_id):
    sign_in("admin")
    page = client.get(f"/imports/{run_id}").text
    assert page.count("Not imported.") == 50
    assert "Next" in page
    assert "&lt;b&gt;" in page
    some = client.get(f"/imports/{run_id}?table=Contact&reason=phone_unreadable").text
    assert some.count("Not imported.") == 30
    assert "No row of that table" in client.get(f"/imports/{run_id}?table=Contact&reason=chain_lifted").text


def test_the_fragment_is_the_block_alone(client, sign_in, run_id):
    sign_in("admin")
    part = client.get(f"/imports/{run_id}?table=Wallet", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert part.count("Not imported.") == 30


def test_the_csv_holds_the_filtered_rows_and_runs_nothing(client, sign_in, run_id):
    sign_in("admin")
    answer = client.get(f"/imports/{run_id}/issues.csv?table=Contact")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=import-{run_id}.csv"
    found = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(found) == 31
    assert found[1][4] == "phone_unreadable"
    assert not [cell for row in found for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("role", ["support", "manager"])
def test_only_an_admin_may(client, sign_in, run_id, role):
    sign_in(role)
    for path in ("/imports", f"/imports/{run_id}", f"/imports/{run_id}/issues.csv"):
        assert client.get(path).status_code == 403


def test_a_run_that_is_not_there_is_told(client, sign_in):
    sign_in("admin")
    assert client.get("/imports/999999").status_code == 404
    assert client.get("/imports/999999/issues.csv").status_code == 404
