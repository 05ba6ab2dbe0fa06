"""The report of a run as CSV."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

HEADINGS = ("Run", "Table", "Id on the platform", "Owner", "Reason code", "Reason", "What was done", "Row")


def lines(run_id: int, issues: Iterable[Any]) -> Iterator[str]:
    """The issues as lines of CSV, a heading first, safe to open in a spreadsheet."""
    yield "\ufeff" + _line(HEADINGS)
    for issue in issues:
        row = "" if issue.row is None else json.dumps(issue.row, ensure_ascii=False)
        yield _line(
            (
                run_id, issue.source_table, issue.source_id, issue.owner_id,
                issue.reason_code, issue.reason, issue.done, row,
            )
        )  # fmt: skip


def harmless(value: object) -> object:
    """The value as a spreadsheet shows it and does not run it (OWASP: CSV injection)."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


def _line(values: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(["" if value is None else harmless(value) for value in values])
    return out.getvalue()
