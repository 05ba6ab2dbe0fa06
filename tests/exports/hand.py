"""A kind of file for tests, and a worker that knows it: `python -m tests.exports.hand`."""

import sys

from sqlalchemy import Text, cast, func, select

from dashboard import create_app
from dashboard.core import csv_stream
from dashboard.exportable import KINDS
from dashboard.exports import packing, tasks
from dashboard.exports.kinds import Arguments, Kind
from dashboard.jobs import worker
from dashboard.web.access import Permission


def numbers(asked: Arguments):
    """The numbers from 1 on, each after a rest, with 32 times `width` characters that pack badly."""
    number = func.generate_series(1, asked["rows"]).column_valued("number")
    text = cast(func.pg_sleep(asked["rest_seconds"] + number * 0), Text)
    for n in range(asked["width"]):
        text += func.md5(cast(number, Text) + str(n))
    return select(number.label("Number"), text.label("Text"))


NUMBERS = Kind(
    "tests.numbers",
    Permission.READ,
    title=lambda asked: f"{asked['rows']} numbers",
    file_name=lambda _: "numbers.csv",
    count=lambda asked: asked["rows"],
    rows=numbers,
)


def some(rows: int, rest_seconds: float = 0, width: int = 1) -> Arguments:
    return {"rows": rows, "rest_seconds": rest_seconds, "width": width}


KINDS[NUMBERS.name] = NUMBERS

if __name__ == "__main__":
    # So that what is written is on its way to the database, and told, long before the end.
    csv_stream.BATCH_BYTES = packing.PART_BYTES = 100
    tasks.TELL_SECONDS = 0
    with create_app().app_context():
        worker.work(concurrency=int(sys.argv[1]))
