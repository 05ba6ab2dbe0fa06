"""`flask jobs …`: the worker."""

import logging

import click
from flask.cli import AppGroup

from dashboard.jobs import worker

jobs = AppGroup("jobs", help="Background jobs.")


@jobs.command()
@click.option(
    "--concurrency",
    type=click.IntRange(1, 8),  # each job takes a connection or two of the pool
    default=2,
    show_default=True,
    help="Jobs that run at once.",
)
@click.option("--until-empty", is_flag=True, help="End when no job is left, instead of waiting for more.")
def work(concurrency: int, until_empty: bool) -> None:
    """Run background jobs until told to stop. Start as many workers as you like."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        worker.work(concurrency=concurrency, until_empty=until_empty)
    except (ValueError, worker.WorkerEnded) as error:
        raise click.ClickException(str(error)) from error
