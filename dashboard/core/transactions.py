"""The only place that commits or rolls back."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy.exc import IntegrityError, OperationalError, PendingRollbackError

from dashboard.core import origin
from dashboard.core.db import db
from dashboard.core.errors import Busy, as_refusal

P = ParamSpec("P")
R = TypeVar("R")

_DEPTH, _DOOM = "command_depth", "command_doom"


def command(change: Callable[P, R]) -> Callable[P, R]:
    """Run `change` in one transaction: all of it, or nothing.

    A command that calls another joins its transaction; the outermost one commits. Once a part was
    refused the whole is: also where the outer command caught the refusal and went on. A refusal by
    a constraint comes out as a DomainError with the constraint's sentence.
    """

    @wraps(change)
    def in_one_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        session = db.session
        depth = session.info.get(_DEPTH, 0)
        session.info[_DEPTH] = depth + 1
        try:
            result = change(*args, **kwargs)
            session.flush()
            if depth == 0:
                if doom := session.info.get(_DOOM):
                    raise doom
                origin.has_committed.set(True)  # from here on nobody knows before the answer
                session.commit()
            return result
        except BaseException as error:
            refusal = _in_words(error)
            # What follows a refusal that was caught fails too, and says less than the refusal.
            if isinstance(error, PendingRollbackError):
                refusal = session.info.get(_DOOM, error)
            if depth == 0:
                session.rollback()
            else:
                session.info.setdefault(_DOOM, refusal)
            if refusal is error:
                raise
            raise refusal from error
        finally:
            session.info[_DEPTH] = depth
            if depth == 0:
                session.info.pop(_DOOM, None)

    return in_one_transaction


def is_in_command() -> bool:
    """Whether a command is under way, whose transaction one may join."""
    return bool(db.session.info.get(_DEPTH))


def _in_words(error: BaseException) -> BaseException:
    if isinstance(error, IntegrityError):
        return as_refusal(error)
    if isinstance(error, OperationalError) and isinstance(error.orig, DeadlockDetected | LockNotAvailable):
        return Busy()
    return error
