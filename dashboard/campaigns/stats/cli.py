"""`flask stats …`: whether the counts that pages show are exact, and what to do if they are not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dashboard.campaigns.stats import commands, queries
from dashboard.campaigns.stats.counters import COUNTERS
from dashboard.campaigns.stats.outcomes import Outcome
from dashboard.core.errors import DomainError

stats = AppGroup("stats", help="The counts that pages show.")
of_an_owner = click.option(
    "--owner", "owner_id", type=click.IntRange(1, 2**63 - 1), help="Only this owner's counts."
)
NAMED = 5  #: differences of a table that are printed


@stats.command()
@of_an_owner
def verify(owner_id: int | None) -> None:
    """Count everything anew and name what differs. Ends with 1 if anything does.

    Nothing is written and nobody has to wait.
    """
    differences = 0
    with _telling() as tell:
        for outcome in queries.verify(owner_id=owner_id):
            tell(outcome)
            differences += outcome.differences
    if differences:
        raise click.ClickException(
            f"{_rows(differences, 'is', 'are')} not what counting gives. `flask stats rebuild` mends that."
        )
    click.secho("Every count is exact.", bold=True)


@stats.command()
@of_an_owner
def rebuild(owner_id: int | None) -> None:
    """Count everything anew and mend what differs: for disasters. The database keeps the counts by itself.

    Whoever writes messages, contacts, members or entries waits meanwhile, or is told to try again.
    """
    with _telling() as tell:
        mended = commands.rebuild(owner_id=owner_id, told=tell)
    done = f"{_rows(mended, 'was', 'were')} mended." if mended else "Every count was exact already."
    click.secho(done, bold=True)


@contextmanager
def _telling() -> Iterator[Callable[[Outcome], None]]:
    """Prints each outcome, beside a bar that shows how many tables are counted."""
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    columns = (TextColumn("Counting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("tables", total=len(COUNTERS))

            def tell(outcome: Outcome) -> None:
                _print(console, outcome)
                bar.advance(task)

            yield tell
    except DomainError as refusal:
        raise click.ClickException(refusal.sentence) from None


def _print(console: Console, outcome: Outcome) -> None:
    sign, style = ("✗", "bold red") if outcome.differences else ("✓", "green")
    console.print(f"{sign} {outcome.title}", style=style, end="")
    console.print(f"  {outcome.seconds:.1f} s", style="dim")
    for difference in outcome.first[:NAMED]:
        console.print(f"    {difference.sentence}")
    if outcome.differences > NAMED:
        console.print(f"    And {outcome.differences - NAMED:,} more.")


def _rows(count: int, one: str, many: str) -> str:
    return f"{count:,} row of counts {one}" if count == 1 else f"{count:,} rows of counts {many}"
