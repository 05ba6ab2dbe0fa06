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
    st.lists(st.tuples(st.sampled_from([0.0, 0.1, 1 / 3]), st.sampled_from("xyz")), min_size=1, max_size=30),
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


@pytest.mark.parametrize("mark", ["x", "W10", "bnVsbA", "WzFd", "é", "W1sidiIsMV1d", "=" * 40, "eyJhIjoxfQ"])
def test_a_mark_that_does_not_fit_starts_at_the_first_page(session, mark):
    stmt, keys = rows([(0.5, "x", 1), (0.5, "x", 2)])
    for at in (keyset.At(after=mark), keyset.At(before=mark)):
        assert [row.id for row in keyset.page(stmt, keys, at).rows] == [2, 1]
