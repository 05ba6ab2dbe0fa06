"""What a recount found, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping

from dashboard.campaigns.stats.counters import Counter

Value = int | datetime | None


@dataclass(frozen=True)
class Difference:
    """A row of counts that are not what counting gives."""

    place: str
    counts: list[tuple[str, Value, Value]]  #: those that differ: name, kept, counted

    @property
    def sentence(self) -> str:
        """Bakery, campaign 12 (Buns), hour 2026-11-20 12:00 UTC: failed is 80, counted 70."""
        wrong = "; ".join(
            f"{name.replace('_', ' ')} is {_said(kept)}, counted {_said(counted)}"
            for name, kept, counted in self.counts
        )
        return f"{self.place}: {wrong}."


@dataclass(frozen=True)
class Outcome:
    """What the recount of one table found."""

    table: str
    title: str
    differences: int  #: rows that differ
    first: list[Difference]  #: the first of them, by their keys
    seconds: float


def outcome(counter: Counter, rows: Sequence[RowMapping], seconds: float) -> Outcome:
    """What the rows of `counter.differing` or `counter.mending` say."""
    differences = rows[0]["differences"] if rows else 0
    return Outcome(
        counter.table, counter.title, differences, [_difference(counter, row) for row in rows], seconds
    )


def _difference(counter: Counter, row: RowMapping) -> Difference:
    place = [row["owner_name"] or f"owner {row['owner_id']}"]
    if counter.parent:
        place.append(
            f"{counter.parent.removeprefix('contact_')} {row[counter.keys[1]]} ({row['parent_name']})"
        )
    if "hour" in counter.keys:
        place.append(f"hour {row['hour']:%Y-%m-%d %H:%M} UTC")
    if "error_code" in counter.keys:
        place.append(f"code {row['error_code']}" if row["error_code"] else "no code")
    if "by_minutes" in counter.keys:
        place.append(f"within {row['by_minutes']:,} minutes")
    if "by_seconds" in counter.keys:
        place.append(f"within {row['by_seconds']:,} seconds")
    if "calling_code" in counter.keys:
        place.append(f"calling code +{row['calling_code']}")
    values = [(name, row[f"kept_{name}"], row[f"counted_{name}"]) for name in counter.counts]
    return Difference(", ".join(place), [one for one in values if one[1] != one[2]])


def _said(value: Value) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S.%f} UTC"
    return "none" if value is None else f"{value:,}"
