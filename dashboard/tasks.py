"""Every background task, imported in one place for the worker."""

from dashboard.contact_imports import tasks as contact_imports
from dashboard.exports import tasks as exports
from dashboard.jobs import tasks as jobs
from dashboard.operations import tasks as operations
from dashboard.reports import tasks as reports
from dashboard.wallets.proofs import tasks as ledger_proofs

__all__ = ["contact_imports", "exports", "jobs", "ledger_proofs", "operations", "reports"]
