"""Subscribe and unsubscribe contacts, and take that back.

Whoever changes a subscription holds the contact first. So its events stand in one order, by their numbers and
their times, and the last one tells the contact's state, whoever comes at the same moment.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from dashboard.audit.commands import record
from dashboard.contacts.locks import locked, refuse_erased
from dashboard.contacts.models import Contact, Source, SubscriptionEvent
from dashboard.contacts.notes.commands import add_note
from dashboard.contacts.queries import suppressed_since
from dashboard.contacts.suppression import lift_suppression, suppress
from dashboard.core.db import db
from dashboard.core.errors import DomainError, Link
from dashboard.core.transactions import command

#: What the person says themselves. It is kept also where it changes nothing, however often.
OWN_WORDS = {Source.STOP_KEYWORD, Source.START_KEYWORD, Source.LINK}
#: The same reason of the same person within this time is a button pressed twice.
_PRESSED_TWICE = timedelta(minutes=1)
#: How long one may take back what one did.
UNDO_WITHIN = timedelta(hours=1)


@command
def stop_contact(
    owner_id: int,
    contact_id: int,
    *,
    reason: str,
    actor_id: int | None,
    source: Source = Source.STAFF,
    note: str | None = None,
) -> int | None:
    """Unsubscribe a contact of this owner, and of no other; answers the number of the event.

    Where it was unsubscribed already the event is kept too, so that no undo passes over what was said.
    None: just that was said a moment ago, or the contact was erased. A `note` is kept in any case.

    Raises:
        NoResultFound: no such contact of this owner.
        DomainError: there is a note, and the contact was erased.
    """
    contact = locked(owner_id, contact_id)
    _keep_note(contact, note, actor_id)
    if contact.erased_at is not None or (
        source not in OWN_WORDS and _was_just_said(contact, reason, actor_id)
    ):
        return None
    return _set_subscription(contact, False, reason, actor_id, source).id


@command
def resubscribe_contact(
    owner_id: int,
    contact_id: int,
    *,
    reason: str,
    actor_id: int | None,
    source: Source = Source.STAFF,
    note: str | None = None,
    has_asked: bool = False,
) -> int | None:
    """Subscribe a contact again and lift its suppression; answers the number of the event.

    None: it was subscribed already, and nothing changed. A `note` is kept in either case. `has_asked` says
    that the person asked for it: a suppressed number needs that, unless the words are their own.

    Raises:
        NoResultFound: no such contact of this owner.
        DomainError: the contact was erased; or its number is suppressed, and nobody said that they asked.
    """
    contact = locked(owner_id, contact_id)
    refuse_erased(contact)
    if not contact.is_subscribed and not has_asked and source not in OWN_WORDS:
        _refuse_suppressed(contact)
    _keep_note(contact, note, actor_id)
    if contact.is_subscribed and source not in OWN_WORDS:
        return None
    return _set_subscription(contact, True, reason, actor_id, source).id


@command
def undo_subscription(owner_id: int, contact_id: int, event_id: int, *, actor_id: int) -> int | None:
    """Take back an opt-in or opt-out of one's own by the opposite event; answers its number.

    An opt-out's suppression is lifted; an opt-in's opt-out holds again, since when it held before. None: the
    contact is in the wanted state already, e.g. because this was taken back before.

    Raises:
        NoResultFound: no such contact of this owner, or no such event of it.
        DomainError: something was said about the subscription since, the event is another's or too old, or
            the contact was erased, or its number opted out before that.
    """
    contact = locked(owner_id, contact_id)
    refuse_erased(contact)
    events = _events(contact)
    undone = next((event for event in events if event.id == event_id), None)
    if undone is None:
        raise NoResultFound
    if undone.is_subscribed != contact.is_subscribed:
        return None
    last, *before = events
    if last is not undone:
        raise DomainError("The subscription changed since, so it was left as it is. Look at the timeline.")
    _refuse_to_undo(last, actor_id)
    if not last.is_subscribed:
        _refuse_older_opt_out(contact, last)
    reason = f"Undone: {last.reason}"[:500] if last.reason else "Undone"
    since = _opted_out_at(before) if last.is_subscribed else None
    undoing = _set_subscription(
        contact, not last.is_subscribed, reason, actor_id, Source.STAFF, since=since, undoes=event_id
    )
    return undoing.id


def _set_subscription(
    contact: Contact,
    wanted: bool,
    reason: str,
    actor_id: int | None,
    source: Source,
    *,
    since: datetime | None = None,
    undoes: int | None = None,
) -> SubscriptionEvent:
    """Put a contact that is held into the state, with its proof. `since` is when it opted out, if not now."""
    assert contact.phone is not None
    # Not now(), which is when the transaction began: somebody else may have held the contact since.
    at = db.session.execute(select(func.clock_timestamp())).scalar_one()
    before = contact.is_subscribed
    if before != wanted:
        contact.is_subscribed, contact.updated_at = wanted, at
        contact.unsubscribed_at = None if wanted else since or at
    if wanted:
        lift_suppression(contact.owner_id, contact.phone)
    else:
        suppress(contact.owner_id, contact.phone, since or at)
    event = SubscriptionEvent(
        owner_id=contact.owner_id,
        contact_id=contact.id,
        is_subscribed=wanted,
        source=source,
        reason=reason,
        staff_id=actor_id,
        occurred_at=at,
    )
    db.session.add(event)
    db.session.flush()
    after = {"is_subscribed": wanted, "reason": reason, "source": str(source)}
    record(
        "contact.subscribe" if wanted else "contact.unsubscribe",
        f"contact:{contact.id}",
        staff_id=actor_id,
        owner_id=contact.owner_id,
        before={"is_subscribed": before},
        after=after | ({"undoes": undoes} if undoes else {}),
    )
    return event


def _keep_note(contact: Contact, note: str | None, actor_id: int | None) -> None:
    if note and actor_id is not None:
        add_note(contact.owner_id, contact.id, note, actor_id=actor_id)


def _refuse_suppressed(contact: Contact) -> None:
    assert contact.phone is not None
    if suppressed_since(contact.owner_id, contact.phone):
        ids: dict[str, int | str] = {"owner_id": contact.owner_id, "contact_id": contact.id}
        raise DomainError(
            "The number is suppressed, because it opted out. Look why, and say that the person asked.",
            field="has_asked",
            link=Link("contact_subscriptions.resubscription", ids, "Look why"),
        )


def _refuse_older_opt_out(contact: Contact, opt_out: SubscriptionEvent) -> None:
    # The number may have opted out as another contact's, or in words that were said before.
    assert contact.phone is not None
    since = suppressed_since(contact.owner_id, contact.phone)
    if since is not None and since != opt_out.occurred_at:
        raise DomainError(
            "The number opted out before, and that holds. If the person asked, subscribe them on their page."
        )


def _was_just_said(contact: Contact, reason: str, actor_id: int | None) -> bool:
    """Whether this person gave this reason to unsubscribe the contact a moment ago."""
    if contact.is_subscribed:
        return False
    last = next(iter(_events(contact)), None)
    if last is None or (last.is_subscribed, last.reason, last.staff_id) != (False, reason, actor_id):
        return False
    now = db.session.execute(select(func.clock_timestamp())).scalar_one()
    return bool(now - last.occurred_at <= _PRESSED_TWICE)


def _events(contact: Contact) -> Sequence[SubscriptionEvent]:
    """All opt-ins and opt-outs of a contact that is held, the last one written first."""
    return db.session.scalars(
        select(SubscriptionEvent)
        .where(SubscriptionEvent.owner_id == contact.owner_id, SubscriptionEvent.contact_id == contact.id)
        .order_by(SubscriptionEvent.id.desc())
    ).all()


def _refuse_to_undo(event: SubscriptionEvent, actor_id: int) -> None:
    # Without this, an undo would be a way around the step that a suppressed number needs.
    is_ones_own = event.source == Source.STAFF and event.staff_id == actor_id
    now = db.session.execute(select(func.clock_timestamp())).scalar_one()
    if not is_ones_own or now - event.occurred_at > UNDO_WITHIN:
        raise DomainError(
            "Only who changed the subscription can undo that, and within the hour. Change it with a reason."
        )


def _opted_out_at(before: Sequence[SubscriptionEvent]) -> datetime | None:
    """When the opt-out began that held until then; None where the history does not tell."""
    opt_outs = list(takewhile(lambda event: not event.is_subscribed, before))
    return opt_outs[-1].occurred_at if opt_outs else None
