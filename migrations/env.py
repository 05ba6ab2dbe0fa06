"""How migrations reach the database: through the application's own engine."""

from typing import Any

from alembic import context
from flask import current_app

import dashboard.models  # noqa: F401  every table, so that `flask db check` compares all
from dashboard.core.db import db


def is_ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Whether `flask db check` compares it. Of procrastinate's tables we map only what we read."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def run() -> None:
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=is_ours,
            transaction_per_migration=True,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations run against a database: set DATABASE_URL.")
run()
