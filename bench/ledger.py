"""How many entries a second our command writes, against the same change as bare SQL: `make bench`.

Both sides write to the same tables with the same triggers, in a PostgreSQL of their own that keeps what
it says it keeps (fsync and synchronous_commit are on), from the same number of processes and threads, one
commit an entry, in turns of a few seconds. Nothing is kept, and no other database is touched.

- command   `write_entry` of the application, each client with a session of its own
- bare SQL  one data-modifying CTE through psycopg with its default settings: move the balance, write the
            entry and its audit row. It looks at no key and refuses nothing in words
- read, then write
            what the reviewed platform does, on two tables of its own without our triggers: for the record,
            with how many of the acknowledged changes the balance forgot

A wallet is hot where all clients write to it; spread are 200 of them.
"""

import argparse
import multiprocessing
import os
import platform
import random
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import uuid4

import flask_migrate
import psycopg
from flask import Flask

from dashboard import create_app
from dashboard.core.db import db
from dashboard.local.postgres import running
from dashboard.wallets.commands import Movement, write_entry
from dashboard.wallets.models import ReasonCode

WALLETS = 200
PROCESSES = 2  #: as `make run` has them, each with the threads that the clients need
OURS, BARE, PLATFORM = "command", "bare SQL", "read, then write"
CASES = [(clients, wallets) for clients in (1, 8) for wallets in (1, WALLETS)]

#: One statement for what our function does to the data, without what it asks before.
CTE = """
WITH moved AS (
    UPDATE wallet SET balance_credits = balance_credits + %(amount)s, last_entry_no = last_entry_no + 1,
        updated_at = clock_timestamp()
    WHERE owner_id = %(owner)s
    RETURNING owner_id, id, last_entry_no, balance_credits
), entry AS (
    INSERT INTO credit_transaction (owner_id, wallet_id, entry_no, type, amount_credits,
        balance_after_credits, reason_code, idempotency_key)
    SELECT owner_id, id, last_entry_no, 'credit', %(amount)s, balance_credits, 'goodwill', %(key)s FROM moved
    RETURNING owner_id, id, amount_credits, balance_after_credits
)
INSERT INTO audit_event (action, subject, owner_id, before, after)
SELECT 'wallet.adjust', 'credit_transaction:' || id, owner_id,
    jsonb_build_object('balance_credits', balance_after_credits - amount_credits),
    jsonb_build_object('balance_credits', balance_after_credits)
FROM entry
"""
PLATFORM_TABLES = """
CREATE TABLE platform_wallet (id bigint PRIMARY KEY, balance bigint NOT NULL);
CREATE TABLE platform_transaction (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    wallet_id bigint NOT NULL REFERENCES platform_wallet, amount bigint NOT NULL);
INSERT INTO platform_wallet SELECT owner_id, 0 FROM wallet;
"""

Write = Callable[[int], object]  #: writes one entry of one credit to the owner's wallet
Case = tuple[int, int]  #: clients and wallets
Figures = dict[Case, dict[str, list[float]]]  #: entries a second, by side, a turn each
Losses = dict[Case, tuple[int, int]]  #: how many entries the platform's balances forgot, of how many


@dataclass(frozen=True)
class Turn:
    """What a process is told to do."""

    side: str
    threads: int
    owners: list[int]
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.ledger", description="Measure the ledger against bare SQL.")
    parser.add_argument("--seconds", type=float, default=1.0, help="of one turn (default: 1)")
    parser.add_argument("--rounds", type=int, default=9, help="turns of each side (default: 9)")
    options = parser.parse_args()
    # By default this signal ends Python on the spot, and nobody would stop the database.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)  # root's server is another user's
        with running(Path(parent) / "pg") as server:
            server.ensure_database("bench")
            os.environ |= {"DATABASE_URL": server.url("bench"), "SECRET_KEY": "-", "SUPPRESSION_KEY": "-"}
            owners = _prepare()
            with _processes() as told:
                figures, losses = _measure(told, owners, options.rounds, options.seconds)
            assert _lost_by(OURS)[0] == 0, "A balance is not what its ledger adds up to."
            _print(figures, losses, server.sql("SHOW server_version"), options.rounds, options.seconds)


def _prepare() -> list[int]:
    """Migrate, and make the wallets; their owners' numbers."""
    app = create_app()
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()
    with _connected() as connection:
        connection.execute(
            "INSERT INTO owner (name, country, timezone)"
            " SELECT 'Owner ' || n, 'GR', 'Europe/Athens' FROM generate_series(1, %s) AS n",
            [WALLETS],
        )
        connection.execute("INSERT INTO wallet (owner_id) SELECT id FROM owner")
        connection.execute(PLATFORM_TABLES)
        return [row[0] for row in connection.execute("SELECT owner_id FROM wallet ORDER BY 1")]


@contextmanager
def _processes() -> Iterator[list[Connection]]:
    """The processes with the clients, each told its turns through a pipe."""
    spawn = multiprocessing.get_context("spawn")  # a fork would share our connections
    told: list[Connection] = []
    started = []
    for _ in range(PROCESSES):
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=_serve, args=(theirs,), daemon=True)
        process.start()
        started.append(process)
        told.append(ours)
    yield told
    for connection, process in zip(told, started, strict=True):
        connection.send(None)
        process.join()


def _measure(
    told: list[Connection], owners: list[int], rounds: int, seconds: float
) -> tuple[Figures, Losses]:
    """The sides take turns, so that whatever else the machine does meets all of them."""
    figures: Figures = {case: {OURS: [], BARE: [], PLATFORM: []} for case in CASES}
    losses: Losses = dict.fromkeys(CASES, (0, 0))
    for number in range(-1, rounds):  # one more at first, to warm up
        for case, sides in figures.items():
            before = _lost_by(PLATFORM)
            for side in random.sample(list(sides), len(sides)):  # so that none always comes first
                rate = _take_turn(told, case, side, owners, seconds)
                if number >= 0:
                    sides[side].append(rate)
            lost, written = (now - then for now, then in zip(_lost_by(PLATFORM), before, strict=True))
            losses[case] = (losses[case][0] + lost, losses[case][1] + written)
        if number < 0:
            _analyze()
        _tell(f"Round {number + 1} of {rounds}")
    _tell("")
    return figures, losses


def _analyze() -> None:
    """What autovacuum does within a minute: until then the tables count as empty, and plans are guesses."""
    with _connected() as connection:
        connection.execute("ANALYZE")


def _take_turn(told: list[Connection], case: Case, side: str, owners: list[int], seconds: float) -> float:
    clients, wallets = case
    taking_part = told[: min(clients, PROCESSES)]
    turn = Turn(side, clients // len(taking_part), owners[:wallets], seconds)
    for connection in taking_part:
        connection.send(turn)
    return sum(connection.recv() for connection in taking_part)


def _serve(pipe: Connection) -> None:
    """In a process of its own: take turns until there are no more."""
    app = create_app()
    makers: dict[str, Callable[[], AbstractContextManager[Write]]] = {
        OURS: lambda: _command(app),
        BARE: lambda: _bare(CTE),
        PLATFORM: _platform,
    }
    while turn := pipe.recv():
        with ThreadPoolExecutor(turn.threads) as pool:
            rates = pool.map(lambda _: _client(makers[turn.side], turn), range(turn.threads))
            pipe.send(sum(rates))


def _client(make: Callable[[], AbstractContextManager[Write]], turn: Turn) -> float:
    """One client's entries a second."""
    with make() as write:
        write(turn.owners[0])  # the connection is open and knows its statement
        count, start = 0, time.perf_counter()
        while time.perf_counter() < start + turn.seconds:
            write(random.choice(turn.owners))  # noqa: S311  no secret
            count += 1
        return count / (time.perf_counter() - start)


@contextmanager
def _command(app: Flask) -> Iterator[Write]:
    def write(owner_id: int) -> None:
        write_entry(Movement(owner_id, 1, ReasonCode.GOODWILL, uuid4(), None))

    with app.app_context():
        yield write


@contextmanager
def _bare(statement: str) -> Iterator[Write]:
    with _connected() as connection:

        def write(owner_id: int) -> None:
            connection.execute(statement, {"owner": owner_id, "amount": 1, "key": uuid4()})
            connection.commit()

        yield write


@contextmanager
def _platform() -> Iterator[Write]:
    with _connected() as connection:

        def write(wallet_id: int) -> None:
            read = connection.execute("SELECT balance FROM platform_wallet WHERE id = %s", [wallet_id])
            [(balance,)] = read
            change = "UPDATE platform_wallet SET balance = %s WHERE id = %s"
            connection.execute(change, [balance + 1, wallet_id])
            connection.execute(
                "INSERT INTO platform_transaction (wallet_id, amount) VALUES (%s, 1)", [wallet_id]
            )
            connection.commit()

        yield write


def _connected() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", ""))


def _lost_by(side: str) -> tuple[int, int]:
    """How many credits that were written the balances do not hold, and how many were written."""
    entries = "platform_transaction" if side == PLATFORM else "credit_transaction"
    wallets = "platform_wallet" if side == PLATFORM else "wallet"
    amount, balance = ("amount", "balance") if side == PLATFORM else ("amount_credits", "balance_credits")
    with _connected() as connection:
        [(written, held)] = connection.execute(
            f"SELECT (SELECT coalesce(sum({amount}), 0) FROM {entries})::bigint,"  # noqa: S608  our own names
            f" (SELECT sum({balance}) FROM {wallets})::bigint"
        )
    return written - held, written


def _print(figures: Figures, losses: Losses, version: str, rounds: int, seconds: float) -> None:
    print(
        f"Entries a second: the median of {rounds} turns of {seconds:g} s each, the lowest and the highest.\n"
        f"{os.cpu_count()} cores ({platform.machine()}), PostgreSQL {version}, Python "
        f"{platform.python_version()}, {time.strftime('%Y-%m-%d')}.\n"
    )
    print("| clients | wallets | bare SQL | command | of the bare SQL | read, then write | of which lost |")
    print("|---|---|---|---|---|---|---|")
    for (clients, wallets), sides in figures.items():
        ratio = statistics.median(sides[OURS]) / statistics.median(sides[BARE])
        lost, written = losses[clients, wallets]
        print(
            f"| {clients} | {wallets} | {_rate(sides[BARE])} | {_rate(sides[OURS])} | {ratio:.0%}"
            f" | {_rate(sides[PLATFORM])} | {lost / written:.0%} |"
        )


def _rate(rates: list[float]) -> str:
    return f"{statistics.median(rates):,.0f} ({min(rates):,.0f}–{max(rates):,.0f})"


def _tell(progress: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{progress:20}\r", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
