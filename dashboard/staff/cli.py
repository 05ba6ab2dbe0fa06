"""`flask staff …`: accounts, for the first admin and for emergencies."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from dashboard.core.errors import DomainError
from dashboard.staff import commands, queries
from dashboard.staff.models import Role

staff = AppGroup("staff", help="Accounts of the people who sign in.")

_password = click.password_option(
    help="Asked for when not given; may stand in SIGNALBOX_PASSWORD.", envvar="SIGNALBOX_PASSWORD"
)


@staff.command()
@click.argument("email")
@click.option("--name", prompt=True)
@click.option("--role", type=click.Choice([str(r) for r in Role]), prompt=True)
@click.option("--timezone", default="UTC", show_default=True, help="Such as Europe/Athens.")
@_password
def create(email: str, name: str, role: str, timezone: str, password: str) -> None:
    """Make an account."""
    with _in_words():
        commands.create_staff(email, name, role, password, timezone=timezone)
    click.echo(f"{email} can sign in as {role}.")


@staff.command()
@click.argument("email")
def disable(email: str) -> None:
    """Close an account; its sessions end at their next request."""
    with _in_words():
        commands.disable_staff(email)
    click.echo(f"{email} can no longer sign in.")


@staff.command()
@click.argument("email")
def enable(email: str) -> None:
    """Open a closed account again."""
    with _in_words():
        commands.enable_staff(email)
    click.echo(f"{email} can sign in again.")


@staff.command("set-password")
@click.argument("email")
@_password
def set_password(email: str, password: str) -> None:
    """Give an account a new password; its sessions end at their next request.

    A disabled account stays disabled.
    """
    with _in_words():
        commands.set_password(email, password)
    click.echo(f"{email} has a new password.")


@staff.command("list")
def list_staff() -> None:
    """Everybody who can sign in, or once could."""
    with _in_words():
        for person in queries.all_staff():
            state = "disabled" if person.disabled_at else "active"
            click.echo(f"{person.email:40} {person.role:8} {state:9} {person.name}")


@contextmanager
def _in_words() -> Iterator[None]:
    """A refusal as a sentence on the command line."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(error.sentence) from error
    except OperationalError as error:
        raise click.ClickException("The database does not answer. Check DATABASE_URL.") from error
    except ProgrammingError as error:
        raise click.ClickException("The database is not ready. Run `flask db upgrade` first.") from error
