"""How fast a file of contacts is imported, and row by row beside it: `make bench BENCH=contact_import`.

Ours is everything from the moment when the file is here: the check (read, staged, compared) and the
import (contacts, consent, counts, search index), by the functions that the worker calls. Row by row is what
one would write first: read a row, parse its number, insert the contact and the words of its consent, commit.
Both write into the same tables of the same database, in turns; row by row some thousand rows of the file.

By default a PostgreSQL of its own is started; `--url` takes a database that is migrated, and leaves an owner
with the contacts behind.
"""

import argparse
import csv
import os
import platform
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import BinaryIO
from uuid import uuid4

import flask_migrate
import psycopg
from sqlalchemy import text

from bench.pages import DATABASE, SETTINGS
from dashboard import create_app
from dashboard.contact_imports import commands, queries
from dashboard.contact_imports.applying.run import run
from dashboard.contact_imports.outcomes import Options
from dashboard.contact_imports.staging.checks import check
from dashboard.core import phones
from dashboard.core.db import db
from dashboard.local.postgres import running
from dashboard.owners.models import Owner
from dashboard.staff.models import Staff

AIM = 25_000  #: rows a second
CONSENT = "Ticked the box at the till"
FIRST = "Maria Eleni Giorgos Dimitris Katerina Nikos Sofia Anna Petros Ioanna".split()
LAST = "Papadopoulou Ioannou Georgiou Nikolaidis Pappas Smith Rossi Müller".split()
ADD = """
    INSERT INTO contact (owner_id, phone, first_name, last_name, email, birthday)
    VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id
"""
TELL = """
    INSERT INTO subscription_event (owner_id, contact_id, is_subscribed, source, reason, staff_id)
    VALUES (%s, %s, true, 'import', %s, %s)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bench.contact_import", description="Measure an import of contacts."
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the file (default: 1,000,000)")
    parser.add_argument("--row-wise", type=int, default=5_000, help="row by row (default: 5,000)")
    parser.add_argument("--url", help="measure in this database")
    options = parser.parse_args()
    # By default this signal ends Python on the spot, and nobody would stop the database.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    os.environ |= {"SECRET_KEY": "-", "SUPPRESSION_KEY": "-"}
    with _database(options.url) as url, tempfile.TemporaryFile() as file:
        os.environ["DATABASE_URL"] = url
        with create_app().app_context():
            _write(file, options.rows)
            before = _row_wise(file, url, options.row_wise)
            checked, imported = _ours(file)
            after = _row_wise(file, url, options.row_wise)
            _print(options.rows, checked, imported, options.row_wise / ((before + after) / 2))
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _database(url: str | None) -> Iterator[str]:
    """The address of a migrated database."""
    if url:
        yield url
        return
    place = os.environ.get("TMPDIR", "/var/tmp")  # noqa: S108  the folder in it is made for us alone
    with tempfile.TemporaryDirectory(prefix="signalbox-bench-", dir=place) as parent:
        Path(parent).chmod(0o755)  # root's server is another user's
        with running(Path(parent) / "pg", SETTINGS) as server:
            server.ensure_database(DATABASE)
            os.environ["DATABASE_URL"] = server.url(DATABASE)
            with create_app().app_context():
                flask_migrate.upgrade()
                db.engine.dispose()
            yield server.url(DATABASE)


def _write(file: BinaryIO, rows: int) -> None:
    """A file as a shop has it: numbers without a country, all of them new, in no order."""
    random = Random(1)  # noqa: S311  the same file each time
    file.write("Κινητό;Όνομα;Επώνυμο;Email;Ημ. γέννησης\r\n".encode())
    for n in range(rows):
        number = 10_000_000 + n * 7_654_321 % 90_000_000  # they have no factor in common, so none comes twice
        day = f"{random.randint(1, 28):02}/{random.randint(1, 12):02}/{random.randint(1950, 2005)}"
        person = f"{random.choice(FIRST)};{random.choice(LAST)}"
        file.write(f"69{number};{person};person{n}@example.com;{day}\r\n".encode())


def _ours(file: BinaryIO) -> tuple[float, float]:
    """The seconds that the check and the import took."""
    owner_id, staff_id = _owner()
    file.seek(0)
    pieces = iter(lambda: file.read(commands.PART_BYTES), b"")
    import_id = commands.keep_file(owner_id, "bench.csv", pieces, list_id=None, actor_id=staff_id)
    started = time.perf_counter()
    check(owner_id, import_id, 1, lambda _: None)
    checked = time.perf_counter()
    commands.start(
        owner_id,
        import_id,
        Options(),
        consent=CONSENT,
        check_no=1,
        idempotency_key=uuid4(),
        actor_id=staff_id,
    )
    run(owner_id, import_id, lambda _done, _total: None)
    imported = time.perf_counter()
    assert queries.get(owner_id, import_id).state == "finished"
    return checked - started, imported - checked


def _row_wise(file: BinaryIO, url: str, rows: int) -> float:
    """The seconds that so many rows took, one by one."""
    owner_id, staff_id = _owner()
    file.seek(0)
    lines = (file.readline().decode() for _ in range(rows + 1))
    table = csv.reader(lines, delimiter=";")
    next(table)
    started = time.perf_counter()
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        for written, first_name, last_name, email, birthday in table:
            phone = phones.normalise(written, "GR")
            assert phone is not None
            assert phones.is_assigned(phone)
            day = "-".join(reversed(birthday.split("/")))
            made = connection.execute(ADD, (owner_id, phone, first_name, last_name, email, day)).fetchone()
            assert made
            connection.execute(TELL, (owner_id, made[0], CONSENT, staff_id))
            connection.commit()
    return time.perf_counter() - started


def _owner() -> tuple[int, int]:
    """A new owner, and somebody who imports."""
    owner = Owner(name=f"Bench {uuid4()}", country="GR", timezone="Europe/Athens")
    # Nobody signs in with it. (To hash a password takes 64 MiB, which would count as ours.)
    person = Staff(email=f"{uuid4()}@example.com", name="Bench", role="support", password_hash="-")  # noqa: S106
    db.session.add_all([owner, person])
    db.session.commit()
    return owner.id, person.id


def _print(rows: int, checked: float, imported: float, row_wise: float) -> None:
    ours = rows / (checked + imported)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    contacts = db.session.scalar(text("SELECT count(*) FROM contact"))
    print(
        f"A file of {rows:,} new contacts; {contacts:,} in the end. {os.cpu_count()} cores"
        f" ({platform.machine()}), Python {platform.python_version()}, {time.strftime('%Y-%m-%d')};"
        f" a load of {os.getloadavg()[0]:.1f}.\n"
    )
    print("| | seconds | rows a second |")
    print("|---|---|---|")
    print(f"| check | {checked:.1f} | {rows / checked:,.0f} |")
    print(f"| import | {imported:.1f} | {rows / imported:,.0f} |")
    print(f"| both | {checked + imported:.1f} | {ours:,.0f} |")
    print(f"| row by row | {rows / row_wise:.1f} | {row_wise:,.0f} |\n")
    is_fast = "yes" if ours >= AIM else "no"
    print(f"{ours / row_wise:.1f} times as fast; {AIM:,} rows a second: {is_fast}.")
    print(f"Most memory of the process: {memory:,.0f} MiB.")


if __name__ == "__main__":
    main()
