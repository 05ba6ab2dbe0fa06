"""A contact's tags."""

from flask import Blueprint, flash, url_for
from flask_login import current_user

from dashboard.contacts.routes import render_contact
from dashboard.contacts.tags.forms import TagForm
from dashboard.tags import commands
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.forms import Form

bp = Blueprint("contact_tags", __name__)


@bp.post("/owners/<int:owner_id>/contacts/<int:contact_id>/tags")
@requires(Permission.CONTACT_CHANGE)
def create(owner_id: int, contact_id: int):
    form = TagForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            name = commands.tag_contact(owner_id, contact_id, form.tag.data, actor_id=current_user.id)
            flash(f"The contact has the tag “{name}”.")
            return back_to_contact(owner_id, contact_id)
    return render_contact(owner_id, contact_id, tag_form=form, status=form.status)


@bp.post("/owners/<int:owner_id>/contacts/<int:contact_id>/tags/<int:tag_id>/removal")
@requires(Permission.CONTACT_CHANGE)
def remove(owner_id: int, contact_id: int, tag_id: int):
    form = Form()
    with form.showing_refusals():
        name = commands.untag_contact(owner_id, contact_id, tag_id, actor_id=current_user.id)
        flash(f"The tag “{name}” was taken off.")
    for sentence in form.refusals:
        flash(sentence, "error")
    return back_to_contact(owner_id, contact_id)


def back_to_contact(owner_id: int, contact_id: int):
    if not htmx.is_partial():
        return htmx.go(url_for("contacts.show", owner_id=owner_id, contact_id=contact_id))
    return render_contact(owner_id, contact_id)
