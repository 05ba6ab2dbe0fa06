"""A person who imports: brings a file, looks at what was found, and starts."""

import io
from types import SimpleNamespace
from uuid import uuid4

from sqlalchemy import select

from dashboard.contact_imports import commands, queries
from dashboard.contact_imports.applying.run import run
from dashboard.contact_imports.outcomes import Done, Found, Options
from dashboard.contact_imports.reading import guesses, tables
from dashboard.contact_imports.reading.people import Problem, people
from dashboard.contact_imports.reading.plans import VALUES
from dashboard.contact_imports.staging.checks import check
from dashboard.contacts.models import Contact, SubscriptionEvent
from dashboard.core.db import db
from tests.factories import make_owner, make_staff

CONSENT = "Ticked the box in the shop"


def an_owner(**values) -> SimpleNamespace:
    """An owner's number, which outlives the sessions that an import goes through."""
    return SimpleNamespace(id=make_owner(**values).id)


def read(content: bytes | str, country: str = "GR", **changes):
    """What is read of a file: the people, the problems (row number, reason), the plan."""
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    plan = guesses.guess(file, country)
    if changes:
        plan = type(plan)(**plan.as_json() | changes)
    found, problems = [], []
    for one in people(tables.rows(file, plan), plan, country):
        if isinstance(one, Problem):
            problems.append((one.row_no, one.reason))
        else:
            found.append(
                {name: value for name, value in zip(VALUES, one[2], strict=True) if value is not None}
            )
    return found, problems, plan


def bring(owner, content: bytes | str, *, actor_id=None, name: str = "contacts.csv", list_id=None) -> int:
    """Bring a file and have it checked; the import's number."""
    owner_id = owner.id
    content = content.encode() if isinstance(content, str) else content
    actor_id = actor_id or make_staff("support").id
    import_id = commands.keep_file(owner_id, name, [content], list_id=list_id, actor_id=actor_id)
    check(owner_id, import_id, 1, lambda _: None)
    return import_id


def found_in(owner, import_id: int) -> Found:
    db.session.remove()
    return Found(**queries.get(owner.id, import_id).found)


def begin(owner, import_id: int, consent: str = CONSENT, **options) -> None:
    """Start an import, without running it."""
    actor_id = queries.get(owner.id, import_id).staff_id
    commands.start(
        owner.id,
        import_id,
        Options(**options),
        consent=consent,
        check_no=queries.get(owner.id, import_id).check_no,
        idempotency_key=uuid4(),
        actor_id=actor_id,
    )


def finish(owner, import_id: int) -> Done:
    run(owner.id, import_id, lambda _done, _total: None)
    db.session.remove()
    return Done(**queries.get(owner.id, import_id).done)


def bring_in(owner, content: bytes | str, **options) -> Done:
    """Bring a file and import it."""
    import_id = bring(owner, content)
    begin(owner, import_id, **options)
    return finish(owner, import_id)


def contacts_of(owner) -> list[Contact]:
    db.session.remove()
    return list(
        db.session.scalars(select(Contact).where(Contact.owner_id == owner.id).order_by(Contact.phone))
    )


def events_of(owner) -> list[tuple]:
    """What happened to the owner's contacts' consent: number, state, way, words."""
    db.session.remove()
    rows = (
        select(
            Contact.phone, SubscriptionEvent.is_subscribed, SubscriptionEvent.source, SubscriptionEvent.reason
        )
        .join(
            Contact,
            (Contact.owner_id == SubscriptionEvent.owner_id) & (Contact.id == SubscriptionEvent.contact_id),
        )
        .where(SubscriptionEvent.owner_id == owner.id)
        .order_by(SubscriptionEvent.id)
    )
    return [tuple(row) for row in db.session.execute(rows)]
