"""Cells that no spreadsheet runs, numbers that stay numbers, and times that name their offset."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import literal, select

from dashboard.core.csv_stream import csv_lines, dialable, in_batches, inert, iso_8601
from dashboard.core.db import db


@pytest.mark.parametrize(
    "written", ["=1+1", "+1", "-5", "@SUM(A1)", "\tx", "\r=x", "\n=x", "＝1", "＋1", "－1", "＠x"]
)
def test_a_text_that_could_be_a_formula_is_none(session, written):
    assert db.session.scalar(select(inert(literal(written)))) == f"'{written}"


@pytest.mark.parametrize("written", ["", "a=b", "'tis", " =1", "Ω", "5-3"])
def test_other_texts_stay_as_they_are(session, written):
    assert db.session.scalar(select(inert(literal(written)))) == written


@pytest.mark.parametrize(
    ("phone", "cell"),
    [
        ("+306984303406", "+306984303406"),
        ("+30698\n=1+1", "'+30698\n=1+1"),
        ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
        ("+", "'+"),
        ("=1", "'=1"),
    ],
)
def test_a_number_can_be_dialled_and_nothing_else_passes_for_one(session, phone, cell):
    assert db.session.scalar(select(dialable(literal(phone)))) == cell


@pytest.mark.parametrize(
    "zone", ["Europe/Athens", "America/St_Johns", "Asia/Kathmandu", "UTC", "America/Lima"]
)
@pytest.mark.parametrize("month", [1, 7])
def test_a_time_is_that_of_the_zone_with_its_offset(session, zone, month):
    at = datetime(2026, month, 31, 23, 30, 15, 999_999, UTC)
    both = select(iso_8601(literal(at), literal(zone)), iso_8601(literal(at)))
    [_, line] = csv_lines(both.execution_options(settings={"timezone": zone}), db.session.connection())
    wanted = at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    assert line == f"{wanted},{wanted}\r\n".encode()


def test_lines_end_as_the_standard_says_also_where_a_cell_holds_line_breaks(session):
    rows = select(literal('a\n"b"\r\n').label("One, 95 %"), literal("%s %(x)s").label("Two"))
    lines = list(csv_lines(rows, db.session.connection()))
    assert lines == [b'"One, 95 %",Two\r\n', b'"a\n""b""\r\n",%s %(x)s\r\n']
    assert b"".join(in_batches(csv_lines(rows, db.session.connection()))) == b"\xef\xbb\xbf" + b"".join(lines)
