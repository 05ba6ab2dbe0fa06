"""Pages hold every row once, forwards and backwards, whatever the sort and whatever the mark."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import column, select, values
from sqlalchemy.types import Double, Integer, String

from dashboard.core import keyset


def rows(data):
    table = values(column("a", Double), column("b", String), column("id", Integer), name="t").data(data)
    keys = [
        keyset.Key("a", table.c.a, descending=True),
        keyset.Key("b", table.c.b),
        keyset.Key("id", table.c.id, descending=True),
    ]
    return select(table), keys


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.1, 1 / 3]), st.sampled_from(["x", "y\u200d\n", "z"])),
        min_size=1,
        max_size=30,
    ),
    st.integers(1, 7),
)
def test_every_row_once_in_both_directions(session, pairs, size):
    data = [(a, b, n) for n, (a, b) in enumerate(pairs)]
    expected = sorted(data, key=lambda row: (-row[0], row[1], -row[2]))
    stmt, keys = rows(data)

    page, seen = keyset.page(stmt, keys, keyset.At(size=size)), []
    assert page.before is None
    while True:
        seen += [tuple(row) for row in page.rows]
        if page.after is None:
            break
        page = keyset.page(stmt, keys, keyset.At(after=page.after, size=size))
    assert seen == expected

    backwards = [tuple(row) for row in page.rows]
    while page.before is not None:
        page = keyset.page(stmt, keys, keyset.At(before=page.before, size=size))
        backwards = [tuple(row) for row in page.rows] + backwards
    assert backwards == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(1, 4), st.integers(1, 9))
def test_a_search_finds_every_wanted_row_once_in_both_directions(session, fits, size, most):
    """However few fit, no page looks through more rows than it may."""
    fields = (column("id", Integer), column("fits", Integer))
    table = values(*fields, name="t").data([(n, int(fit)) for n, fit in enumerate(fits)])
    key = keyset.Key("id", table.c.id, descending=True)

    def search(at):
        page = keyset.search(
            select(table), key, at, wanted=table.c.fits == 1, through=select(table.c.id), most=most
        )
        assert len(page.rows) <= min(size, most)
        return page

    expected = [n for n, fit in enumerate(fits) if fit][::-1]
    page, seen, pages = search(keyset.At(size=size)), [], 1
    while True:
        seen += [row.id for row in page.rows]
        if page.after is None:
            break
        page, pages = search(keyset.At(after=page.after, size=size)), pages + 1
    assert seen == expected
    assert pages <= len(fits) // most + len(expected) // size + 1

    backwards = [row.id for row in page.rows]
    while page.before is not None:
        page = search(keyset.At(before=page.before, size=size))
        backwards = [row.id for row in page.rows] + backwards
    assert backwards == expected


@pytest.mark.parametrize("mark", ["x", "W10", "bnVsbA", "WzFd", "é", "W1sidiIsMV1d", "=" * 40, "eyJhIjoxfQ"])
def test_a_mark_that_does_not_fit_starts_at_the_first_page(session, mark):
    stmt, keys = rows([(0.5, "x", 1), (0.5, "x", 2)])
    for at in (keyset.At(after=mark), keyset.At(before=mark)):
        assert [row.id for row in keyset.page(stmt, keys, at).rows] == [2, 1]
