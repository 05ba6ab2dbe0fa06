"""The tables of counts that pages show, each with the one statement that counts anew what it should hold.

The statements stand in `sql/`, named as their tables: each gives the table's keys and counts from the rows
that are counted. The same comparison of the two serves who looks for differences and who mends them.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import BigInteger, TextClause, bindparam, text

_SQL = Path(__file__).parent / "sql"
MOST = 20  #: differences that are named of those a table has; all are counted


@dataclass(frozen=True)
class Counter:
    """A table of counts."""

    table: str
    title: str
    #: The table of what is counted for, by the second key. None: it is the owner.
    parent: str | None
    keys: tuple[str, ...]
    counts: tuple[str, ...]

    @cached_property
    def differing(self) -> TextClause:
        """The first `MOST` rows that differ, and how many do in all. Its parameter: `owner_id` or None."""
        return _typed(f"WITH differing AS ({self._comparison}) {self._named}")

    @cached_property
    def mending(self) -> TextClause:
        """The same, after which none differs. What stands for nothing becomes 0, as the triggers leave it."""
        keys, names = ", ".join(self.keys), ", ".join(self.counts)
        counted = ", ".join(f"counted_{name}" for name in self.counts)
        changes = ", ".join(f"{name} = excluded.{name}" for name in self.counts)
        return _typed(
            f"WITH differing AS MATERIALIZED ({self._comparison}), mended AS ("  # noqa: S608
            f"INSERT INTO {self.table} ({keys}, {names})"
            f" SELECT {keys}, {counted} FROM differing ORDER BY {keys}"
            f" ON CONFLICT ({keys}) DO UPDATE SET {changes}) {self._named}"
        )

    def filling(self) -> str:
        """Writes an empty table's rows, of all owners."""
        columns = ", ".join((*self.keys, *self.counts))
        return (
            f"INSERT INTO {self.table} ({columns}) SELECT {columns} FROM (\n{self._recount}) AS counted"  # noqa: S608
            f" ORDER BY {', '.join(self.keys)}"
        ).replace(":owner_id", "NULL::bigint")

    @property
    def _recount(self) -> str:
        return (_SQL / f"{self.table}.sql").read_text()

    @property
    def _comparison(self) -> str:
        """The rows of which any count differs, with both values of each count."""
        keys = ", ".join(self.keys)
        kept = [_value("kept", name) for name in self.counts]
        counted = [_value("counted", name) for name in self.counts]
        both = ", ".join(
            f"{k} AS kept_{name}, {c} AS counted_{name}"
            for name, k, c in zip(self.counts, kept, counted, strict=True)
        )
        return (
            f"SELECT {keys}, {both} FROM (\n{self._recount}) AS counted"  # noqa: S608
            f" FULL JOIN (SELECT * FROM {self.table} WHERE :owner_id IS NULL OR owner_id = :owner_id) AS kept"
            f" USING ({keys}) WHERE ({', '.join(kept)}) IS DISTINCT FROM ({', '.join(counted)})"
        )

    @property
    def _named(self) -> str:
        """The first of `differing`, with the names of what they are counts of."""
        parent_name = (
            f"(SELECT name FROM {self.parent} AS parent WHERE parent.owner_id = differing.owner_id"  # noqa: S608
            f" AND parent.id = differing.{self.keys[1]})"
            if self.parent
            else "NULL"
        )
        return (
            "SELECT differing.*, count(*) OVER () AS differences,"  # noqa: S608
            " (SELECT name FROM owner WHERE owner.id = differing.owner_id) AS owner_name,"
            f" {parent_name} AS parent_name FROM differing ORDER BY {', '.join(self.keys)} LIMIT {MOST}"
        )


def _value(side: str, name: str) -> str:
    """A count, 0 where there is no row. Times have no zero."""
    return f"{side}.{name}" if name.endswith("_at") else f"coalesce({side}.{name}, 0)"


def _typed(sql: str) -> TextClause:
    # With its type, so that also None has one.
    return text(sql).bindparams(bindparam("owner_id", type_=BigInteger()))


COUNTERS = (
    Counter(
        "campaign_stat",
        "Messages and credits of each campaign",
        "campaign",
        ("owner_id", "campaign_id"),
        (
            *("queued", "sent", "delivered", "failed"),
            *("segments", "queued_segments", "failed_segments", "first_sent_at"),
            *("debited_credits", "refunded_credits"),
        ),
    ),
    Counter(
        "campaign_stat_hour",
        "Messages of each campaign by hour",
        "campaign",
        ("owner_id", "campaign_id", "hour"),
        ("accepted", "delivered", "failed"),
    ),
    Counter(
        "campaign_stat_error",
        "Failures of each campaign by code",
        "campaign",
        ("owner_id", "campaign_id", "error_code"),
        ("failed",),
    ),
    Counter(
        "campaign_stat_age",
        "Messages of each campaign by age",
        "campaign",
        ("owner_id", "campaign_id", "by_minutes"),
        ("accepted", "delivered", "failed"),
    ),
    Counter(
        "campaign_stat_latency",
        "Deliveries of each campaign by how long they took",
        "campaign",
        ("owner_id", "campaign_id", "by_seconds"),
        ("delivered",),
    ),
    Counter(
        "campaign_stat_country",
        "Messages of each campaign by calling code",
        "campaign",
        ("owner_id", "campaign_id", "calling_code"),
        ("accepted", "delivered", "failed"),
    ),
    Counter("contact_stat", "Contacts of each owner", None, ("owner_id",), ("contacts", "subscribed")),
    Counter(
        "list_stat",
        "Members of each list",
        "contact_list",
        ("owner_id", "list_id"),
        ("members", "subscribed"),
    ),
)
