"""Rows as CSV, written by the database itself and passed on as they come."""

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, case, func, literal, select
from sqlalchemy.sql.elements import SQLColumnExpression

from dashboard.core.db import AnySelect

BOM = b"\xef\xbb\xbf"  #: by which Excel knows that it is UTF-8
BATCH_BYTES = 1 << 16  #: the database gives line by line, and each would be a write to the browser

Lines = Generator[bytes, None, None]


def csv_lines(rows: AnySelect, connection: Connection) -> Lines:
    """A heading of the labels, and each row, as RFC 4180 wants it: UTF-8, commas, CRLF.

    One statement reads them, so they are one consistent snapshot, whoever writes meanwhile. It reads while
    it is asked for more, and holds one row in memory. To close it before its end stops the database. A
    fault raises: whoever passes the lines on must not end the file then.

    The statement's execution option `settings` is set in the database while it is read, as text by name.
    """
    # However many there are and however slow the browser: it ends when either of them does.
    settings = {"statement_timeout": "0"} | rows.get_execution_options().get("settings", {})
    for setting in settings.items():
        connection.execute(select(func.set_config(*setting, True)))
    query = rows.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    driver = connection.connection.driver_connection
    assert driver is not None
    # COPY takes no parameters: the driver writes them into the statement, quoted.
    with driver.cursor() as cursor, cursor.copy(
        f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", query.params
    ) as lines:  # fmt: skip
        for line in lines:
            yield b"%b\r\n" % line[:-1]


def in_batches(lines: Lines) -> Iterator[bytes]:
    """The whole file, in pieces that are worth a write."""
    with closing(lines):
        batch = bytearray(BOM)
        for line in lines:
            batch += line
            if len(batch) >= BATCH_BYTES:
                yield bytes(batch)
                batch.clear()
        yield bytes(batch)


def inert(written: SQLColumnExpression[str] | SQLColumnExpression[str | None]) -> ColumnElement[str]:
    """The text so that no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    return case(
        (
            func.left(written, 1).in_([*"=+-@\t\r\n", *"＝＋－＠"]),
            literal("'", Text) + written,
        ),
        else_=written,
    )


def dialable(phone: SQLColumnExpression[str] | SQLColumnExpression[str | None]) -> ColumnElement[str]:
    """A number as it is, E.164, for machines to read: a plus and digits do nothing. What is none is inert."""
    return case((phone.regexp_match(r"^\+[0-9]+$"), phone), else_=inert(phone))


def iso_8601(at: SQLColumnExpression[Any], zone: Any = None) -> ColumnElement[str]:
    """The second as the clocks of the IANA zone show it, with the offset: 2026-11-20T14:00:00+02:00.

    None is the zone of the setting `timezone`, for all rows; it takes half as long.
    """
    if zone is None:
        return func.to_char(at, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM')
    local, utc = func.timezone(zone, at), func.timezone("UTC", at)
    # An interval's sign stands before each of its fields: -03:-30.
    offset = func.replace(func.to_char(local - utc, "HH24:MI"), ":-", ":")
    return func.to_char(local, 'YYYY-MM-DD"T"HH24:MI:SS') + case((local < utc, ""), else_="+") + offset
