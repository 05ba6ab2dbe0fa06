"""Subscribed or not: changed with a reason, and taken back."""

from flask import Blueprint, flash, url_for
from flask_login import current_user

from dashboard.contacts import queries as contacts
from dashboard.contacts.routes import refuse_erased, render_contact
from dashboard.contacts.subscriptions import commands, queries
from dashboard.contacts.subscriptions.forms import ResubscriptionForm, SubscriptionForm
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.forms import Form
from dashboard.web.toasts import flash_with_undo

bp = Blueprint("contact_subscriptions", __name__)


@bp.post("/owners/<int:owner_id>/contacts/<int:contact_id>/subscription")
@requires(Permission.CONTACT_CHANGE)
def change(owner_id: int, contact_id: int):
    form = SubscriptionForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            wanted = form.is_subscribed.data == "true"
            put = commands.resubscribe_contact if wanted else commands.stop_contact
            event_id = put(
                owner_id, contact_id, reason=form.reason.data, note=form.note.data, actor_id=current_user.id
            )
            say(owner_id, contact_id, wanted, event_id)
            if not htmx.is_partial():
                return htmx.go(url_for("contacts.show", owner_id=owner_id, contact_id=contact_id))
            return render_contact(owner_id, contact_id, SubscriptionForm(formdata=None))
    return render_contact(owner_id, contact_id, form, status=form.status)


@bp.get("/owners/<int:owner_id>/contacts/<int:contact_id>/resubscription")
@requires(Permission.CONTACT_CHANGE)
def resubscription(owner_id: int, contact_id: int):
    if contacts.get(owner_id, contact_id).erased_at:
        return refuse_erased(owner_id, contact_id)
    return render_resubscription(owner_id, contact_id, ResubscriptionForm(formdata=None))


@bp.post("/owners/<int:owner_id>/contacts/<int:contact_id>/resubscription")
@requires(Permission.CONTACT_CHANGE)
def resubscribe(owner_id: int, contact_id: int):
    form = ResubscriptionForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            event_id = commands.resubscribe_contact(
                owner_id, contact_id, reason=form.reason.data, note=form.note.data, has_asked=True,
                actor_id=current_user.id,
            )  # fmt: skip
            say(owner_id, contact_id, True, event_id)
            return htmx.go(url_for("contacts.show", owner_id=owner_id, contact_id=contact_id))
    return render_resubscription(owner_id, contact_id, form, status=form.status)


@bp.post("/owners/<int:owner_id>/contacts/<int:contact_id>/subscription/<int:event_id>/undo")
@requires(Permission.CONTACT_CHANGE)
def undo(owner_id: int, contact_id: int, event_id: int):
    form = Form()
    with form.showing_refusals():
        undoing = commands.undo_subscription(owner_id, contact_id, event_id, actor_id=current_user.id)
        is_subscribed = contacts.get(owner_id, contact_id).is_subscribed
        flash(f"Undone. {words(is_subscribed, has_changed=undoing is not None)}")
    for sentence in form.refusals:
        flash(sentence, "error")
    return htmx.go(url_for("contacts.show", owner_id=owner_id, contact_id=contact_id))


def say(owner_id: int, contact_id: int, is_subscribed: bool, event_id: int | None) -> None:
    """Tell what became of it, with a button that undoes what it changed."""
    if event_id is None:
        flash(words(is_subscribed, has_changed=False))
    elif not queries.has_changed(owner_id, contact_id, event_id):
        flash("The contact was unsubscribed already; the reason was kept.")
    else:
        back = url_for(".undo", owner_id=owner_id, contact_id=contact_id, event_id=event_id)
        flash_with_undo(words(is_subscribed), back)


def words(is_subscribed: bool, *, has_changed: bool = True) -> str:
    state = "subscribed" if is_subscribed else "unsubscribed"
    return f"The contact is {state}." if has_changed else f"The contact was {state} already."


def render_resubscription(owner_id: int, contact_id: int, form: ResubscriptionForm, *, status: int = 200):
    contact = contacts.get(owner_id, contact_id)
    return htmx.render(
        "contacts/resubscription.html",
        "resubscription",
        contact=contact,
        why=queries.why_suppressed(contact),
        form=form,
        status=status,
    )
