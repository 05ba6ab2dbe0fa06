"""`make test` and `make check`: everything that must hold, the quick things first."""

import argparse
import os
import subprocess
import sys

from dashboard.local.browser import BrowserUnavailableError, find_chromium
from dashboard.local.place import PostgresUnavailableError
from dashboard.local.postgres import ROOT, throw_away_database

CHECKS = {
    "Lint": ["ruff", "check", "--quiet"],
    "Format": ["ruff", "format", "--check", "--quiet"],
    "Types": ["mypy", "--no-error-summary"],
    "Templates": ["djlint", "--lint", "--quiet", "templates"],
}

#: As many processes as cores, each with a database of its own; a file's tests stay together, in their order.
SIDE_BY_SIDE = ["--numprocesses", "auto", "--maxprocesses", "4", "--dist", "loadfile"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="test", description="Check and test Signalbox.")
    parser.add_argument("--check-only", action="store_true", help="lint and types alone, without a database")
    options, pytest_arguments = parser.parse_known_args()
    try:
        _check()
        if not options.check_only:
            _test(pytest_arguments)
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
    except (BrowserUnavailableError, PostgresUnavailableError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _check() -> None:
    for title, command in CHECKS.items():
        _run(title, *command)


def _test(pytest_arguments: list[str]) -> None:
    os.environ["CHROMIUM"] = find_chromium()
    os.environ |= {"SECRET_KEY": "for tests", "SUPPRESSION_KEY": "for tests"}
    with throw_away_database() as url:
        os.environ["DATABASE_URL"] = url
        _run("Migrations", "flask", "--app", "wsgi", "db", "upgrade")
        _run("Models as migrated", "flask", "--app", "wsgi", "db", "check")
    del os.environ["DATABASE_URL"]  # no test may reach it
    with throw_away_database() as url:
        os.environ["TEST_DATABASE_URL"] = url
        _run("Tests", "pytest", *SIDE_BY_SIDE, *pytest_arguments)


def _run(title: str, program: str, *arguments: str) -> None:
    print(f"== {title}", flush=True)
    subprocess.run([sys.executable, "-m", program, *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
