"""`flask demo`."""

from datetime import datetime

import click
from flask.cli import with_appcontext

from dashboard.core.errors import DomainError
from dashboard.demo.commands import load
from dashboard.demo.scales import SCALES


@click.command()
@click.option("--scale", type=click.Choice(list(SCALES)), default="small", show_default=True)
@click.option(
    "--now",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"]),
    help="The instant at which the demo stands, such as 2026-03-01T12:00+02:00. By default this hour.",
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
@with_appcontext
def demo(scale: str, now: datetime | None, quiet: bool) -> None:
    """Fill an empty database with invented owners, contacts, campaigns and wallets."""
    try:
        load(scale, progress=not quiet, now=now)
    except DomainError as refusal:
        raise click.ClickException(refusal.sentence) from refusal
