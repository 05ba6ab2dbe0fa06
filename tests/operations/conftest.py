"""Workers and browsers, as for other work in the background."""

from tests.exports.conftest import browser_of
from tests.jobs.conftest import start_worker, work_off

__all__ = ["browser_of", "start_worker", "work_off"]
