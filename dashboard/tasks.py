"""Every background task, imported in one place for the worker."""

from dashboard.jobs import tasks as jobs
from dashboard.wallets.proofs import tasks as ledger_proofs

__all__ = ["jobs", "ledger_proofs"]
