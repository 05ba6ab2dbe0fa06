"""How fast a search is among 2,000,000 contacts, and plain ILIKE beside it: `make bench`.

Ours is the server's time of a whole answer, as the box asks for it while one types, or as the page of
contacts does: the session, every kind of record, bounded counts, and the HTML. The reviewed platform's way
are two statements, `ILIKE '%…%'` over four columns: the first ten contacts, and how many there are, without
the other kinds. Both are asked in turns, on the same data, by one client.

The large demo is loaded into a PostgreSQL of its own; `--keep DIR` keeps it there for another run, and takes
one that `bench.pages` kept. `--url` measures a database that is there, and writes nothing.
"""

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

import flask_migrate
import psycopg
from flask import Flask
from sqlalchemy import text

from bench.pages import DATABASE, SETTINGS, percentile
from dashboard import create_app
from dashboard.core.db import db
from dashboard.demo.commands import load
from dashboard.demo.scales import SCALES
from dashboard.local.postgres import running

AIM = 50  #: milliseconds of server time, at p95
AS_ONE_TYPES = {"HX-Request": "true"}
THEIR_TURNS = 3  #: each takes seconds
#: What people look for, as it is in the data. A name that few have is one that the demo gives few.
SAMPLES = """
    WITH largest AS (SELECT owner_id FROM contact_stat ORDER BY contacts DESC LIMIT 1),
    someone AS (
        SELECT contact.* FROM contact JOIN largest USING (owner_id) WHERE email IS NOT NULL
        ORDER BY id OFFSET 5000 LIMIT 1
    ), names AS (
        SELECT first_name, count(*) AS contacts FROM contact WHERE first_name IS NOT NULL GROUP BY first_name
    )
    SELECT owner_id, someone.phone, someone.email,
        (SELECT first_name FROM names ORDER BY contacts DESC LIMIT 1) AS common_name,
        (SELECT first_name FROM names WHERE char_length(first_name) > 3 ORDER BY contacts LIMIT 1)
            AS rare_name,
        (SELECT provider_message_id FROM campaign_message JOIN largest USING (owner_id)
            WHERE provider_message_id IS NOT NULL LIMIT 1) AS identifier
    FROM someone
"""
_ILIKE = """
    FROM contact WHERE (phone ILIKE %(typed)s OR first_name ILIKE %(typed)s OR last_name ILIKE %(typed)s
        OR email ILIKE %(typed)s) AND (%(owner_id)s::bigint IS NULL OR owner_id = %(owner_id)s)
"""
FIRST_TEN = f"SELECT id, phone, first_name, last_name, email {_ILIKE} ORDER BY phone LIMIT 10"
THEIR_NUMBER = f"SELECT count(*) {_ILIKE}"


@dataclass
class Case:
    """A search, and how many milliseconds it took, turn by turn."""

    name: str
    typed: str
    owner_id: int | None = None
    is_of_contacts: bool = True
    ours: list[float] = field(default_factory=list)
    first_ten: list[float] = field(default_factory=list)
    their_number: list[float] = field(default_factory=list)

    @property
    def address(self) -> str:
        if self.owner_id:
            return f"/contacts?owner={self.owner_id}&q={quote(self.typed)}"
        return f"/search?q={quote(self.typed)}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.search", description="Measure searches against plain ILIKE.")
    parser.add_argument("--scale", choices=SCALES, default="large", help="of the demo (default: large)")
    parser.add_argument("--turns", type=int, default=99, help="of each search (default: 99)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--keep", type=Path, metavar="DIR", help="keep the database in this folder")
    where.add_argument("--url", help="measure this database, and write nothing")
    options = parser.parse_args()
    # By default this signal ends Python on the spot, and nobody would stop the database.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    os.environ |= {"SECRET_KEY": "-", "SUPPRESSION_KEY": "-"}
    with _database(options.url, options.keep, options.scale) as url:
        os.environ["DATABASE_URL"] = url
        app = create_app()
        with app.app_context():
            cases = _cases()
            _measure(app, cases, options.turns)
            _print(cases, db.session.scalar(text("SELECT count(*) FROM contact")) or 0)
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _database(url: str | None, kept: Path | None, scale: str) -> Iterator[str]:
    """The address of a database with the demo in it."""
    if url:
        yield url
        return
    place = os.environ.get("TMPDIR", "/var/tmp")  # noqa: S108  the folder in it is made for us alone
    with tempfile.TemporaryDirectory(prefix="signalbox-bench-", dir=place) as parent:
        Path(parent).chmod(0o755)  # root's server is another user's
        with running(kept or Path(parent) / "pg", SETTINGS) as server:
            server.ensure_database(DATABASE)
            os.environ["DATABASE_URL"] = server.url(DATABASE)
            with create_app().app_context():
                flask_migrate.upgrade()
                if not db.session.scalar(text("SELECT EXISTS (SELECT FROM owner)")):
                    load(scale, progress=sys.stderr.isatty())
                db.session.remove()
                db.engine.dispose()
            yield server.url(DATABASE)


def _cases() -> list[Case]:
    sample = db.session.execute(text(SAMPLES)).one()
    local_part, domain = sample.email.split("@")
    return [
        Case("whole number", sample.phone),
        Case("six digits of a number", sample.phone[-7:-1]),
        Case("three digits", sample.phone[3:6]),
        Case("no match", "zzzzqqqq"),
        Case("no match, of digits", "998877661"),
        Case("no match, a digit again and again", "000000000"),
        Case("no match, largest owner", "zzzzqqqq", sample.owner_id),
        Case("a name that many have", sample.common_name),
        Case("the same, largest owner", sample.common_name, sample.owner_id),
        Case("a name that few have", sample.rare_name),
        Case("two letters", sample.common_name[:2]),
        Case("part of an email", local_part),
        Case("domain of an email", domain),
        Case("the same, largest owner", domain, sample.owner_id),
        Case("wildcards", "%_%"),
        Case("a provider's identifier", sample.identifier, is_of_contacts=False),
    ]


def _measure(app: Flask, cases: list[Case], turns: int) -> None:
    ask = _asker(app)
    for case in cases:
        ask(case.address)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for turn in range(turns):
            for case in cases:
                case.ours.append(_timed(partial(ask, case.address)))
                if turn % max(1, turns // THEIR_TURNS) == 0 and case.is_of_contacts:
                    typed = {"typed": f"%{case.typed}%", "owner_id": case.owner_id}
                    case.first_ten.append(_timed(partial(connection.execute, FIRST_TEN, typed)))
                    case.their_number.append(_timed(partial(connection.execute, THEIR_NUMBER, typed)))


def _asker(app: Flask) -> Callable[[str], object]:
    """Asks the application for an address as an admin's browser does."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = db.session.scalar(
            text("SELECT id || '.' || session_no FROM staff WHERE role = 'admin' AND disabled_at IS NULL")
        )

    def ask(address: str) -> None:
        answer = client.get(address, headers=AS_ONE_TYPES)
        assert answer.status_code == 200, f"{address} answers {answer.status_code}"

    return ask


def _timed(way: Callable[[], object]) -> float:
    start = time.perf_counter()
    way()
    return (time.perf_counter() - start) * 1000


def _print(cases: list[Case], contacts: int) -> None:
    print(
        f"{contacts:,} contacts. Milliseconds of server time: {len(cases[0].ours)} turns of ours,"
        f" {len(cases[0].first_ten)} of ILIKE, p50. {os.cpu_count()} cores ({platform.machine()}), Python"
        f" {platform.python_version()}, {time.strftime('%Y-%m-%d')}; a load of {os.getloadavg()[0]:.1f}.\n"
    )
    print(f"| what is typed | ours, least | p50 | p95 | within {AIM} | ILIKE: first ten | their number |")
    print("|---|---|---|---|---|---|---|")
    for case in cases:
        p50, p95 = (percentile(case.ours, percent) for percent in (50, 95))
        theirs = [f"{percentile(t, 50):,.0f}" if t else "–" for t in (case.first_ten, case.their_number)]
        is_within = "yes" if p95 <= AIM else "no"
        ours = f"{min(case.ours):.1f} | {p50:.1f} | {p95:.1f} | {is_within}"
        print(f"| {case.name} | {ours} | {' | '.join(theirs)} |")


if __name__ == "__main__":
    main()
