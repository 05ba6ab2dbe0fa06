"""COPY into a table of ours, within the transaction under way."""

from collections.abc import Iterable

from dashboard.core.db import db

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy(target: str, lines: Iterable[str]) -> None:
    """Copy lines of COPY's text format into `target`, a table or one with its columns."""
    connection = db.session.connection().connection.driver_connection
    assert connection is not None
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as into:
        into.write("".join(lines))


def field(value: str | None) -> str:
    """A value as COPY's text format has it."""
    if value is None:
        return "\\N"
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)
