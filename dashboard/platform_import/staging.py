"""Rows on their way: from the platform into a temporary table, from there set by set into ours.

Each chunk has these temporary tables, which vanish with its transaction: `staged`, the rows as they
were read; `work`, what is done with each of them; `trouble`, the rules that they broke.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import CursorResult, text

from dashboard.core.db import db
from dashboard.platform_import.reasons import REASONS
from dashboard.platform_import.tables import Table

_SQL = Path(__file__).parent / "sql"

# GSM 03.38: DOMAIN.md, "Text length". Letters and digits, signs, and those that cost two septets.
_BASIC = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ÄÖÑÜäöñüàÆæßÉØøÅåÇèéùìòΔΦΓΛΩΠΨΣΘΞ"
    "@£$¥_ !\"#¤%&'()*+,./:;<=>?¡¿§\n\r"
)
BASIC_PATTERN = f"^[{_BASIC}-]*$"
GSM_PATTERN = f"^[{_BASIC}{{}}~|€\f\\^\\[\\]\\\\-]*$"
_SEGMENTS = """CASE
        WHEN octet_length(message.text) <= 70 THEN 1
        WHEN message.text ~ :basic THEN
            CASE WHEN char_length(message.text) <= 160 THEN 1 ELSE ceil(char_length(message.text) / 153.0) END
        WHEN message.text ~ :gsm THEN (
            SELECT CASE WHEN septets <= 160 THEN 1 ELSE ceil(septets / 153.0) END
            FROM (SELECT 2 * char_length(message.text) - char_length(
                translate(message.text, '^{}[]~|€' || chr(92) || chr(12), '')) AS septets) AS length)
        ELSE (
            SELECT CASE WHEN units <= 70 THEN 1 ELSE ceil(units / 67.0) END
            FROM (SELECT char_length(message.text) + char_length(regexp_replace(
                message.text, '[^' || chr(65536) || '-' || chr(1114111) || ']', '', 'g')) AS units) AS length)
    END"""
#: What the SQL of segments needs to know.
ALPHABETS = {"basic": BASIC_PATTERN, "gsm": GSM_PATTERN}


def stage(table: Table, lines: Iterable[bytes], *, prefix: str = "") -> int:
    """Put `lines` of COPY's text format into `staged`; how many there were.

    `prefix` declares columns that the lines have before the table's own.
    """
    columns = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
    # What a killed chunk may have left locked is waited for, and a large chunk may take its time.
    execute("SET LOCAL statement_timeout = 0")
    execute("SET LOCAL lock_timeout = 0")
    execute("SET LOCAL default_statistics_target = 20")
    execute("SET LOCAL work_mem = '64MB'")
    execute(f"CREATE TEMP TABLE staged ({prefix}{columns}) ON COMMIT DROP")
    execute(
        "CREATE TEMP TABLE trouble (source_table text, source_id bigint, owner_id bigint,"
        " code text, done text) ON COMMIT DROP"
    )
    count = copy("staged", lines)
    if count:
        execute("ANALYZE staged")
        _drop_unreadable_times(table)
    return count


def copy(target: str, lines: Iterable[bytes]) -> int:
    """Copy lines of COPY's text format into a table of this transaction; how many there were."""
    count = 0
    connection = db.session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as into:  # type: ignore[union-attr]
        for count, line in enumerate(lines, 1):  # noqa: B007
            into.write(line)
    return count


def copy_rows(target: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Copy values into a table of this transaction."""
    connection = db.session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as into:  # type: ignore[union-attr]
        for row in rows:
            into.write_row(row)


def script(name: str, table: Table, **values: Any) -> None:
    """Run the statements of `sql/<name>.sql`, in the transaction under way."""
    for statement in _statements(name):
        execute(
            statement.replace("{fingerprint}", _fingerprint(table)).replace("{segments}", _SEGMENTS), **values
        )


def execute(statement: str, **values: Any) -> CursorResult[Any]:
    result = db.session.execute(text(statement), values)
    assert isinstance(result, CursorResult)
    return result


def write_issues(run_id: int, table: Table) -> None:
    """Put what stands in `trouble` into the run's report, each row beside its reason."""
    words = [{"code": code, "reason": why, "done": done} for code, (why, done) in REASONS.items()]
    execute(
        """
        INSERT INTO import_issue (run_id, owner_id, source_table, source_id, reason_code, reason, done, row)
        SELECT :run_id, coalesce(trouble.owner_id, work.owner_id),
            coalesce(trouble.source_table, :source_table), trouble.source_id,
            trouble.code, words.reason, coalesce(trouble.done, words.done), to_jsonb(staged)
        FROM trouble
        LEFT JOIN jsonb_to_recordset(:words) AS words (code text, reason text, done text) USING (code)
        LEFT JOIN staged ON staged.id = trouble.source_id AND trouble.source_table IS NULL
        LEFT JOIN work ON work.id = trouble.source_id AND trouble.source_table IS NULL
        ORDER BY trouble.source_id, trouble.code
        ON CONFLICT DO NOTHING
        """,
        run_id=run_id,
        source_table=table.name,
        words=Jsonb(words),
    )


def _drop_unreadable_times(table: Table) -> None:
    """Null the times that Python and people cannot read, such as `infinity`, and say which."""
    for column in table.columns:
        if column.type == "timestamptz":
            name = f'"{column.name}"'
            execute(
                f"""
                WITH found AS (
                    SELECT id, {name}::text AS said FROM staged
                    WHERE NOT ({name} >= '0001-01-02' AND {name} < '9999-12-31')
                ), nulled AS (
                    UPDATE staged SET {name} = NULL FROM found WHERE staged.id = found.id
                )
                INSERT INTO trouble (source_id, code, done)
                SELECT id, 'time_unreadable', '{column.name} was ' || said || ', read as unknown.' FROM found
                """  # noqa: S608  names of our own table of columns
            )


def _fingerprint(table: Table) -> str:
    """SQL of the row as text, without what changes while the row itself does not."""
    return "ROW(" + ", ".join(f's."{c.name}"' for c in table.columns if c.counts) + ")::text"


@cache
def _statements(name: str) -> list[str]:
    script = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
    return [part for part in script.split(";\n") if part.strip()]
