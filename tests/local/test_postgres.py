"""The local PostgreSQL with real clusters: started together, killed, moved to odd places."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy.engine import make_url

from dashboard.local import place, postgres
from dashboard.local.postgres import FAST, Server, running

USER = """
import sys, time
from pathlib import Path
from dashboard.local.postgres import FAST, running
with running(Path(sys.argv[1]), FAST):
    print("up", flush=True)
    sys.stdin.read()
"""
FORK = """
import os, sys
from pathlib import Path
from dashboard.local.postgres import FAST, running
with running(Path(sys.argv[1]), FAST) as server:
    if child := os.fork():
        os.waitpid(child, 0)
        assert server.sql("SELECT 42") == "42"
"""


@pytest.fixture
def shelter(folder, monkeypatch) -> Path:
    """Stands in for /var/lib/signalbox, and is gone after the test."""
    monkeypatch.setattr(place, "SHELTER", folder.parent / "shelter")
    return place.SHELTER


@contextmanager
def another_user(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the cluster until its input ends."""
    command = [sys.executable, "-c", USER, str(folder)]
    with subprocess.Popen(
        command, cwd=postgres.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        yield process


def ask(server: Server, question: str, database: str = "postgres") -> object:
    url = make_url(server.url(database))
    with psycopg.connect(
        host=url.query["host"],
        port=url.query["port"],
        user=url.username,
        password=url.password,
        dbname=database,
    ) as connection:
        cursor = connection.execute(question)
        return cursor.fetchone()[0] if cursor.description else None


def postmaster(folder: Path) -> int:
    return int((folder / "data/postmaster.pid").read_text().splitlines()[0])


def is_up(folder: Path) -> bool:
    return (folder / "data/postmaster.pid").exists()


def test_what_was_written_is_there_after_a_restart(folder):
    with running(folder, FAST) as server:
        server.ensure_database("kept")
        server.ensure_database("kept")
        ask(server, "CREATE TABLE t AS SELECT 42 AS n", "kept")
    assert not is_up(folder)

    with running(folder, FAST) as server:
        assert ask(server, "SELECT n FROM t", "kept") == 42


def test_it_is_a_server_as_the_dashboard_wants_it(folder):
    with running(folder, FAST | {"work_mem": "5MB"}) as server:
        assert ask(server, "SHOW timezone") == "UTC"
        assert ask(server, "SHOW server_encoding") == "UTF8"
        assert ask(server, "SHOW data_checksums") == (
            "on" if place.major_version(server.programs) >= 18 else "off"
        )
        assert ask(server, "SHOW work_mem") == "5MB"
        assert ask(server, "SELECT lower('ΣΤΟΠ')") == "στοπ"


def test_nothing_listens_on_tcp(folder):
    with running(folder, FAST) as server:
        assert ask(server, "SHOW listen_addresses") == ""
        process = psutil.Process(postmaster(folder))
        assert process.net_connections("inet") == []


def test_only_its_own_user_reaches_the_socket_and_the_password(folder):
    with running(folder, FAST) as server:
        assert server.socket.stat().st_mode & 0o777 == 0o700
        assert (folder / "password").stat().st_mode & 0o777 == 0o600


def test_a_wrong_password_is_refused(folder):
    with running(folder, FAST) as server, pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=str(server.socket), user=postgres.ROLE, password="guess", dbname="postgres")


def test_users_share_one_server_and_the_last_one_stops_it(folder):
    with another_user(folder) as first:
        shared = postmaster(folder)
        with running(folder, FAST):
            assert postmaster(folder) == shared
            first.communicate("")
            assert first.returncode == 0
            assert postmaster(folder) == shared
    assert not is_up(folder)


def test_users_who_start_at_once_agree(folder):
    command = [sys.executable, "-c", USER, str(folder)]
    users = [
        subprocess.Popen(command, cwd=postgres.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [user.stdout.readline() for user in users] == ["up\n"] * 4
    for user in users:
        user.communicate("")
    assert [user.returncode for user in users] == [0] * 4
    assert not is_up(folder)


def test_a_killed_user_leaves_a_server_that_the_next_one_uses_and_stops(folder):
    with another_user(folder) as user:
        left = postmaster(folder)
        user.kill()
    assert postmaster(folder) == left

    with running(folder, FAST) as server:
        assert postmaster(folder) == left
        assert ask(server, "SELECT 1") == 1
    assert not is_up(folder)


def test_a_killed_server_is_started_again_with_what_was_committed(folder):
    with running(folder) as server:
        ask(server, "CREATE TABLE t AS SELECT 42 AS n")
        os.kill(postmaster(folder), signal.SIGKILL)

    with running(folder) as server:
        assert ask(server, "SELECT n FROM t") == 42


def test_the_number_of_a_dead_server_may_be_another_programs(folder):
    with running(folder, FAST):
        os.kill(postmaster(folder), signal.SIGKILL)
    pid_file = folder / "data/postmaster.pid"
    pid_file.write_text(
        pid_file.read_text().replace(pid_file.read_text().split("\n")[0], str(os.getpid()), 1)
    )

    with running(folder, FAST) as server:
        assert ask(server, "SELECT 1") == 1


def test_a_start_that_was_killed_halfway_leaves_nothing_half_made(folder):
    user = subprocess.Popen([sys.executable, "-c", USER, str(folder)], cwd=postgres.ROOT)
    while not list(folder.glob("new-*/PG_VERSION")):
        assert user.poll() is None
        time.sleep(0.001)
    user.kill()
    user.wait()
    assert not (folder / "data").exists()

    with running(folder, FAST) as server:
        assert ask(server, "SELECT 1") == 1
    assert not list(folder.glob("new-*"))


def test_a_forked_child_that_leaves_does_not_stop_the_server(folder):
    # In a process of its own, for pytest's has threads.
    subprocess.run([sys.executable, "-c", FORK, str(folder)], cwd=postgres.ROOT, check=True)
    assert not is_up(folder)


@pytest.mark.parametrize(
    "name", ["with a space", "a%20comma, a \"quote\", a 'quote' and $(date)", "deep/" * 30]
)
def test_it_runs_in_a_folder_of_any_name(folder, shelter, name):
    with running(folder / name, FAST) as server:
        assert ask(server, "SELECT 1") == 1
        assert len(str(server.socket)) < 100
    assert not server.socket.exists()


def test_settings_that_it_refuses_are_told_with_its_log(folder):
    with (
        pytest.raises(postgres.PostgresUnavailableError, match="no_such_setting"),
        running(folder, {"no_such_setting": "1"}),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server is another user's")
def test_root_may_work_where_the_servers_user_cannot_go(tmp_path, shelter):
    tmp_path.chmod(0o700)
    with running(tmp_path / "pg", FAST) as server:
        assert ask(server, "SELECT 1") == 1
        assert server.folder.is_relative_to(shelter)
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_a_database_for_tests_is_gone_at_the_end():
    with running(postgres.TEST_DATA, FAST) as server:
        with postgres.throw_away_database() as url:
            name = make_url(url).database
            assert ask(server, "SELECT count(*) FROM pg_class", name) > 0
        assert ask(server, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == 0


def test_the_environment_cannot_lead_it_astray(folder, monkeypatch):
    for name, value in {"PGPORT": "6543", "PGHOST": "example.org", "PGDATA": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    with running(folder, FAST) as server:
        assert server.sql("SELECT 1") == "1"
        assert ask(server, "SELECT 1") == 1
