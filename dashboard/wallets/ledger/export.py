"""A ledger as CSV, written by the database itself and passed on as it comes."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Text, case, func, literal, select, text
from sqlalchemy.sql.elements import SQLColumnExpression

from dashboard.campaigns.models import Campaign
from dashboard.core.db import AnySelect, db
from dashboard.staff.models import Staff
from dashboard.wallets.ledger.queries import Wanted, matching, to_campaign, to_staff
from dashboard.wallets.models import CreditTransaction as Entry

BOM = b"\xef\xbb\xbf"  #: by which Excel knows that it is UTF-8
_ISO_8601 = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
BATCH = 1 << 16  #: bytes; the database gives line by line, and each is a write to the browser


def as_csv(owner_id: int, wanted: Wanted) -> Iterator[bytes]:
    """The entries that match `wanted`, oldest first, as one consistent snapshot.

    It reads while it is asked for more, and holds a batch of it in memory. To close it before its
    end stops the database. A fault raises: whoever passes it on must not end the file then.
    """
    # However large the ledger is and however slow the browser: it ends when either of them does.
    db.session.execute(text("SET LOCAL statement_timeout = 0"))
    query = _lines(owner_id, wanted).compile(db.engine, compile_kwargs={"render_postcompile": True})
    driver = db.session.connection().connection.driver_connection
    assert driver is not None
    # COPY takes no parameters: the driver writes them into the statement, quoted.
    with driver.cursor() as cursor, cursor.copy(
        f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", query.params
    ) as lines:  # fmt: skip
        batch = bytearray(BOM)
        for line in lines:
            batch += line
            if len(batch) >= BATCH:
                yield bytes(batch)
                batch.clear()
        yield bytes(batch)


def _lines(owner_id: int, wanted: Wanted) -> AnySelect:
    return (
        select(
            Entry.owner_id, Entry.id, Entry.entry_no, Entry.type, Entry.amount_credits,
            Entry.balance_after_credits, Entry.reason_code, _inert(Entry.note).label("note"),
            Entry.campaign_id, _inert(Campaign.name).label("campaign_name"),
            Entry.staff_id, _inert(Staff.name).label("staff_name"),
            Entry.idempotency_key, Entry.reverses,
            func.to_char(func.timezone("UTC", Entry.created_at), _ISO_8601).label("created_at"),
            func.encode(Entry.hash, "hex").label("hash"),
        )
        .outerjoin(Campaign, to_campaign)
        .outerjoin(Staff, to_staff)
        .where(matching(owner_id, wanted))
        .order_by(Entry.entry_no)
    )  # fmt: skip


def _inert(
    written: SQLColumnExpression[str] | SQLColumnExpression[str | None],
) -> ColumnElement[str]:
    """The text so that no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    return case(
        (
            func.left(written, 1).in_(["=", "+", "-", "@", "\t", "\r", *"＝＋－＠"]),
            literal("'", Text) + written,
        ),
        else_=written,
    )
