"""How fast every page is over 20,000,000 messages, and the platform's way beside it: `make bench`.

The large demo is loaded into a PostgreSQL of its own that keeps what it says it keeps (fsync is on), and
served as `make run` serves it, over loopback. In turns with the statements by which the reviewed platform
answers the same questions, each page is asked for

- by one client, without a pause
- by eight, each of which rests for a moment after each page, as people do
- by eight without a pause: then all cores are busy all the time, and what is measured is mostly waiting

Then, for each page anew, the database is stopped, its files are dropped from the system's cache, and the page
is the first that is asked of it.

`--keep DIR` keeps the database there for another run, `--url` measures one that is there (and writes nothing;
its cache is left alone).
"""

import argparse
import math
import os
import platform
import signal
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg

from bench import platform_way as theirs
from bench.addresses import Address, addresses, largest
from bench.serving import Answer, Crowd, Site, served, session_cookie
from dashboard import create_app
from dashboard.campaigns.exports.kinds import FIGURES, figures_of
from dashboard.campaigns.queries import Wanted
from dashboard.core.db import db
from dashboard.demo.commands import load
from dashboard.demo.scales import SCALES
from dashboard.exports.commands import request_export
from dashboard.local.postgres import Server, running
from dashboard.platform_import.models import ImportRun
from dashboard.reports.commands import subscribe
from dashboard.views.commands import save_view
from dashboard.wallets.proofs.commands import request_verification

DATABASE = "bench"
SETTINGS = {"shared_buffers": "2GB", "max_wal_size": "8GB"}
#: Who asks for each page in a round.
CROWDS = {
    "1 client": Crowd(clients=1, requests=20),
    "8 clients": Crowd(clients=8, requests=5, rest_seconds=0.2),
    "8 without a pause": Crowd(clients=8, requests=5),
}
WARM_UP = 6  #: requests of each page that count for nothing: both processes get some
P50, P95 = 10, 25  #: milliseconds of server time: the aim
#: The statements of one of the platform's pages, and the page of ours that shows the same.
COMPARED = {
    (theirs.STATES, theirs.FIRST_SENT, theirs.UNSUBSCRIBES): "/owners/…/campaigns/…",
    (theirs.CAMPAIGNS,): "/campaigns?owner=…",
    (theirs.MONTH,): "/",
    (theirs.FAILED,): "/owners/…/campaigns/…/messages?status=failed",
}
SIZES = """
    SELECT relname, reltuples, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    ORDER BY pg_total_relation_size(oid) DESC LIMIT 6
"""


@dataclass
class Figures:
    """What was measured of a page, in milliseconds; by the crowd that asked."""

    rows: int
    server: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    client: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    cold: float | None = None

    def add(self, crowd: str, answers: list[Answer]) -> None:
        assert all(answer.status == 200 for answer in answers)
        self.server[crowd] += [answer.server for answer in answers]
        self.client[crowd] += [answer.client for answer in answers]

    def is_within(self, crowd: str) -> bool:
        times = self.server[crowd]
        return percentile(times, 50) <= P50 and percentile(times, 95) <= P95


def percentile(times: list[float], percent: int) -> float:
    """The smallest of the times that so many percent do not exceed."""
    return sorted(times)[max(0, math.ceil(len(times) * percent / 100) - 1)]


Pages = dict[Address, Figures]
Ways = dict[str, list[float]]  #: milliseconds of the platform's, a round each


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.pages", description="Measure every page on the large demo.")
    parser.add_argument("--scale", choices=SCALES, default="large", help="of the demo (default: large)")
    parser.add_argument("--rounds", type=int, default=5, help="of all pages (default: 5)")
    parser.add_argument("--only", default="", help="pages whose address holds this")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--keep", type=Path, metavar="DIR", help="keep the database in this folder")
    where.add_argument("--url", help="measure this database, and write nothing")
    options = parser.parse_args()
    # By default this signal ends Python on the spot, and nobody would stop the database.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    os.environ |= {"SECRET_KEY": "-", "SUPPRESSION_KEY": "-"}
    if options.url:
        os.environ["DATABASE_URL"] = options.url
        _print_database()
        _print(*_measure(options.rounds, options.only))
        return
    with _folder(options.keep) as folder:
        with running(folder, SETTINGS) as server:
            _load(server, options.scale)
            _print_database()
            pages, ways = _measure(options.rounds, options.only)
        _measure_cold(server.folder, pages)
        _print(pages, ways)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """Where the database lies: `kept`, or a folder that is gone at the end."""
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    # Not in /tmp, which may be memory: the large demo takes 13 GB, and as much again to load it.
    place = os.environ.get("TMPDIR", "/var/tmp")  # noqa: S108  the folder in it is made for us alone
    with tempfile.TemporaryDirectory(prefix="signalbox-bench-", dir=place) as parent:
        Path(parent).chmod(0o755)  # root's server is another user's
        yield Path(parent) / "pg"


def _load(server: Server, scale: str) -> None:
    """Load the demo unless it is loaded, and note with the database how long that took."""
    server.ensure_database(DATABASE)
    os.environ["DATABASE_URL"] = server.url(DATABASE)
    with create_app().app_context():
        flask_migrate.upgrade()
        if _asked("SELECT EXISTS (SELECT FROM owner)"):
            return
        start = time.perf_counter()
        load(scale, progress=sys.stderr.isatty())
        took = f"{time.perf_counter() - start:,.0f} s"
        server.sql(
            f"COMMENT ON DATABASE \"{DATABASE}\" IS :'note'", note=f"The {scale} demo, loaded in {took}"
        )
        _furnish()
        db.session.remove()
        db.engine.dispose()


def _furnish() -> None:
    """One of each kind that the demo has none of."""
    admin = _asked("SELECT min(id) FROM staff WHERE role = 'admin'")
    db.session.add(ImportRun(source="demo.example/platform", country="GR"))
    token = save_view("Failing most", "/campaigns?sort=failing", is_shared=True, actor_id=admin)
    subscribe(token, reader_id=admin)
    request_export(FIGURES, figures_of(Wanted(), "newest"), actor_id=admin)
    request_verification(asked_by=None)


def _measure(rounds: int, only: str) -> tuple[Pages, Ways]:
    """Pages and the platform's ways in turns, so that whatever else the machine does meets both."""
    app = create_app()
    arguments = largest(app)
    found, missing = addresses(app, arguments)
    if missing:
        print(f"Not measured, for these data have none: {', '.join(f'`{name}`' for name in missing)}.\n")
    ways: Ways = defaultdict(list)
    with served(session_cookie(app), workers=2) as site, _connected() as connection:
        pages = _pages(site, [one for one in found if only in one.path])
        for number in range(rounds):
            for name, milliseconds in theirs.measure(connection, arguments).items():
                ways[name].append(milliseconds)
            for done, (address, figures) in enumerate(pages.items()):
                _tell(f"Round {number + 1} of {rounds}, page {done + 1} of {len(pages)}")
                for name, crowd in CROWDS.items():
                    figures.add(name, site.ask_by(crowd, address.path))
    _tell("")
    return pages, ways


def _pages(site: Site, found: Iterable[Address]) -> Pages:
    """Those that answer as pages, each asked for some times; what refuses to answer is told."""
    pages = {}
    for address in found:
        answer = site.ask([address.path] * WARM_UP)[-1]
        if answer.status == 200 and answer.is_page:
            pages[address] = Figures(answer.rows)
        elif answer.status >= 400:
            print(f"`{address.path}` answers {answer.status}.\n")
    return pages


def _measure_cold(folder: Path, pages: Pages) -> None:
    """Each page as the first that is asked of a database that has just started, and has read nothing."""
    with running(folder, SETTINGS):
        cookie = session_cookie(create_app())
    os.environ |= {"POOL_SIZE": "1", "POOL_OVERFLOW": "0"}  # the one that "/sign-in" opens
    with served(cookie, workers=1) as site:
        with running(folder, SETTINGS):
            _pages(site, pages)  # Python itself is warm
        for done, (address, figures) in enumerate(pages.items()):
            _tell(f"Cold page {done + 1} of {len(pages)}")
            _forget(folder / "data")
            with running(folder, SETTINGS):
                # To whoever is signed in, "/sign-in" reads who that is and nothing else.
                figures.cold = site.ask(["/sign-in", address.path])[-1].server
    _tell("")


def _forget(data: Path) -> None:
    """Drop the files from the system's cache; what the disk itself keeps is out of reach."""
    for path in data.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _print_database() -> None:
    with _connected() as connection:
        [(version, buffers, fsync, note, size)] = connection.execute(
            "SELECT current_setting('server_version'), current_setting('shared_buffers'),"
            " current_setting('fsync'), shobj_description(oid, 'pg_database'), pg_database_size(oid)"
            " FROM pg_database WHERE datname = current_database()"
        )
        tables = connection.execute(SIZES).fetchall()
    print(
        f"{os.cpu_count()} cores ({platform.machine()}), PostgreSQL {version} (shared_buffers {buffers},"
        f" fsync {fsync}), Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}."
        f" {note or 'The database'}: {_gigabytes(size)} GB."
        f" What else ran here: a load of {os.getloadavg()[0]:.1f} before the start.\n"
    )
    print("| table | rows | GB | of indexes, GB |")
    print("|---|---|---|---|")
    for name, rows, own, indexes in tables:
        print(f"| {name} | {rows:,.0f} | {_gigabytes(own)} | {_gigabytes(indexes)} |")
    print(flush=True)


def _print(pages: Pages, ways: Ways) -> None:
    heads = [f"{name}: p50 | p95" for name in CROWDS]
    print(
        "Milliseconds of server time, from the request to the last byte; in brackets what a client sees."
        f" Cold: the first page of a database that has read nothing.\n\n"
        f"| page | rows | {' | '.join(heads)} | cold | within {P50} and {P95} |\n"
        f"|---|---|{'---|---|' * len(CROWDS)}---|---|"
    )
    for address, figures in pages.items():
        columns = [f"`{address.name}`", f"{figures.rows}"]
        for name in CROWDS:
            server, client = figures.server[name], figures.client[name]
            columns.append(f"{percentile(server, 50):.1f} ({percentile(client, 50):.1f})")
            columns.append(f"{percentile(server, 95):.1f}")
        columns.append("–" if figures.cold is None else f"{figures.cold:.0f}")
        columns.append(", ".join(name for name in CROWDS if figures.is_within(name)) or "no")
        print(f"| {' | '.join(columns)} |")
    for name in CROWDS:
        within = sum(figures.is_within(name) for figures in pages.values())
        print(f"\n{name}: {within} of {len(pages)} pages are within {P50} ms p50 and {P95} ms p95.")
    _print_ratios(pages, ways)


def _print_ratios(pages: Pages, ways: Ways) -> None:
    print("\n| the platform's way | its statements, ms | our page | p50, ms | times faster |")
    print("|---|---|---|---|---|")
    by_name = {address.name: figures for address, figures in pages.items()}
    for names, page in COMPARED.items():
        statements = sum(statistics.median(ways[name]) for name in names)
        if page in by_name:
            ours = percentile(by_name[page].server["1 client"], 50)
            columns = [", ".join(names), f"{statements:,.0f}", f"`{page}`", f"{ours:.1f}"]
            print(f"| {' | '.join(columns)} | {statements / ours:,.0f} |")


def _connected() -> psycopg.Connection:
    # What is prepared may get a plan made for any campaign, which is bad for the largest.
    url = os.environ["DATABASE_URL"].replace("+psycopg", "")
    return psycopg.connect(url, autocommit=True, prepare_threshold=None)


def _asked(question: str) -> Any:
    with _connected() as connection:
        [(answer,)] = connection.execute(question)
    return answer


def _gigabytes(size: int) -> str:
    return f"{size / 2**30:.1f}"


def _tell(progress: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{progress:40}\r", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
