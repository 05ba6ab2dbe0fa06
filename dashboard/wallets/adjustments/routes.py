"""Adjusting a wallet: a form, a preview of what it would do, and the confirmation of just that."""

from dataclasses import asdict
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, flash, url_for
from flask_login import current_user
from markupsafe import Markup

from dashboard.core.db import utc_now
from dashboard.wallets.adjustments import commands, queries
from dashboard.wallets.adjustments.forms import AdjustCreditsForm, KeyedForm
from dashboard.wallets.approvals.commands import request_adjustment
from dashboard.wallets.commands import Entry, Movement
from dashboard.wallets.models import ReasonCode
from dashboard.wallets.routes import render_wallet
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.filters import number, reader_zone, signed

bp = Blueprint("adjustments", __name__)


@bp.post("/owners/<int:owner_id>/wallet/adjustments/preview")
@requires(Permission.WALLET_ADJUST)
def preview(owner_id: int):
    form = AdjustCreditsForm()
    if form.edit.data:
        return render_wallet(owner_id, form, block="adjust")
    if form.validate_on_submit():
        return render_preview(owner_id, form)
    return render_wallet(owner_id, form, block="adjust", status=form.status)


@bp.post("/owners/<int:owner_id>/wallet/adjustments")
@requires(Permission.WALLET_ADJUST)
def create(owner_id: int):
    form = AdjustCreditsForm()
    if not form.validate_on_submit():
        return render_wallet(owner_id, form, status=form.status)
    movement = Movement(
        owner_id,
        form.amount_credits.credits,
        ReasonCode(form.reason_code.data),
        UUID(form.idempotency_key.data),
        current_user.id,
        note=form.note.data or None,
    )
    with form.showing_refusals():
        if form.asks.data:
            return lead_to_request(movement)
        entry = commands.adjust_credits(movement, limits=limits(), day=today(), seen_entry_no=form.seen)
        flash(fact(owner_id, entry), "info" if entry.is_repeat else "success")
        if not htmx.is_partial():
            return htmx.go(url_for("wallets.show", owner_id=owner_id))
        return render_wallet(owner_id, AdjustCreditsForm(formdata=None))
    # The wallet moved, or today's limit was reached meanwhile: what would be so now.
    return render_preview(owner_id, form, block="wallet", status=form.status)


def render_preview(owner_id: int, form: AdjustCreditsForm, *, block: str = "adjust", status: int = 200):
    """The wallet with what the form would do, to be confirmed; or with what is missing."""
    seen = preview_of(owner_id, form.amount_credits.credits, form)
    if seen.shortfall_credits:
        if not form.amount_credits.errors:
            form.amount_credits.errors = [too_few(seen)]
        return render_wallet(owner_id, form, block=block, status=409, preview=seen)
    return render_wallet(owner_id, form, block=block, status=status, preview=seen)


def preview_of(owner_id: int, change_credits: int, form: KeyedForm) -> queries.Preview:
    """What the change would do, written into the form, so that just this is confirmed."""
    seen = queries.preview(
        owner_id, change_credits, staff_id=current_user.id, day=today(), **asdict(limits())
    )
    form.seen_entry_no.data = str(seen.last_entry_no)
    form.asks.data = "y" if seen.needs_approval else ""
    return seen


def lead_to_request(movement: Movement):
    """Ask a second person, and show the request."""
    request = request_adjustment(movement)
    if request.is_repeat:
        flash("That was asked for already. Nothing was added.", "info")
    else:
        flash("Another admin must approve this. It waits for 7 days.")
    return htmx.go(url_for("approvals.show", owner_id=request.owner_id, request_id=request.id))


def limits() -> commands.Limits:
    """What one person may move alone."""
    settings = current_app.config
    return commands.Limits(settings["ADJUSTMENT_LIMIT_CREDITS"], settings["ADJUSTMENT_DAY_LIMIT_CREDITS"])


def today():
    """The day at the person's desk."""
    return utc_now().astimezone(ZoneInfo(reader_zone())).date()


def fact(owner_id: int, entry: Entry) -> str:
    """What is so now, for the toast."""
    change, balance = signed(entry.change_credits), number(entry.balance_after_credits)
    if not entry.is_repeat:
        return f"{change} credits. Balance: {balance}."
    return Markup('{} credits were applied already, as <a href="{}">entry {}</a>. Nothing was added.').format(
        change,
        url_for("wallet_entries.show", owner_id=owner_id, entry_no=entry.entry_no),
        number(entry.entry_no),
    )


def too_few(seen: queries.Preview) -> str:
    """The sentence of a shortfall."""
    held, missing = number(seen.balance_credits), number(seen.shortfall_credits)
    return f"The wallet holds {held} credits: {missing} too few."
