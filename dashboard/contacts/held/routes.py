"""All that is held about a person, as one file."""

from flask import Blueprint, Response, request, stream_with_context
from flask_login import current_user

from dashboard.contacts import queries as contacts
from dashboard.contacts.held import commands, document
from dashboard.web.access import Permission, requires

bp = Blueprint("contact_held", __name__)


@bp.get("/owners/<int:owner_id>/contacts/<int:contact_id>/held.json")
@requires(Permission.CONTACT_CHANGE)
def download(owner_id: int, contact_id: int):
    contact = contacts.get(owner_id, contact_id)
    since = contacts.suppressed_since(owner_id, contact.phone)
    if request.method != "HEAD":  # which takes nothing away
        commands.note_download(owner_id, contact_id, actor_id=current_user.id)
    answer = Response(stream_with_context(document.written(contact, since)), mimetype="application/json")
    name = f"contact-{owner_id}-{contact_id}.json"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
