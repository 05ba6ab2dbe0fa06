"""Reversing an entry: what it would do, and the confirmation of just that."""

from uuid import UUID

from flask import Blueprint, flash, url_for
from flask_login import current_user

from dashboard.owners import queries as owners
from dashboard.wallets.adjustments.commands import adjust_credits
from dashboard.wallets.adjustments.routes import fact, lead_to_request, limits, preview_of, today, too_few
from dashboard.wallets.commands import reversal_of
from dashboard.wallets.reversals import queries
from dashboard.wallets.reversals.forms import ReverseForm
from dashboard.web import htmx
from dashboard.web.access import Permission, requires

bp = Blueprint("reversals", __name__)


@bp.get("/owners/<int:owner_id>/wallet/entries/<int:entry_no>/reversal")
@requires(Permission.WALLET_ADJUST)
def new(owner_id: int, entry_no: int):
    return render_reversal(owner_id, entry_no, ReverseForm())


@bp.post("/owners/<int:owner_id>/wallet/entries/<int:entry_no>/reversal")
@requires(Permission.WALLET_ADJUST)
def create(owner_id: int, entry_no: int):
    form = ReverseForm()
    if form.validate_on_submit():
        movement = reversal_of(
            owner_id,
            queries.get(owner_id, entry_no).id,
            note=form.note.data or None,
            key=UUID(form.idempotency_key.data),
            actor_id=current_user.id,
        )
        with form.showing_refusals():
            if form.asks.data:
                return lead_to_request(movement)
            entry = adjust_credits(
                movement, limits=limits(), day=today(), seen_entry_no=form.seen, action="wallet.reverse"
            )
            flash(fact(owner_id, entry), "info" if entry.is_repeat else "success")
            return htmx.go(url_for("wallets.show", owner_id=owner_id))
    return render_reversal(owner_id, entry_no, form, status=form.status)


def render_reversal(owner_id: int, entry_no: int, form: ReverseForm, *, status: int = 200):
    entry = queries.get(owner_id, entry_no)
    preview = preview_of(owner_id, -entry.change_credits, form)
    if preview.shortfall_credits and not form.refusals and not entry.reversed_by:
        form.refusals.append(too_few(preview))
    return htmx.render(
        "wallets/reversal.html",
        "reversal",
        owner=owners.get(owner_id),
        entry=entry,
        preview=preview,
        form=form,
        status=status,
    )
