"""Workers, and browsers that are signed in while others write."""

from tests.exports.conftest import browser_of
from tests.jobs.conftest import start_worker, work_off

__all__ = ["browser_of", "start_worker", "work_off"]
