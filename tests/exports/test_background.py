"""Large files are made by the worker: whole, once, and for a while."""

import gzip
import signal
import tracemalloc
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from dashboard.audit.models import AuditEvent
from dashboard.campaigns.exports.kinds import MESSAGES, messages_of
from dashboard.core.db import db, utc_now
from dashboard.exports import commands, packing, queries, tasks
from dashboard.exports.commands import request_export
from dashboard.exports.models import Export, ExportPart
from dashboard.exports.packing import Packing
from dashboard.exports.tasks import delete_expired, write_export
from dashboard.jobs.models import Job, JobStatus
from tests.exports.hand import NUMBERS, some
from tests.exports.reading import rows
from tests.factories import make_campaign, make_message, make_staff
from tests.jobs.conftest import status_of, until

MIB = 1 << 20


def found(export_id: int):
    db.session.remove()
    return queries.get(export_id, reader_id=None)


def has_begun_to_write() -> bool:
    """Whether parts are on their way, which nobody can see before the last one is there."""
    with db.engine.connect() as connection:
        return connection.scalar(text("SELECT pg_relation_size('export_part') > 0"))


def content_of(export_id: int) -> bytes:
    db.session.remove()
    return gzip.decompress(b"".join(queries.parts(export_id)))


def job_of(export_id: int) -> int:
    return db.session.scalar(select(Export.job_id).where(Export.id == export_id))


def parts_of(export_id: int) -> int:
    with db.engine.connect() as connection:
        return connection.scalar(select(func.count()).where(ExportPart.export_id == export_id))


def test_the_worker_makes_the_file_that_is_streamed_too(work_off, app):
    campaign = make_campaign()
    for status in ("delivered", "failed", "sent"):
        make_message(campaign, status=status, text="Ωραία, =1\n")
    asked = messages_of(campaign.owner_id, campaign.id, "accepted", None)
    number = request_export(MESSAGES, asked, actor_id=make_staff("manager").id)
    assert found(number).state == "waiting"
    work_off()
    export = found(number)
    assert (export.state, export.rows) == ("ready", 3)
    assert export.expires_at - export.finished_at == pytest.approx(
        timedelta(hours=app.config["EXPORT_KEEP_HOURS"]), abs=timedelta(seconds=1)
    )
    assert export.size_bytes == len(content_of(number))
    assert content_of(number) == b"".join(queries.file(MESSAGES, asked))
    assert len(rows(content_of(number))) == 3


def test_what_changes_while_it_is_read_is_not_in_the_file(committed):
    campaign = make_campaign()
    for _ in range(3):
        make_message(campaign, status="sent")
    lines = queries.lines(MESSAGES, messages_of(campaign.owner_id, campaign.id, "all", None))
    assert next(lines).startswith(b"Number,")
    make_message(campaign, status="sent")
    assert len(list(lines)) == 3


def test_a_file_of_many_parts_is_one_file(work_off, monkeypatch):
    monkeypatch.setattr(packing, "PART_BYTES", 10_000)
    number = request_export(NUMBERS, some(100_000), actor_id=make_staff().id)
    work_off()
    assert parts_of(number) > 10
    assert [int(row["Number"]) for row in rows(content_of(number))] == list(range(1, 100_001))


def test_the_progress_is_told_while_it_is_made(start_worker):
    number = request_export(NUMBERS, some(1_000, 0.005), actor_id=make_staff().id)
    start_worker(hand="tests.exports.hand")
    until(lambda: (found(number).done or 0) >= 100)
    export = found(number)
    assert export.state == "running"
    assert export.total == 1_000
    assert 100 <= export.done < 1_000
    assert parts_of(number) == 0  # nobody sees the half of a file


def test_after_a_killed_worker_the_file_is_made_anew_and_nothing_is_in_it_twice(start_worker):
    number = request_export(NUMBERS, some(400, 0.01, width=64), actor_id=make_staff().id)
    worker = start_worker(hand="tests.exports.hand")
    until(lambda: (found(number).done or 0) >= 100)
    assert has_begun_to_write()
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    start_worker(hand="tests.exports.hand")
    until(lambda: found(number).state == "ready")
    assert [int(row["Number"]) for row in rows(content_of(number))] == list(range(1, 401))
    assert found(number).rows == 400
    part_nos = db.session.scalars(select(ExportPart.part_no).order_by(ExportPart.part_no)).all()
    assert part_nos == list(range(1, len(part_nos) + 1))
    assert len(part_nos) > 10
    assert db.session.scalar(select(Job.attempts).where(Job.id == job_of(number))) == 2


def test_a_job_that_runs_once_more_after_its_work_was_done_changes_nothing(work_off):
    number = request_export(NUMBERS, some(10), actor_id=make_staff().id)
    work_off()
    before = found(number)
    write_export(number)
    assert found(number) == before
    assert len(rows(content_of(number))) == 10


def test_a_fault_leaves_no_part_and_is_told(work_off, monkeypatch):
    monkeypatch.setattr(packing, "PART_BYTES", 1_000)
    monkeypatch.setattr(packing.Packing, "parts", breaking(packing.Packing.parts))
    number = request_export(NUMBERS, some(1_000), actor_id=make_staff().id)
    work_off()
    assert status_of(job_of(number)) == "failed"
    export = found(number)
    assert export.state == "stopped"
    assert "Something went wrong on our side." in export.failure
    assert parts_of(number) == 0


def breaking(parts):
    def break_after_the_first(packing):
        yield next(parts(packing))
        raise ZeroDivisionError

    return break_after_the_first


def test_a_kind_that_this_release_does_not_know_is_told(work_off):
    number = request_export(NUMBERS, some(1), actor_id=make_staff().id)
    db.session.execute(update(Export).values(kind="tests.gone"))
    db.session.commit()
    work_off()
    assert found(number).failure == "This release knows no such export. Ask for the file anew."


def test_a_cancelled_job_is_told(committed):
    number = request_export(NUMBERS, some(1), actor_id=make_staff().id)
    db.session.execute(update(Job).values(status=JobStatus.CANCELLED))
    db.session.commit()
    assert found(number).state == "cancelled"


def test_two_clicks_ask_once(work_off):
    person = make_staff()
    first = request_export(NUMBERS, some(1), actor_id=person.id)
    assert request_export(NUMBERS, some(1), actor_id=person.id) == first
    assert request_export(NUMBERS, some(2), actor_id=person.id) != first
    assert request_export(NUMBERS, some(1), actor_id=make_staff().id) != first
    work_off()
    assert request_export(NUMBERS, some(1), actor_id=person.id) != first


def test_an_expired_file_is_deleted_by_the_clock_and_no_other(work_off):
    person = make_staff()
    old, young = (request_export(NUMBERS, some(n), actor_id=person.id) for n in (1, 2))
    work_off()
    expire(old)
    assert found(old).state == "expired"
    assert parts_of(old) == 1
    delete_expired()
    assert (parts_of(old), parts_of(young)) == (0, 1)
    assert (found(old).state, found(young).state) == ("expired", "ready")
    gone = db.session.scalars(select(AuditEvent.subject).where(AuditEvent.action == "export.expire")).all()
    assert gone == [f"export:{old}"]
    assert commands.delete_expired_files() == 0


def test_a_file_that_expires_while_it_is_read_is_read_to_its_end(work_off, monkeypatch):
    monkeypatch.setattr(packing, "PART_BYTES", 1_000)
    number = request_export(NUMBERS, some(10_000), actor_id=make_staff().id)
    work_off()
    db.session.remove()
    parts = queries.parts(number)
    begun = next(parts)
    with db.engine.begin() as connection:
        assert connection.execute(ExportPart.__table__.delete()).rowcount > 2
    assert len(rows(gzip.decompress(begun + b"".join(parts)))) == 10_000


def test_what_is_asked_for_and_made_is_written_down(work_off):
    person = make_staff()
    number = request_export(NUMBERS, some(5), actor_id=person.id)
    work_off()
    written = db.session.scalars(
        select(AuditEvent).where(AuditEvent.subject == f"export:{number}").order_by(AuditEvent.id)
    ).all()
    assert [(event.action, event.staff_id) for event in written] == [
        ("export.request", person.id),
        ("export.finish", None),
    ]
    assert written[0].after == {"kind": "tests.numbers", "arguments": some(5)}


def test_what_came_in_since_the_rows_were_counted_does_not_make_more_than_all(monkeypatch):
    told = []
    monkeypatch.setattr(tasks, "report_progress", lambda *progress: told.append(progress))
    monkeypatch.setattr(tasks, "TELL_SECONDS", 0)
    tell = tasks.progress_of(2)
    for done in range(4):
        tell(done)
    assert told == [(0, 2), (1, 2), (2, 2), (3, 3)]


def peak_mib(read) -> float:
    """The most memory that Python took at once while it read."""
    tracemalloc.start()
    try:
        read()
        return tracemalloc.get_traced_memory()[1] / MIB
    finally:
        tracemalloc.stop()


def test_streaming_takes_the_same_memory_however_large_the_file_is(committed):
    size = 0

    def read() -> None:
        nonlocal size
        size = sum(len(batch) for batch in queries.file(NUMBERS, some(300_000)))

    assert peak_mib(read) < 2
    assert size > 10 * MIB
    db.session.rollback()


def test_making_a_file_takes_the_memory_of_a_part(committed):
    number = request_export(NUMBERS, some(300_000), actor_id=make_staff().id)
    packing = Packing(queries.lines(NUMBERS, some(300_000)), tell=lambda _: None)
    assert peak_mib(lambda: commands.keep_file(number, packing, hours=1)) < 8
    assert parts_of(number) > 5
    assert queries.packed_bytes(number) > 5 * MIB

    def read() -> None:
        assert sum(len(part) for part in queries.parts(number)) == queries.packed_bytes(number)

    assert peak_mib(read) < 8


def expire(export_id: int) -> None:
    db.session.execute(
        update(Export).where(Export.id == export_id).values(expires_at=utc_now() - timedelta(seconds=1))
    )
    db.session.commit()
