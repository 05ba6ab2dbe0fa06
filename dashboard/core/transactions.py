"""The only place that commits or rolls back."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import IntegrityError, OperationalError

from dashboard.core.db import db
from dashboard.core.errors import DomainError, as_refusal

P = ParamSpec("P")
R = TypeVar("R")

_DEPTH = "command_depth"


def command(change: Callable[P, R]) -> Callable[P, R]:
    """Run `change` in one transaction: all of it, or nothing.

    A command that calls another joins its transaction; the outermost one commits. A refusal by
    a constraint comes out as a DomainError with the constraint's sentence.
    """

    @wraps(change)
    def in_one_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        session = db.session
        depth = session.info.get(_DEPTH, 0)
        session.info[_DEPTH] = depth + 1
        try:
            result = change(*args, **kwargs)
            if depth == 0:
                session.commit()
            else:
                session.flush()
        except IntegrityError as error:
            session.rollback()
            raise as_refusal(error) from error
        except OperationalError as error:
            session.rollback()
            if isinstance(error.orig, DeadlockDetected):
                raise DomainError("Somebody changed the same records just now. Try again.") from error
            raise
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info[_DEPTH] = depth
        return result

    in_one_transaction.is_command = True  # type: ignore[attr-defined]
    return in_one_transaction
