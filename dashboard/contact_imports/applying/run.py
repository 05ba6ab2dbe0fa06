"""A whole import: batch after batch, each of which remembers how far it came."""

from collections.abc import Callable

from dashboard.contact_imports import queries
from dashboard.contact_imports.applying import commands
from dashboard.contact_imports.staging.checks import read_again
from dashboard.core.errors import DomainError

BATCH_ROWS = 20_000
_TRIES = 10  #: of a batch whose contacts others add meanwhile


def run(owner_id: int, import_id: int, tell: Callable[[int, int], None]) -> None:
    """Import what was checked and is not imported yet; `tell` is told how many rows of how many are done.

    Raises:
        NoResultFound: no such import of this owner, or it was not started.
        DomainError: it cannot go on just now.
    """
    one = queries.get(owner_id, import_id)
    if one.finished_at is None:
        if queries.staged(owner_id, import_id) != one.found["good"]:
            read_again(owner_id, import_id)
        while _batch(owner_id, import_id):
            tell(*queries.progress(owner_id, import_id))
        commands.finish(owner_id, import_id)
    commands.clear(owner_id, import_id)


def _batch(owner_id: int, import_id: int) -> bool:
    for _ in range(_TRIES):
        try:
            return commands.import_batch(owner_id, import_id, most=BATCH_ROWS)
        except commands.Crossed:
            continue
    raise DomainError("Others keep adding the same contacts. Go on with the import in a minute.")
