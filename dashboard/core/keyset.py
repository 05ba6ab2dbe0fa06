"""Pages whose cost does not grow with their number.

A page starts after the last row of the one before, found through an index, instead of counting
rows off. The mark between two pages travels in the URL: the sort values of the row at the edge.
"""

import base64
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, ColumnElement, and_, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION
from sqlalchemy.types import TypeEngine

from dashboard.core.db import AnyRow, AnySelect, db

PAGE_SIZE = 50

T = TypeVar("T")
Edge = list[Any] | None  #: the sort values of the row at the mark; None: there is no mark


@dataclass(frozen=True)
class Key:
    """One sort column. Together a page's keys must be unique and hold no NULL."""

    name: str  #: under which the row has it; added to the statement where it lacks it
    column: Any  #: a mapped attribute or an expression
    descending: bool = False


@dataclass(frozen=True)
class At:
    """Where a page starts: after or before a mark of an earlier page, else at the first row."""

    after: str = ""
    before: str = ""
    size: int = PAGE_SIZE


FIRST = At()


@dataclass(frozen=True)
class Page(Generic[T]):
    """The rows to show, and the marks of the neighbouring pages (None where there is none)."""

    rows: Sequence[T]
    after: str | None
    before: str | None


NO_PAGE: Page[AnyRow] = Page([], None, None)


@dataclass(frozen=True)
class Source:
    """Some of the rows of a page that several sources share: a statement, and the keys as it has them."""

    stmt: AnySelect
    keys: Sequence[Key]


def page(stmt: AnySelect, keys: Sequence[Key], at: At) -> Page[AnyRow]:
    """One page of `stmt`, sorted by `keys`.

    A mark that does not fit the sort (edited by hand, or of another sort order) starts at the
    first page: a link must never break.
    """

    def limited(edge: Edge, backwards: bool, size: int) -> AnySelect:
        return _limited(Source(stmt, keys), edge, backwards, size)

    return _page(limited, keys, at)


def merged(sources: Sequence[Source], at: At) -> Page[AnyRow]:
    """One page of the rows of all sources together, sorted by their keys, whose names are the same in all.

    Each source gives as many rows as a page may need, found by its own index, and no more.
    """
    names = [key.name for key in sources[0].keys]

    def limited(edge: Edge, backwards: bool, size: int) -> AnySelect:
        parts = [_limited(source, edge, backwards, size).subquery() for source in sources]
        rows = union_all(*(select(part) for part in parts)).subquery()
        keys = [
            Key(name, rows.c[name], key.descending) for name, key in zip(names, sources[0].keys, strict=True)
        ]
        return select(rows).order_by(*ordering(keys, backwards=backwards)).limit(size)

    return _page(limited, sources[0].keys, at)


def search(
    stmt: AnySelect, key: Key, at: At, *, wanted: ColumnElement[bool], through: AnySelect, most: int
) -> Page[AnyRow]:
    """One page of those rows of `stmt` that are `wanted`, by `key`, a whole number; for where no index helps.

    Looks through at most `most` rows for them: those of `through`, which selects the key of all, perhaps as
    another table of `stmt` has it. The page may then have room for more, or be empty, and its mark leads on
    from where the look ended.
    """
    edge = _decode(at.after or at.before, [key])
    backwards = bool(at.before and not at.after and edge)
    order = ordering([key], backwards=backwards)
    # The planner does not conclude that what bounds a column bounds the one that it is joined to.
    gone_through = replace(key, column=next(iter(through.selected_columns)))
    same = {id(key.column): key, id(gone_through.column): gone_through}.values()
    if edge is not None:
        stmt = stmt.where(*(_beyond([one], edge, backwards) for one in same))
        through = through.where(_beyond([gone_through], edge, backwards))
    last = db.session.scalar(
        through.order_by(*ordering([gone_through], backwards=backwards)).offset(most - 1).limit(1)
    )
    if last is not None:
        is_falling = key.descending != backwards
        stmt = stmt.where(*(one.column >= last if is_falling else one.column <= last for one in same))
    rows = list(db.session.execute(stmt.where(wanted).order_by(*order).limit(at.size + 1)))
    if len(rows) > at.size:
        rows = rows[: at.size]
        last = getattr(rows[-1], key.name)
    onwards = None if last is None else _mark([last])
    # The row at the edge is on the page behind us: of an empty page the way back begins just before it.
    step = -1 if key.descending != backwards else 1
    back = None if edge is None else _mark([getattr(rows[0], key.name) if rows else edge[0] + step])
    if backwards:
        return Page(rows[::-1], after=back, before=onwards)
    return Page(rows, after=onwards, before=back)


def _page(limited: Callable[[Edge, bool, int], AnySelect], keys: Sequence[Key], at: At) -> Page[AnyRow]:
    edge = _decode(at.after or at.before, keys)
    backwards = bool(at.before and not at.after and edge)
    # One row more than is shown tells whether there is a next page.
    rows = list(db.session.execute(limited(edge, backwards, at.size + 1)))
    if edge is not None and not rows:
        # Everything beyond the mark is gone; the first page says more than an empty one.
        return _page(limited, keys, At(size=at.size))
    has_more = len(rows) > at.size
    rows = rows[: at.size]
    if backwards:
        rows.reverse()
    has_next = has_more if not backwards else True
    has_previous = edge is not None if not backwards else has_more
    return Page(
        rows,
        after=_encode(rows[-1], keys) if rows and has_next else None,
        before=_encode(rows[0], keys) if rows and has_previous else None,
    )


def _limited(source: Source, edge: Edge, backwards: bool, size: int) -> AnySelect:
    """The first rows of a source beyond the edge, with its keys under their names."""
    selected = source.stmt.selected_columns
    stmt = source.stmt.add_columns(
        *(key.column.label(key.name) for key in source.keys if key.name not in selected)
    )
    if edge is not None:
        stmt = stmt.where(_beyond(source.keys, edge, backwards))
    return stmt.order_by(None).order_by(*ordering(source.keys, backwards=backwards)).limit(size)


def ordering(keys: Sequence[Key], *, backwards: bool = False) -> list[ColumnElement[Any]]:
    """What sorts by the keys, as the pages do."""
    return [key.column.desc() if key.descending != backwards else key.column.asc() for key in keys]


def _beyond(keys: Sequence[Key], edge: Sequence[Any], backwards: bool) -> ColumnElement[bool]:
    """`(a, b) > (x, y)`, also where the keys' directions differ."""
    alternatives: list[ColumnElement[bool]] = []
    for i, key in enumerate(keys):
        same = [k.column == _typed(v, k.column.type) for k, v in zip(keys[:i], edge[:i], strict=True)]
        value = _typed(edge[i], key.column.type)
        further = key.column < value if key.descending != backwards else key.column > value
        alternatives.append(and_(*same, further))
    # The first key alone, so that an index can start at the edge.
    first, bound = keys[0], _typed(edge[0], keys[0].column.type)
    outer = first.column <= bound if first.descending != backwards else first.column >= bound
    return and_(outer, or_(*alternatives))


def _typed(value: Any, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    return literal(value, DOUBLE_PRECISION() if isinstance(value, float) else type_)


def _encode(row: AnyRow, keys: Sequence[Key]) -> str:
    return _mark([getattr(row, key.name) for key in keys])


def _mark(values: Sequence[Any]) -> str:
    marks = [["t", v.isoformat()] if isinstance(v, datetime) else ["v", v] for v in values]
    return base64.urlsafe_b64encode(json.dumps(marks, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode(mark: str, keys: Sequence[Key]) -> list[Any] | None:
    if not mark:
        return None
    try:
        marks = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        values = [datetime.fromisoformat(v) if kind == "t" else v for kind, v in marks]
    except (ValueError, TypeError, RecursionError):
        return None
    fits = len(values) == len(keys) and all(
        _fits(value, key.column.type) for value, key in zip(values, keys, strict=True)
    )
    return values if fits else None


def _fits(value: Any, type_: TypeEngine[Any]) -> bool:
    expected = type_.python_type
    if expected is int:
        most = 2**63 if isinstance(type_, BigInteger) else 2**31
        return type(value) is int and -most <= value < most
    if expected is str:
        # What PostgreSQL takes for a text; names may hold marks that nobody sees.
        return isinstance(value, str) and "\x00" not in value and not re.search("[\ud800-\udfff]", value)
    if expected is datetime:
        return isinstance(value, datetime) and value.tzinfo is not None
    return isinstance(value, float)
