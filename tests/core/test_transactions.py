from contextlib import suppress

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from dashboard.audit.commands import record
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.core.transactions import command
from dashboard.owners.models import Owner
from tests.factories import make_owner


def owners() -> int:
    return db.session.scalar(select(func.count()).select_from(Owner))


@command
def add(name: str) -> None:
    record("owner.create", "owner", staff_id=None)
    db.session.add(Owner(name=name))


@command
def add_two(first: str, second: str) -> None:
    record("owner.create", "owner", staff_id=None)
    add(first)
    add(second)


def test_a_command_commits(committed):
    add("Kept")
    db.session.rollback()
    assert owners() == 1


def test_a_refused_command_changes_nothing(committed):
    with pytest.raises(DomainError, match="Enter a name"):
        add("")
    assert owners() == 0


def test_a_command_within_a_command_joins_its_transaction(committed):
    with pytest.raises(DomainError):
        add_two("First", "")
    assert owners() == 0


@command
def refuse() -> None:
    record("owner.create", "owner", staff_id=None)
    raise DomainError("Not this one.")


@command
def add_around_a_refusal(first: str, second: str) -> None:
    record("owner.create", "owner", staff_id=None)
    add(first)
    with suppress(DomainError):
        refuse()
    add(second)


def test_a_refusal_that_was_swallowed_still_refuses_the_whole(committed):
    with pytest.raises(DomainError, match="Not this one"):
        add_around_a_refusal("First", "Second")
    assert owners() == 0
    add("Afterwards")
    assert owners() == 1


def test_a_record_that_somebody_holds_is_told_kindly(app, committed):
    add("Held")
    with db.engine.connect() as other, other.begin():
        other.execute(text("UPDATE owner SET name = 'Mine'"))
        with pytest.raises(DomainError, match="Somebody is changing the same records"):
            rename_all("Yours")
    assert db.session.scalar(select(Owner.name)) == "Mine"


@command
def rename_all(name: str) -> None:
    record("owner.rename", "owner", staff_id=None)
    db.session.execute(text("SET LOCAL lock_timeout = 50"))
    db.session.execute(update(Owner).values(name=name))


@pytest.mark.parametrize("table", ["audit_event", "campaign_message", "contact", "list_membership"])
def test_what_is_counted_or_history_cannot_be_truncated(session, table):
    with pytest.raises(IntegrityError, match="would be lost"):
        db.session.execute(text(f"TRUNCATE {table} CASCADE"))


def test_history_cannot_be_changed(committed):
    add("Once")
    with pytest.raises(DomainError, match="History is never changed"):
        _rewrite_audit()


@command
def _rewrite_audit() -> None:
    from sqlalchemy import delete

    from dashboard.audit.models import AuditEvent

    db.session.execute(delete(AuditEvent))


def test_a_session_of_a_test_sees_its_own_commits(session):
    make_owner()
    add("Within the outer transaction")
    assert owners() == 2
