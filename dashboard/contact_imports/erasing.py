"""Take an erased person out of the files that are on their way in. To be called within a command."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import delete, func, select

from dashboard.contact_imports.commands import have_checked
from dashboard.contact_imports.models import ContactImport, ContactImportProblem, ContactImportRow
from dashboard.core.db import db

ERASED = "This person was erased on request since the file was uploaded."


def hold_imports(owner_id: int) -> None:
    """Hold the owner's imports that are not over: who imports holds them before any contact."""
    db.session.execute(
        select(ContactImport.id)
        .where(
            ContactImport.owner_id == owner_id,
            ContactImport.finished_at.is_(None),
            ContactImport.expires_at > func.now(),
        )
        .order_by(ContactImport.id)
        .with_for_update()
    )


def take_out(owner_id: int, known: Sequence[str]) -> int:
    """Delete the rows of these numbers (E.164), as if the files had never had them; how many there were.

    What an import that nobody started would do is found anew; one that was started goes on without them.
    """
    rows = db.session.execute(
        delete(ContactImportRow)
        .where(
            ContactImportRow.owner_id == owner_id,
            ContactImportRow.import_id.in_(
                select(ContactImport.id).where(ContactImport.owner_id == owner_id)
            ),
            ContactImportRow.phone.in_(known),
        )
        .returning(ContactImportRow.import_id, ContactImportRow.row_no)
    ).all()
    for import_id, count in Counter(row.import_id for row in rows).items():
        one = db.session.execute(
            select(ContactImport)
            .where(ContactImport.owner_id == owner_id, ContactImport.id == import_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).scalar_one()
        if one.operation_id is None:
            have_checked(one)
        elif one.finished_at is None and one.found is not None:
            # As many as are ready now: a worker that finds fewer reads the file once more.
            moved = {"good": one.found["good"] - count, "bad": one.found["bad"] + count}
            one.found = one.found | moved
            tell_left_out(owner_id, import_id, [row.row_no for row in rows if row.import_id == import_id])
    db.session.flush()
    return len(rows)


def tell_left_out(owner_id: int, import_id: int, row_nos: Sequence[int]) -> None:
    """Keep that the rows were left out, without what they say."""
    db.session.add_all(
        ContactImportProblem(owner_id=owner_id, import_id=import_id, row_no=row_no, reason=ERASED, cells=[])
        for row_no in row_nos
    )
