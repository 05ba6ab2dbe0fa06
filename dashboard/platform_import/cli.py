"""`flask import-platform`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import psycopg
from flask.cli import with_appcontext
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy.exc import OperationalError

from dashboard.core.errors import DomainError
from dashboard.platform_import import queries, report
from dashboard.platform_import.run import CHUNK_ROWS, import_platform
from dashboard.platform_import.source import open_source

_SUMMARY_WIDTH = 100  # characters
_PLAIN: dict[str, Any] = {"markup": False, "highlight": False, "soft_wrap": True}


@click.command("import-platform")
@click.argument("source", metavar="postgresql://USER@HOST:PORT/NAME")
@click.option("--owner", "owners", type=int, multiple=True, help="Only this user there; repeatable.")
@click.option(
    "--country",
    default="GR",
    show_default=True,
    help="Country of owners of whom neither time zone nor numbers tell it.",
)
@click.option("--report", "folder", type=click.Path(path_type=Path, file_okay=False), help="For the CSV.")
@click.option(
    "--chunk-rows",
    type=click.IntRange(1),
    default=CHUNK_ROWS,
    show_default=True,
    help="Rows in one transaction; memory grows with it.",
)
@with_appcontext
def import_platform_command(
    source: str, owners: Sequence[int], country: str, folder: Path | None, chunk_rows: int
) -> None:
    """Read the platform's own database into this one; nothing is written there.

    A second run adds what is new and changes what changed. After an interruption the same command
    goes on where it stopped. Give the password by PGPASSWORD or ~/.pgpass, so that it does not
    stand in the list of processes.
    """
    console = Console()
    if len(country) != 2 or not country.isalpha():
        raise click.ClickException("Give the country as two letters, such as GR.")
    try:
        with open_source(source) as opened, _Bars(console) as bars:
            console.print(f"Reading {opened.name}, opened read-only: nothing is written there.", **_PLAIN)
            run_id = import_platform(
                opened, bars, owners=owners or None, country=country.upper(), chunk_rows=chunk_rows
            )
    except DomainError as refusal:
        raise click.ClickException(refusal.sentence) from None
    except psycopg.errors.InsufficientPrivilege as error:
        raise click.ClickException(
            f"That user may not read all of the platform's tables: {error.diag.message_primary}."
        ) from None
    except (psycopg.OperationalError, OperationalError):
        raise click.ClickException(
            "The connection to a database was lost. The same command goes on where it stopped."
        ) from None
    _print_summary(console, run_id)
    if folder:
        _write(folder, run_id, console)


class _Bars(Progress):
    """A progress bar for each table; without a terminal a line when a table is done."""

    def __init__(self, console: Console) -> None:
        super().__init__(
            TextColumn("{task.description:<18}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:>14}"),
            TimeRemainingColumn(),
            console=console,
        )
        self._of_step: dict[str, TaskID] = {}

    def begin(self, run_id: int, continued: bool) -> None:
        verb = "Continuing" if continued else "This is"
        tail = ", which was interrupted." if continued else "."
        self.console.print(f"{verb} run {run_id}{tail}", **_PLAIN)

    def step(self, name: str, done: int, total: int) -> None:
        if name not in self._of_step:
            self._of_step[name] = self.add_task(name, total=total, completed=done, rate="")
            return
        task = self._of_step[name]
        self.update(task, completed=done, total=max(total, done))
        if (speed := self.tasks[task].finished_speed or self.tasks[task].speed) is not None:
            self.update(task, rate=f"{speed:,.0f} rows/s")


def _print_summary(console: Console, run_id: int) -> None:
    console.width = max(console.width, _SUMMARY_WIDTH)  # a cut figure is worse than a broken line
    table = Table(title=f"Run {run_id}: what became of each row", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("Table")
    for heading in ("In source", "Read", "Added", "Changed", "Unchanged", "Merged", "Left out", "Issues"):
        table.add_column(heading, justify="right")
    for row in queries.steps_of(run_id):
        if row.source_table != "Campaign counters":
            table.add_row(row.source_table, *(f"{value:,}" for value in _figures(row)))
    console.print(table)
    totals = queries.totals_of(run_id)
    console.print(
        f"{totals.rows_read:,} read = {totals.added:,} added + {totals.changed:,} changed"
        f" + {totals.unchanged:,} unchanged + {totals.merged:,} merged + {totals.left_out:,} left out."
        f" {totals.issues:,} issues: see /imports/{run_id}.",
        **_PLAIN,
    )


def _figures(row: Any) -> tuple[int, ...]:
    return (
        row.source_rows, row.rows_read, row.added, row.changed,
        row.unchanged, row.merged, row.left_out, row.issues,
    )  # fmt: skip


def _write(folder: Path, run_id: int, console: Console) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"import-{run_id}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(report.lines(run_id, queries.stream_issues(run_id)))
    console.print(f"Report: {path}", **_PLAIN)
