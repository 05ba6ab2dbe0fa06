"""The platform's own database, opened so that nothing can be written there."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Conninfo

from dashboard.core.errors import DomainError
from dashboard.platform_import.tables import NEEDED, Column, Table

# Read-only twice: the session's default, and each transaction. UTC, since times there have no zone.
_OPTIONS = "-c default_transaction_read_only=on -c timezone=UTC -c datestyle=ISO,YMD -c statement_timeout=0"


@dataclass(frozen=True)
class Source:
    """An open, read-only view of the platform, the same from the first row to the last."""

    connection: psycopg.Connection
    name: str  #: `user@host:port/database`, without a password
    columns: dict[str, set[str]]  #: of each table that is there

    def count(self, table: Table, owners: Sequence[int] | None) -> int:
        """The rows of the table, of the chosen owners."""
        query = sql.SQL("SELECT count(*) FROM {} AS r {}").format(
            sql.Identifier(table.name), _where(table, owners, None)
        )
        row = self.connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def rows(
        self, table: Table, owners: Sequence[int] | None, after: int | None, limit: int | None
    ) -> Generator[bytes, None, None]:
        """The rows after the key `after`, in order, each as one line of COPY's text format.

        The connection answers nothing else until the last one was read.
        """
        query = sql.SQL("COPY (SELECT {} FROM {} AS r {} ORDER BY {} {}) TO STDOUT").format(
            sql.SQL(", ").join(self._value(table, column) for column in table.columns),
            sql.Identifier(table.name),
            _where(table, owners, after),
            sql.SQL(table.order),
            sql.SQL("LIMIT {}").format(sql.Literal(limit)) if limit else sql.SQL(""),
        )
        with self.connection.cursor() as cursor, cursor.copy(query) as lines:
            for line in lines:
                yield bytes(line)

    def missing(self, table: Table) -> tuple[list[str], list[str]]:
        """The columns that the source lacks: those without which nothing goes, and the others."""
        there = self.columns.get(table.name, set())
        absent = [c for c in table.columns if not c.sql and c.name not in there]
        return [c.name for c in absent if c.needed], [c.name for c in absent if not c.needed and c.usual]

    def unknown_owners(self, owners: Sequence[int]) -> list[int]:
        """Those of `owners` that are no users there."""
        found = self.connection.execute('SELECT id FROM "User" WHERE id = ANY (%s)', [list(owners)])
        return sorted(set(owners) - {row[0] for row in found})

    def prefixes(self, owners: Sequence[int]) -> list[tuple[int, str, int]]:
        """How the owners' international numbers begin: (owner, "+" and three digits, how many)."""
        query = (
            'SELECT "ownerId", left(phone, 4), count(*) FROM "Contact"'
            " WHERE \"ownerId\" = ANY (%s) AND phone ~ '^\\+[1-9][0-9]{6,14}$' GROUP BY 1, 2"
        )
        return [(int(o), str(p), int(n)) for o, p, n in self.connection.execute(query, [list(owners)])]

    def _value(self, table: Table, column: Column) -> sql.Composable:
        if column.sql and all(name in self.columns for name in column.tables):
            return sql.SQL(column.sql)
        if column.name in self.columns[table.name]:
            return sql.SQL("r.{}").format(sql.Identifier(column.name))
        return sql.SQL("NULL")


@contextmanager
def open_source(url: str) -> Iterator[Source]:
    """Open the platform's database, read-only.

    Raises:
        DomainError: it cannot be reached, or is not a platform's. The sentence holds no password.
    """
    parameters, schema = _parameters(url)
    name = "{user}@{host}:{port}/{dbname}".format_map(
        {"user": "", "host": "localhost", "port": 5432, "dbname": ""} | parameters
    )
    try:
        connection = psycopg.connect(
            make_conninfo("", **parameters, options=_OPTIONS, connect_timeout=10, client_encoding="UTF8")
        )
    except psycopg.Error as error:
        raise DomainError(_why(error, name)) from None
    with connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        if schema:
            connection.execute("SELECT set_config('search_path', %s, false)", [schema])
        source = Source(connection, name, _columns(connection))
        for table in NEEDED:
            _require(source, table)
        yield source
        connection.rollback()


def _parameters(url: str) -> tuple[dict[str, str], str | None]:
    """What libpq understands of the address, and the schema that an ORM's address may name."""
    address, _, query_text = url.partition("?")
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    # libpq knows a space as %20 alone, and takes a plus sign as one.
    query = dict(parse_qsl(query_text.replace("+", "%2B")))
    kept = urlencode(
        {key: value for key, value in query.items() if key in known and key != "options"}, quote_via=quote
    )
    try:
        if not address.startswith(("postgresql://", "postgres://")):
            raise psycopg.ProgrammingError
        found = conninfo_to_dict(f"{address}?{kept}")
    except psycopg.Error:
        raise DomainError(
            "That is no address of a database. Write postgresql://user@host:5432/name."
        ) from None
    return {key: str(value) for key, value in found.items()}, query.get("schema")


def _why(error: psycopg.Error, name: str) -> str:
    said = str(error)
    if "password" in said or "authentication" in said:
        return f"The platform's database {name} refused the sign-in: check the user and the password."
    if "does not exist" in said:
        return f"There is no such database or user: {name}."
    return f"The platform's database {name} does not answer: check the address, and that it is running."


def _columns(connection: psycopg.Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, column in connection.execute(
        "SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid"
        " WHERE pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
        " AND a.attnum > 0 AND NOT a.attisdropped"
    ):
        found.setdefault(table, set()).add(column)
    return found


def _require(source: Source, table: Table) -> None:
    if table.name not in source.columns:
        raise DomainError(
            f'{source.name} is not a platform\'s database: it has no table "{table.name}",'
            " and without that nothing can be read."
        )
    if needed := source.missing(table)[0]:
        names = ", ".join(f'"{name}"' for name in needed)
        raise DomainError(
            f'Nothing can be read from {source.name}: its table "{table.name}" has no column {names}.'
        )


def _where(table: Table, owners: Sequence[int] | None, after: int | None) -> sql.Composable:
    conditions: list[sql.Composable] = []
    if owners:
        conditions.append(
            sql.SQL("{} = ANY ({}::bigint[])").format(sql.SQL(table.owner), sql.Literal(list(owners)))
        )
    if after is not None:
        conditions.append(sql.SQL("r.{} > {}").format(sql.Identifier(table.key), sql.Literal(after)))
    return sql.SQL("WHERE ") + sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("")
