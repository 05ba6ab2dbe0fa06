"""A contact's consent on one sheet, for a complaint."""

from flask import Blueprint, Response, render_template

from dashboard.contacts import queries as contacts
from dashboard.contacts.consent import queries, sheet
from dashboard.core.db import utc_now
from dashboard.wallets.balances.words import time_in
from dashboard.web.access import Permission, requires

bp = Blueprint("contact_consent", __name__)


@bp.get("/owners/<int:owner_id>/contacts/<int:contact_id>/consent")
@requires(Permission.READ)
def show(owner_id: int, contact_id: int):
    contact = contacts.get(owner_id, contact_id)
    proof = queries.proof(contact)
    return render_template(
        "contacts/consent.html",
        contact=contact,
        proof=proof,
        digest=sheet.digest(sheet.canonical(contact, proof)),
        instant=sheet.instant,
        time_in=time_in,
        made_at=utc_now(),
    )


@bp.get("/owners/<int:owner_id>/contacts/<int:contact_id>/consent.txt")
@requires(Permission.READ)
def download(owner_id: int, contact_id: int):
    contact = contacts.get(owner_id, contact_id)
    text = sheet.canonical(contact, queries.proof(contact))
    name = f"consent-{owner_id}-{contact_id}.txt"
    return Response(
        text, mimetype="text/plain", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
