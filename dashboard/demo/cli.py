"""`flask demo`."""

from datetime import datetime

import click
from flask.cli import with_appcontext

from dashboard.core.errors import DomainError
from dashboard.demo.commands import load
from dashboard.demo.scales import SCALES
from dashboard.demo.staff import DEMO_PASSWORD, DEMO_STAFF


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
    """Fill an empty database with invented owners, contacts, campaigns, wallets and staff.

    The staff's password is known to everybody, so this is for a database to try things on.
    """
    try:
        load(scale, progress=not quiet, now=now)
    except DomainError as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    names = ", ".join(person.email for person in DEMO_STAFF)
    click.echo(f"The demo is loaded. Sign in as {names} with the password {DEMO_PASSWORD}.")
