"""The page of the jobs: for admins, in words, with the failed ones to try again."""

import re

import pytest

from dashboard.core.db import db
from dashboard.core.keyset import PAGE_SIZE
from dashboard.jobs.models import Job, JobReport, Worker
from tests.jobs.conftest import status_of
from tests.jobs.hand import ask_for


def finish(job_id: int, status: str, failure: str | None = None) -> int:
    """Take a job through its life as a worker does."""
    for step in ("doing", status):
        db.session.execute(db.update(Job).where(Job.id == job_id).values(status=step))
    if failure:
        db.session.add(JobReport(job_id=job_id, failure=failure))
    db.session.commit()
    return job_id


@pytest.fixture
def page_of(client, sign_in):
    def page_of(address: str = "/jobs", role: str = "admin", **headers: str) -> str:
        sign_in(role)
        return client.get(address, headers=headers).text

    return page_of


def test_no_jobs_and_no_worker_are_told_with_what_to_do(page_of):
    page = page_of()
    assert "No work was queued" in page
    assert "No worker is running" in page
    assert "jobs work" in page


def test_a_worker_that_lives_is_told(page_of):
    db.session.execute(db.text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    db.session.execute(
        db.text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '31 s')")
    )
    assert db.session.query(Worker).count() == 2
    page = page_of()
    assert "No worker is running" not in page
    assert re.search(r'<div class="value">1</div>', page)


def test_tasks_by_the_clock_are_listed_before_they_ever_ran(page_of):
    page = page_of()
    assert "Delete old jobs" in page
    assert "Never yet" in page


def test_jobs_are_told_in_words(page_of):
    finish(ask_for("tests.note", word="a private word"), "succeeded")
    ask_for("tests.rest", seconds=1)
    page = page_of()
    assert "Note a word" in page
    assert "Done" in page
    assert "Rest for a while" in page
    assert "Waiting" in page
    assert "a private word" not in page
    assert "tests.note" not in page


def test_a_failed_job_says_why_and_offers_to_try_again(page_of):
    finish(ask_for("tests.refuse"), "failed", "The wallet <b>does not</b> hold that many credits.")
    page = page_of()
    assert "The wallet &lt;b&gt;does not&lt;/b&gt; hold that many credits." in page
    assert "Try again" in page


def test_states_are_filtered(page_of):
    finish(ask_for("tests.note", word="x"), "succeeded")
    ask_for("tests.rest", seconds=1)
    assert "Rest for a while" not in page_of("/jobs?status=succeeded")
    assert "No job is in that state." in page_of("/jobs?status=failed")
    assert "Choose one of those offered." in page_of("/jobs?status=nonsense")


def test_jobs_come_in_pages_newest_first(client, page_of):
    for n in range(PAGE_SIZE + 1):
        ask_for("tests.note", word=str(n))
    page = page_of()
    assert page.count("Note a word") == PAGE_SIZE
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert client.get(older[1].replace("&amp;", "&")).text.count("Note a word") == 1


def test_a_fragment_is_the_block_alone(page_of):
    ask_for("tests.note", word="x")
    part = page_of("/jobs", **{"HX-Request": "true"})
    assert "<html" not in part
    assert "Note a word" in part


def test_trying_again_queues_the_job(client, page_of):
    job_id = finish(ask_for("tests.refuse"), "failed", "It was refused.")
    page_of()
    answer = client.post(f"/jobs/{job_id}/retries?status=failed")
    assert answer.status_code == 303
    assert answer.location == "/jobs?status=failed"
    page = client.get("/jobs").text
    assert f"Job {job_id} is queued again." in page
    assert "It was refused." not in page


def test_trying_again_in_place_shows_the_view_that_was_open(client, page_of):
    job_id = finish(ask_for("tests.refuse"), "failed", "It was refused.")
    page_of()
    part = client.post(f"/jobs/{job_id}/retries?status=failed", headers={"HX-Request": "true"}).text
    assert "No job is in that state." in part
    assert "is queued again" in part


def test_a_second_click_is_told_that_the_first_one_counts(client, page_of):
    job_id = finish(ask_for("tests.refuse"), "failed")
    page_of()
    client.post(f"/jobs/{job_id}/retries")
    answer = client.post(f"/jobs/{job_id}/retries")
    assert answer.status_code == 409
    assert "not failed any more" in answer.text


def test_a_job_that_is_not_there_is_told(client, page_of):
    page_of()
    assert client.post("/jobs/999999/retries").status_code == 404


@pytest.mark.parametrize("role", ["support", "manager"])
def test_only_an_admin_may(client, page_of, role):
    job_id = finish(ask_for("tests.refuse"), "failed")
    assert "Your role may not" in page_of(role=role)
    assert client.post(f"/jobs/{job_id}/retries").status_code == 403
    assert '"/jobs"' not in client.get("/").text


def test_a_failed_jobs_trace_is_not_on_the_page(client, work_off, app):
    from tests.factories import make_staff

    job_id = ask_for("tests.break")
    work_off()
    assert status_of(job_id) == "failed"
    person = make_staff("admin")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{person.id}.{person.session_no}"
    page = client.get("/jobs").text
    assert "Something went wrong on our side." in page
    assert "a secret of the program" not in page
    assert "Traceback" not in page
