"""Erase a person on request."""

from flask import Blueprint, flash, url_for
from flask_login import current_user

from dashboard.contacts import queries as contacts
from dashboard.contacts.erasure import commands, queries
from dashboard.contacts.erasure.forms import ErasureForm
from dashboard.contacts.routes import refuse_erased
from dashboard.web import htmx
from dashboard.web.access import Permission, requires

bp = Blueprint("contact_erasure", __name__)


@bp.get("/owners/<int:owner_id>/contacts/<int:contact_id>/erasure")
@requires(Permission.CONTACT_CHANGE)
def new(owner_id: int, contact_id: int):
    if contacts.get(owner_id, contact_id).erased_at:
        return refuse_erased(owner_id, contact_id)
    return render_erasure(owner_id, contact_id, ErasureForm(formdata=None))


@bp.post("/owners/<int:owner_id>/contacts/<int:contact_id>/erasure")
@requires(Permission.CONTACT_CHANGE)
def create(owner_id: int, contact_id: int):
    form = ErasureForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            has_erased = commands.erase_contact(
                owner_id, contact_id, last_digits=form.last_digits.data, reason=form.reason.data,
                actor_id=current_user.id,
            )  # fmt: skip
            flash("The contact is erased." if has_erased else "The contact was erased already.")
            return htmx.go(url_for("contacts.show", owner_id=owner_id, contact_id=contact_id))
    return render_erasure(owner_id, contact_id, form, status=form.status)


def render_erasure(owner_id: int, contact_id: int, form: ErasureForm, *, status: int = 200):
    return htmx.render(
        "contacts/erasure.html",
        "erasure",
        contact=contacts.get(owner_id, contact_id),
        reach=queries.reach(owner_id, contact_id),
        form=form,
        status=status,
    )
