"""Load many rows at once: without indexes, foreign keys and triggers meanwhile.

All is read from the catalogue and put back as it was, within the transaction: a failure leaves
everything in place, and a key that does not hold is refused when it is put back. Needs to own
the tables, not to be a superuser.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Cursor

# Every statement of a pair: how to drop it, and how to make it anew. Names come quoted.
_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname,
        format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
        format(
            'ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid)
        )
    FROM pg_constraint
    WHERE contype = 'f'
        AND (conrelid = ANY (%(tables)s::regclass[]) OR confrelid = ANY (%(tables)s::regclass[]))
    ORDER BY 1, 2
"""
_KEYS = """
    SELECT conrelid::regclass::text, conname,
        format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
        format(
            'ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid)
        )
    FROM pg_constraint
    WHERE contype IN ('p', 'u', 'x') AND conrelid = ANY (%(tables)s::regclass[])
    ORDER BY 1, 2
"""
_INDEXES = """
    SELECT indrelid::regclass::text, relname,
        format('DROP INDEX %%s', indexrelid::regclass),
        pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = ANY (%(tables)s::regclass[])
        AND NOT EXISTS (
            SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x')
        )
    ORDER BY 1, 2
"""
_TRIGGERS = """
    SELECT tgrelid::regclass::text, tgname,
        format('ALTER TABLE %%s DISABLE TRIGGER %%I', tgrelid::regclass, tgname),
        format('ALTER TABLE %%s ENABLE TRIGGER %%I', tgrelid::regclass, tgname)
    FROM pg_trigger
    WHERE NOT tgisinternal AND tgenabled = 'O' AND tgrelid = ANY (%(tables)s::regclass[])
    ORDER BY 1, 2
"""


@contextmanager
def bare(cursor: Cursor[Any], tables: list[str], restoring: Callable[[str, float], None]) -> Iterator[None]:
    """Within, `tables` have no triggers, foreign keys, keys and indexes.

    `restoring` is told of each one that is put back, and which share of them it is.
    """
    parts = [
        part
        for query in (_TRIGGERS, _FOREIGN_KEYS, _KEYS, _INDEXES)
        for part in cursor.execute(query, {"tables": tables}).fetchall()
    ]
    for _, _, drop, _ in parts:
        cursor.execute(drop)
    yield
    # Indexes first, and the foreign keys after the keys that they refer to.
    for table, name, _, make in reversed(parts):
        restoring(f"{table}: {name.removeprefix('ix_')}", 1 / len(parts))
        cursor.execute(make)
