"""Every background task, imported in one place for the worker."""

from dashboard.jobs import tasks as jobs

__all__ = ["jobs"]
