"""The `flask …` commands. Thin: each calls a command or a query."""

from flask import Flask

from dashboard.campaigns.stats.cli import stats
from dashboard.demo.cli import demo
from dashboard.jobs.cli import jobs
from dashboard.platform_import.cli import import_platform_command
from dashboard.staff.cli import staff
from dashboard.wallets.proofs.cli import ledger


def init_app(app: Flask) -> None:
    app.cli.add_command(staff)
    app.cli.add_command(demo)
    app.cli.add_command(import_platform_command)
    app.cli.add_command(jobs)
    app.cli.add_command(ledger)
    app.cli.add_command(stats)
