"""A platform to import from: its own tables in a second database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from dashboard.core.db import db
from dashboard.platform_import.run import import_platform
from dashboard.platform_import.source import open_source

TABLES = (Path(__file__).parent / "platform.sql").read_text(encoding="utf-8")


class Silent:
    """Watches an import and says nothing."""

    def begin(self, run_id: int, continued: bool) -> None:
        self.began = (run_id, continued)

    def step(self, name: str, done: int, total: int) -> None:
        pass


class Platform:
    """The platform's database, and imports of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url, autocommit=True)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []

    def add(self, table: str, **values: Any) -> int:
        """Insert a row, giving only what the test is about; its id."""
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join(["%s"] * len(values))
        (row,) = self.sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks}) RETURNING id', *values.values())
        return row[0]

    def user(self, **values: Any) -> int:
        number = self.sql('SELECT count(*) FROM "User"')[0][0] + 1
        given = {"email": f"o{number}@example.com", "company": f"Shop {number}", "timezone": "Europe/Athens"}
        return self.add("User", **(given | values))

    def contact(self, owner: int, phone: str, **values: Any) -> int:
        return self.add("Contact", ownerId=owner, phone=phone, **values)

    def campaign(self, owner: int, **values: Any) -> int:
        template = self.add("MessageTemplate", ownerId=owner, name="t", text="From the template")
        return self.add("Campaign", **({"ownerId": owner, "name": "Sale", "templateId": template} | values))

    def message(self, owner: int, campaign: int, contact: int, **values: Any) -> int:
        (phone,) = self.sql('SELECT phone FROM "Contact" WHERE id = %s', contact)[0]
        given = {"to": phone, "sentAt": "2025-03-01 09:30"}
        keys = {"ownerId": owner, "campaignId": campaign, "contactId": contact}
        return self.add("CampaignMessage", **(given | keys | values))

    def bring(self, *, owners: list[int] | None = None, chunk_rows: int = 50_000) -> int:
        """Import; the run's number."""
        with open_source(self.url) as source:
            return import_platform(source, Silent(), owners=owners, country="GR", chunk_rows=chunk_rows)

    def empty(self) -> None:
        self._connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public;" + TABLES)

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="session")
def _platform(make_database) -> Iterator[Platform]:
    platform = Platform(make_database())
    yield platform
    platform.close()


@pytest.fixture
def platform(_platform: Platform, committed) -> Platform:
    _platform.empty()
    return _platform


def rows(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """What our database answers."""
    found = [tuple(row) for row in db.session.execute(text(statement), values)]
    db.session.rollback()
    return found


def issues(run_id: int) -> list[tuple[str, int | None, str]]:
    """The run's report: (table, id there, reason)."""
    return rows(
        "SELECT source_table, source_id, reason_code FROM import_issue WHERE run_id = :run ORDER BY id",
        run=run_id,
    )


def counts(run_id: int, table: str) -> dict[str, int]:
    """What became of a table's rows, without the zeros."""
    names = ("rows_read", "added", "changed", "unchanged", "merged", "left_out")
    (found,) = rows(
        f"SELECT {', '.join(names)} FROM import_step WHERE run_id = :run AND source_table = :table",
        run=run_id,
        table=table,
    )
    return {name: count for name, count in zip(names, found, strict=True) if count}
