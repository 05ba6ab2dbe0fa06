"""Notes about a contact."""

from flask import Blueprint, flash
from flask_login import current_user

from dashboard.contacts.notes import commands
from dashboard.contacts.notes.forms import NoteForm
from dashboard.contacts.routes import render_contact
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.paging import with_filters

bp = Blueprint("contact_notes", __name__)


@bp.post("/owners/<int:owner_id>/contacts/<int:contact_id>/notes")
@requires(Permission.CONTACT_CHANGE)
def create(owner_id: int, contact_id: int):
    form = NoteForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            commands.add_note(owner_id, contact_id, form.text.data, actor_id=current_user.id)
            flash("The note was added.")
            if not htmx.is_partial():
                return htmx.go(with_filters("contacts.show", owner_id=owner_id, contact_id=contact_id))
            return render_contact(owner_id, contact_id, note_form=NoteForm(formdata=None))
    return render_contact(owner_id, contact_id, note_form=form, status=form.status)
