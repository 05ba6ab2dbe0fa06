"""The page of proofs: asking, watching, reading and downloading."""

import hashlib

import pytest
from sqlalchemy import func, select

from dashboard.audit.models import AuditEvent
from dashboard.core.db import db
from dashboard.jobs.models import Job, JobReport, JobStatus
from dashboard.wallets.proofs import queries
from dashboard.wallets.proofs.commands import finish_verification, request_verification, take_anchor
from dashboard.wallets.proofs.models import Anchor, Verification
from dashboard.wallets.proofs.outcomes import Finding, Outcome
from tests.factories import make_owner, make_wallet

PAGE = "/wallets/proof"


def outcome(broken: int = 0, is_hint: bool = False, **values) -> Outcome:
    given = {
        "owner_id": None,
        "owner_name": None,
        "wallet_id": None,
        "entry_no": None,
        "wrong": "it is missing",
    }
    finding = Finding(**(given | {"expected": None, "found": None} | values))
    return Outcome(
        "Nothing is lost", "All of it is there.", is_hint, broken, [finding] * min(broken, 20), 0.25
    )


def ask(client, anchor: str = "", **headers):
    return client.post(f"{PAGE}/verifications", data={"anchor": anchor}, headers=headers)


def test_asking_leads_to_the_verifications_page(client, sign_in):
    admin = sign_in("admin")
    answer = ask(client)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "is under way." in page
    assert "It waits for a worker." in page
    assert admin.name in page
    assert db.session.scalars(select(AuditEvent.action)).all() == ["ledger.verify"]


def test_a_second_one_is_not_begun_while_one_is_under_way(client, sign_in):
    sign_in("admin")
    assert ask(client).location == ask(client).location
    assert db.session.scalar(select(func.count()).select_from(Verification)) == 1
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1


def test_one_whose_job_failed_does_not_stand_in_the_way(client, sign_in):
    sign_in("admin")
    first = ask(client).location
    job = db.session.scalars(select(Job)).one()
    job.status = JobStatus.FAILED
    db.session.add(JobReport(job_id=job.id, failure="The database did not answer."))
    db.session.commit()
    page = client.get(first).text
    assert "Stopped" in page
    assert "The database did not answer." in page
    assert 'hx-trigger="every 2s"' not in page
    assert ask(client).location != first


def test_one_whose_job_was_deleted_is_told_as_stopped(client, sign_in):
    sign_in("admin")
    db.session.add(Verification())
    db.session.commit()
    assert "Nobody knows why any more." in client.get(f"{PAGE}/verifications/{_last()}").text


def test_against_one_anchor(client, sign_in):
    sign_in("admin")
    number = take_anchor(taken_by=None)
    page = client.get(ask(client, str(number)).location).text
    assert f"Compared with anchor {number}" in page
    assert db.session.scalars(select(Verification.anchor_id)).all() == [number]


@pytest.mark.parametrize("anchor", ["7", "٧", "x", "-1", "99999999999999999999"])
def test_an_anchor_that_is_not_there_is_refused_at_the_field(client, sign_in, anchor):
    sign_in("admin")
    answer = ask(client, anchor)
    assert answer.status_code == 422
    assert "Choose one of those offered." in answer.text
    assert db.session.scalar(select(func.count()).select_from(Verification)) == 0


def test_a_running_one_shows_how_far_it_is_and_asks_again(client, sign_in):
    sign_in("admin")
    address = ask(client).location
    job = db.session.scalars(select(Job)).one()
    job.status = JobStatus.DOING
    db.session.add(JobReport(job_id=job.id, done=4, total=15))
    db.session.commit()
    for page in (client.get(address).text, client.get(PAGE).text):
        assert 'max="15" value="4"' in page
        assert "4 of 15 checks" in page
        assert 'hx-trigger="every 2s"' in page
        assert ">Reload</a>" in page


def test_a_finished_one_asks_no_more(client, sign_in):
    sign_in("admin")
    address = ask(client).location
    finish_verification(_last(), [outcome()])
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    for block in (client.get(address, headers=headers).text, client.get(PAGE, headers=headers).text):
        assert "<html" not in block
        assert "Everything holds" in block
        assert "hx-trigger" not in block


def test_what_is_broken_is_named_with_its_first_entries(client, sign_in):
    sign_in("admin")
    owner = make_owner(name="<b>Bakery</b>")
    address = ask(client).location
    named = outcome(25, owner_id=owner.id, owner_name=owner.name, wallet_id=1, entry_no=1234)
    finish_verification(_last(), [named, outcome(2, is_hint=True), outcome()])
    page = client.get(address).text
    assert "Entry 1,234 of &lt;b&gt;Bakery&lt;/b&gt;&#39;s wallet: it is missing." in page
    assert f'href="/owners/{owner.id}/wallet"' in page
    assert "19 more of 24" in page
    assert [page.count(f">{word}</span>") for word in ("Broken", "Hint", "Holds")] == [2, 1, 1]
    assert "found 25 faults" in client.get(PAGE).text
    assert queries.last_result().broken == 25


def test_hints_break_nothing(client, sign_in):
    sign_in("admin")
    ask(client)
    finish_verification(_last(), [outcome(2, is_hint=True)])
    page = client.get(PAGE).text
    assert "Everything holds" in page
    assert "do not hold" not in page


def test_an_anchor_is_taken_and_downloaded_as_it_is(client, sign_in):
    admin = sign_in("admin")
    make_wallet(balance_credits=5)
    answer = client.post(f"{PAGE}/anchors")
    assert answer.status_code == 303
    anchor = db.session.scalars(select(Anchor)).one()
    page = client.get(answer.location).text
    assert f"Anchor {anchor.id} was taken." in page
    assert anchor.digest.hex() in page
    assert anchor.taken_by == admin.id
    file = client.get(f"{PAGE}/anchors/{anchor.id}.txt")
    assert hashlib.sha256(file.data).digest() == anchor.digest
    assert file.headers["Content-Disposition"] == f"attachment; filename=anchor-{anchor.id}.txt"
    assert file.content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize("path", ["verifications/987", "anchors/987.txt"])
def test_what_is_not_there(client, sign_in, path):
    sign_in("admin")
    assert client.get(f"{PAGE}/{path}").status_code == 404


@pytest.mark.parametrize("role", ["support", "manager"])
def test_other_roles_are_told_that_they_may_not(client, sign_in, role):
    sign_in(role)
    take_anchor(taken_by=None)
    request_verification(asked_by=None)
    number = db.session.scalars(select(Anchor.id)).one()
    answers = [
        client.get(PAGE),
        client.get(f"{PAGE}/verifications/{_last()}"),
        client.get(f"{PAGE}/anchors/{number}.txt"),
        client.post(f"{PAGE}/verifications"),
        client.post(f"{PAGE}/anchors"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5


def _last() -> int:
    return db.session.scalars(select(func.max(Verification.id))).one()
