"""procrastinate's SQL on our own session and engine, so that a process has one of each."""

import asyncio
import logging
from itertools import count
from typing import Any

from procrastinate import exceptions
from procrastinate.connector import BaseAsyncConnector, BaseConnector
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dashboard.core.db import db

RETRY_SECONDS = 1.0  #: between two tries of the worker to reach the database
Rows = list[dict[str, Any]]

log = logging.getLogger(__name__)


class Connector(BaseAsyncConnector):
    """How procrastinate reaches the database.

    Called synchronously (from a command that enqueues a job) it joins the transaction under way: the
    job is there when that commits, and never if it rolls back. Called asynchronously (by the worker,
    for itself) each statement is a transaction of its own, in a thread, on a connection that goes
    back to the pool at once. Nobody listens for notifications: the worker asks.
    """

    def get_sync_connector(self) -> BaseConnector:
        return self

    def execute_query(self, query: str, **arguments: Any) -> None:
        _execute(db.session.connection(), query, arguments)

    def execute_query_one(self, query: str, **arguments: Any) -> dict[str, Any]:
        return _first(_execute(db.session.connection(), query, arguments))

    def execute_query_all(self, query: str, **arguments: Any) -> Rows:
        return _execute(db.session.connection(), query, arguments)

    async def open_async(self, pool: Any = None) -> None:
        pass  # the engine opens its connections when they are needed

    async def close_async(self) -> None:
        pass

    async def execute_query_async(self, query: str, **arguments: Any) -> None:
        await _execute_alone(query, arguments)

    async def execute_query_one_async(self, query: str, **arguments: Any) -> dict[str, Any]:
        return _first(await _execute_alone(query, arguments))

    async def execute_query_all_async(self, query: str, **arguments: Any) -> Rows:
        return await _execute_alone(query, arguments)


async def _execute_alone(query: str, arguments: dict[str, Any]) -> Rows:
    """Execute in a transaction of its own; waits for a database that is away.

    The worker must neither die of a restart of the database nor forget to say how a job ended.
    """
    for tries in count():
        try:
            # The thread gets our context, and so the application with its engine.
            return await asyncio.to_thread(_in_own_transaction, query, arguments)
        except (OperationalError, PoolTimeout) as error:
            why = str(error).partition("\n")[0]
            log.log(logging.DEBUG if tries else logging.WARNING, "Waiting for the database: %s", why)
            await asyncio.sleep(RETRY_SECONDS)
        except SQLAlchemyError as error:
            raise exceptions.ConnectorException from error
    raise AssertionError("unreachable")


def _in_own_transaction(query: str, arguments: dict[str, Any]) -> Rows:
    with db.engine.begin() as connection:
        return _execute(connection, query, arguments)


def _execute(connection: Connection, query: str, arguments: dict[str, Any]) -> Rows:
    parameters = {name: _as_sql(value) for name, value in arguments.items()}
    try:
        # With the driver's own placeholders, in which procrastinate's SQL is written.
        result = connection.exec_driver_sql(query, parameters)
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            name = error.orig.diag.constraint_name
            raise exceptions.UniqueViolation(constraint_name=name, queueing_lock=None) from error
        raise
    return [dict(row) for row in result.mappings()] if result.returns_rows else []


def _as_sql(value: Any) -> Any:
    """Dictionaries are JSON, also within the rows of several jobs."""
    if isinstance(value, dict):
        return Jsonb(value)
    if isinstance(value, list):
        return [_as_sql(part) for part in value]
    if isinstance(value, tuple):
        return tuple(_as_sql(part) for part in value)
    return value


def _first(rows: Rows) -> dict[str, Any]:
    if not rows:
        raise exceptions.NoResult
    return rows[0]
