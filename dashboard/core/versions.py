"""How a record looked when a person opened its form, so that two who edit do not undo each other."""

import hashlib

from dashboard.core.db import AnyRow
from dashboard.core.errors import DomainError, Link


def version_of(row: AnyRow | object, columns: tuple[str, ...]) -> str:
    """A short digest of the columns' values. The form carries it; the command compares it."""
    values = repr([str(getattr(row, column) or "") for column in columns])
    return hashlib.sha256(values.encode()).hexdigest()[:16]


def refuse_if_changed(seen: str | None, row: AnyRow | object, columns: tuple[str, ...], link: Link) -> None:
    """Refuse a change made on an older version than the row's. None, from a program, is never older.

    Raises:
        DomainError: somebody changed the record since the form was opened.
    """
    if seen is not None and seen != version_of(row, columns):
        raise DomainError("Somebody changed this since you opened it.", link=link)
