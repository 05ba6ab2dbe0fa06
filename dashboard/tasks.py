"""Every background task, imported in one place for the worker."""

from dashboard.exports import tasks as exports
from dashboard.jobs import tasks as jobs
from dashboard.reports import tasks as reports
from dashboard.wallets.proofs import tasks as ledger_proofs

__all__ = ["exports", "jobs", "ledger_proofs", "reports"]
