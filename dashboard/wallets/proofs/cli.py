"""`flask ledger …`: proofs at the terminal."""

from pathlib import Path

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dashboard.core.errors import DomainError
from dashboard.wallets.proofs import queries
from dashboard.wallets.proofs.checks import CHECKS
from dashboard.wallets.proofs.outcomes import Outcome
from dashboard.wallets.proofs.queries import Against

ledger = AppGroup("ledger", help="The wallets' ledgers.")


@ledger.command()
@click.option("--owner", "owner_id", type=click.IntRange(1, 2**63 - 1), help="Only this owner's ledger.")
@click.option("--anchor", metavar="NUMBER|FILE", help="Compare with this anchor, not with the newest ones.")
def verify(owner_id: int | None, anchor: str | None) -> None:
    """Check that no credit was lost or invented, and no entry changed. Ends with 1 if anything is broken.

    Nothing is written and nobody has to wait. FILE is an anchor that was downloaded: what its own
    keeper has cannot have been changed here.
    """
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    broken = 0
    try:
        with _Bar(console) as bar:
            for outcome in queries.verify(owner_id=owner_id, against=_against(anchor)):
                bar.advance(bar.task_ids[0])
                _print(console, outcome)
                broken += not outcome.is_passed
    except DomainError as refusal:
        raise click.ClickException(refusal.sentence) from None
    if broken:
        raise click.ClickException(f"{broken} of {len(CHECKS)} checks failed.")
    console.print("Everything holds.", style="bold")


def _against(anchor: str | None) -> Against:
    if anchor is None:
        return Against()
    if anchor.isascii() and anchor.isdigit() and len(anchor) < 19:
        return Against(anchor_id=int(anchor))
    try:
        # As it is, line ends too: its digest is that of its bytes.
        return Against(document=Path(anchor).read_bytes().decode())
    except OSError as error:
        raise click.ClickException(f"{anchor} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise click.ClickException(f"{anchor} is not an anchor: it is no text.") from None


class _Bar(Progress):
    """How many checks are done; gone when all are."""

    def __init__(self, console: Console) -> None:
        super().__init__(
            TextColumn("Checking"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self.add_task("checks", total=len(CHECKS))


def _print(console: Console, outcome: Outcome) -> None:
    sign = "✗" if not outcome.is_passed else "·" if outcome.broken else "✓"
    style = {"✗": "bold red", "✓": "green", "·": "yellow"}[sign]
    console.print(f"{sign} {outcome.title}", style=style, end="")
    console.print(f"  {outcome.seconds:.1f} s", style="dim")
    for finding in outcome.findings[:1]:
        more = f" And {outcome.broken - 1:,} more." if outcome.broken > 1 else ""
        console.print(f"    {finding.sentence}{more}")
