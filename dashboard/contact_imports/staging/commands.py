"""Put the rows of a file beside our contacts, some thousands at a time, and count what an import would do."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import CursorResult, delete, select, text, update

from dashboard.audit.commands import record
from dashboard.contact_imports.copying import copy, field
from dashboard.contact_imports.erasing import tell_left_out
from dashboard.contact_imports.models import ContactImport, ContactImportProblem, ContactImportRow
from dashboard.contact_imports.outcomes import Found
from dashboard.contact_imports.reading.people import Person, Problem
from dashboard.contact_imports.reading.plans import Plan
from dashboard.contacts.models import Suppression
from dashboard.contacts.suppression import phone_hash
from dashboard.core.db import db
from dashboard.core.transactions import command

#: From so many rows on the joins read the tables whole: the planner knows nothing of rows that came just now.
_MANY = 50_000
_SAMPLE_ROWS, _SAMPLE_CHARACTERS = 6, 80
_CELL_CHARACTERS, _ROW_CHARACTERS = 200, 2_000  #: of rows that are left out
_SAME_NUMBER = "Row {} has the same number."

_ARRIVE = """
    CREATE TEMP TABLE arriving ON COMMIT DROP AS
    SELECT phone, row_no, phone_hash, first_name, last_name, email, gender, birthday, is_subscribed
    FROM contact_import_row LIMIT 0
"""
_KEEP = """
    INSERT INTO contact_import_row (owner_id, import_id, phone, row_no, phone_hash, first_name, last_name,
        email, gender, birthday, is_subscribed)
    SELECT :owner_id, :import_id, arriving.* FROM arriving ORDER BY row_no
    ON CONFLICT DO NOTHING
"""
_DOUBLES = """
    SELECT arriving.row_no, first.row_no AS first_no FROM arriving
    JOIN contact_import_row AS first
        ON first.owner_id = :owner_id AND first.import_id = :import_id AND first.phone = arriving.phone
    WHERE first.row_no <> arriving.row_no
"""
_COUNT = """
    SELECT count(*) AS good,
        count(*) FILTER (WHERE contact.id IS NULL) AS new,
        count(*) FILTER (WHERE contact.id IS NULL AND since IS NOT NULL) AS opted_out,
        count(*) FILTER (
            WHERE contact.id IS NULL AND since IS NULL AND row.is_subscribed IS false
        ) AS leaving,
        count(*) FILTER (
            WHERE contact.id IS NULL AND since IS NULL AND row.is_subscribed IS NULL
        ) AS unsaid,
        count(*) FILTER (WHERE contact.id IS NOT NULL AND differs) AS changing,
        count(*) FILTER (WHERE contact.id IS NOT NULL AND NOT differs) AS same,
        count(*) FILTER (WHERE contact.is_subscribed AND row.is_subscribed IS false) AS to_unsubscribe,
        count(*) FILTER (
            WHERE NOT contact.is_subscribed AND row.is_subscribed AND since IS NULL
        ) AS to_subscribe
    FROM contact_import_row AS row
    LEFT JOIN contact USING (owner_id, phone)
    LEFT JOIN suppression USING (owner_id, phone_hash),
    LATERAL (SELECT
        (row.first_name, row.last_name, row.email, row.gender, row.birthday) IS DISTINCT FROM (
            CASE WHEN row.first_name IS NOT NULL THEN contact.first_name END,
            CASE WHEN row.last_name IS NOT NULL THEN contact.last_name END,
            CASE WHEN row.email IS NOT NULL THEN contact.email END,
            CASE WHEN row.gender IS NOT NULL THEN contact.gender END,
            CASE WHEN row.birthday IS NOT NULL THEN contact.birthday END
        ) AS differs) AS compared
    WHERE row.owner_id = :owner_id AND row.import_id = :import_id
"""


@command
def begin_check(
    owner_id: int, import_id: int, check_no: int, plan: Plan, sample: Sequence[Sequence[str]]
) -> None:
    """Keep how the file is read and its first rows, and forget what an earlier check found.

    Raises:
        NoResultFound: a later check was asked for.
    """
    found = _held(owner_id, import_id, check_no)
    found.plan = plan.as_json()
    found.sample = [[_storable(cell[:_SAMPLE_CHARACTERS]) for cell in row] for row in sample[:_SAMPLE_ROWS]]
    _forget_rows(owner_id, import_id)
    _record("contact_import.read", found, {"plan": found.plan})


@command
def stage(
    owner_id: int, import_id: int, check_no: int, people: Sequence[Person], problems: Sequence[Problem]
) -> tuple[int, int]:
    """Keep some rows of the file; how many of them were doubles, and how many bad.

    Raises:
        NoResultFound: a later check was asked for.
    """
    one = _held(owner_id, import_id, check_no)
    keys = {"owner_id": owner_id, "import_id": import_id}
    db.session.execute(text("SET LOCAL statement_timeout = 0"))
    db.session.execute(text("SET LOCAL synchronous_commit = off"))  # a crash empties the table anyhow
    db.session.execute(text(_ARRIVE))
    copy("arriving", (_line(owner_id, person) for person in people))
    kept = db.session.execute(text(_KEEP), keys)
    assert isinstance(kept, CursorResult)
    first_of = {}
    if kept.rowcount < len(people):
        first_of = {row.row_no: row.first_no for row in db.session.execute(text(_DOUBLES), keys)}
    doubles = [
        Problem(row_no, _SAME_NUMBER.format(first_of[row_no]), cells)
        for row_no, cells, _ in people
        if row_no in first_of
    ]
    columns = "contact_import_problem (owner_id, import_id, row_no, reason, cells)"
    copy(columns, (_problem_line(owner_id, import_id, problem) for problem in (*problems, *doubles)))
    _record("contact_import.stage", one, {"rows": len(people) + len(problems)})
    return len(doubles), len(problems)


@command
def leave_out_erased(owner_id: int, import_id: int, check_no: int) -> int:
    """Take out who was erased since the file came; how many rows that were. Nothing of them is kept.

    Raises:
        NoResultFound: a later check was asked for.
    """
    one = _held(owner_id, import_id, check_no)
    rows, problems = ContactImportRow, ContactImportProblem
    stmt = select(Suppression.phone_hash).where(
        Suppression.owner_id == owner_id, Suppression.erased_at > one.created_at
    )
    erased = db.session.scalars(stmt).all()
    if not erased:
        return 0
    db.session.execute(text("SET LOCAL statement_timeout = 0"))
    row_nos = db.session.scalars(
        delete(rows)
        .where(rows.owner_id == owner_id, rows.import_id == import_id, rows.phone_hash.in_(erased))
        .returning(rows.row_no)
    ).all()
    if row_nos:
        tell_left_out(owner_id, import_id, row_nos)
        doubles = [_SAME_NUMBER.format(row_no) for row_no in row_nos]
        db.session.execute(
            update(problems)
            .where(
                problems.owner_id == owner_id, problems.import_id == import_id, problems.reason.in_(doubles)
            )
            .values(cells=[])
        )
        if one.plan and one.sample:  # whose rows may be theirs: the heading stays
            one.sample = one.sample[: Plan.of_json(one.plan).has_heading]
        _record("contact_import.leave_out_erased", one, {"rows": len(row_nos)})
    return len(row_nos)


@command
def finish_check(owner_id: int, import_id: int, check_no: int, *, doubles: int, bad: int) -> None:
    """Count what an import of the rows would do.

    Raises:
        NoResultFound: a later check was asked for.
    """
    found = _held(owner_id, import_id, check_no)
    db.session.execute(text("SET LOCAL statement_timeout = 0"))
    db.session.execute(text("SET LOCAL work_mem = '64MB'"))
    keys = {"owner_id": owner_id, "import_id": import_id}
    rows = select(ContactImportRow.row_no).where(
        ContactImportRow.owner_id == owner_id, ContactImportRow.import_id == import_id
    )
    if db.session.scalar(rows.offset(_MANY).limit(1)):
        db.session.execute(text("SET LOCAL enable_nestloop = off"))
    counts = db.session.execute(text(_COUNT), keys).one()._asdict()
    found.found = Found(**counts, doubles=doubles, bad=bad).as_json()
    _record("contact_import.checked", found, found.found)


@command
def refuse_file(owner_id: int, import_id: int, check_no: int, sentence: str) -> None:
    """Remember why the file cannot be read.

    Raises:
        NoResultFound: a later check was asked for.
    """
    found = _held(owner_id, import_id, check_no)
    found.refusal = sentence
    _forget_rows(owner_id, import_id)
    _record("contact_import.refuse", found, {"refusal": sentence})


def _forget_rows(owner_id: int, import_id: int) -> None:
    """Forget what an earlier check read, or this one before it was refused."""
    for table in (ContactImportRow, ContactImportProblem):
        db.session.execute(delete(table).where(table.owner_id == owner_id, table.import_id == import_id))


def _held(owner_id: int, import_id: int, check_no: int) -> ContactImport:
    return db.session.execute(
        select(ContactImport)
        .where(
            ContactImport.owner_id == owner_id,
            ContactImport.id == import_id,
            ContactImport.check_no == check_no,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def _line(owner_id: int, person: Person) -> str:
    row_no, _, (phone, first_name, last_name, email, gender, birthday, state) = person
    assert phone is not None
    digest = phone_hash(owner_id, phone).hex()
    known = "\t".join(map(field, (first_name, last_name, email, gender, birthday, state)))
    return f"{phone}\t{row_no}\t\\\\x{digest}\t{known}\n"


def _problem_line(owner_id: int, import_id: int, problem: Problem) -> str:
    cells = json.dumps([_storable(cell) for cell in _cut(problem.cells)], ensure_ascii=False)
    return f"{owner_id}\t{import_id}\t{problem.row_no}\t{field(problem.reason)}\t{field(cells)}\n"


def _cut(cells: Sequence[str]) -> Iterator[str]:
    """As much of a row as people need to know it again: a small file may hold long rows by the thousand."""
    left = _ROW_CHARACTERS
    for cell in cells:
        most = min(left, _CELL_CHARACTERS)
        yield cell if len(cell) <= most else f"{cell[:most]}…"
        left -= min(len(cell), most)
        if not left:
            return


def _storable(cell: str) -> str:
    """The cell without what PostgreSQL cannot hold."""
    return cell.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _record(action: str, one: ContactImport, after: dict[str, Any]) -> None:
    record(action, f"contact_import:{one.id}", staff_id=None, owner_id=one.owner_id, after=after)
