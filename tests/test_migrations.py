"""The migrations go up, down, and up again, and give what the models say."""

import flask_migrate
import pytest
from sqlalchemy import inspect

from dashboard import create_app
from dashboard.core.db import db


@pytest.fixture
def empty_app(app, make_database):
    other = create_app(
        {"SQLALCHEMY_DATABASE_URI": make_database().replace("postgresql:", "postgresql+psycopg:")}
    )
    with other.app_context():
        yield other
        db.session.remove()
        db.engine.dispose()


def test_up_down_and_up_again(empty_app):
    flask_migrate.upgrade()
    tables = set(inspect(db.engine).get_table_names())
    assert set(db.metadata.tables) | {"alembic_version"} == tables
    flask_migrate.downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
    assert (
        not db.session.connection()
        .exec_driver_sql(
            "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace"
            " WHERE nspname = current_schema()"
            " AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')"
        )
        .all()
    )
    db.session.rollback()
    flask_migrate.upgrade()
    assert set(inspect(db.engine).get_table_names()) == tables


def test_the_models_are_what_the_migrations_make(app):
    with app.app_context():
        flask_migrate.check()


def test_every_key_of_an_owners_table_begins_with_the_owner(app):
    for table in db.metadata.sorted_tables:
        if "owner_id" in table.c and not table.c.owner_id.nullable:
            assert next(iter(table.primary_key.columns)).name == "owner_id", table.name
            for key in table.foreign_key_constraints:
                target = key.elements[0].column.table
                if "owner_id" in target.c:
                    assert key.column_keys[0] == "owner_id", f"{key.name} could join two owners"
