"""Large adjustments: the queue of those that wait for a second person, and deciding about each."""

from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_login import current_user

from dashboard.wallets.adjustments.routes import fact
from dashboard.wallets.approvals import commands, queries
from dashboard.wallets.approvals.forms import ApproveForm, RejectForm
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.forms import Form
from dashboard.web.paging import here

bp = Blueprint("approvals", __name__)


@bp.app_context_processor
def _queue() -> dict[str, Any]:
    # Called by the frame's sidebar, for those who may approve.
    return {"approvals_waiting": queries.waiting, "MOST_WAITING": queries.MOST_WAITING}


@bp.get("/approvals")
@requires(Permission.WALLET_APPROVE)
def index():
    only_waiting = request.args.get("show") != "all"
    page = queries.page(only_waiting=only_waiting, at=here())
    return htmx.render("wallets/approvals/index.html", "results", page=page, only_waiting=only_waiting)


@bp.get("/owners/<int:owner_id>/wallet/requests/<int:request_id>")
@requires(Permission.WALLET_ADJUST)
def show(owner_id: int, request_id: int):
    return render_request(owner_id, request_id)


@bp.post("/owners/<int:owner_id>/wallet/requests/<int:request_id>/approval")
@requires(Permission.WALLET_APPROVE)
def approve(owner_id: int, request_id: int):
    form = ApproveForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            entry = commands.approve_request(
                owner_id, request_id, password=form.password.data, actor_id=current_user.id
            )
            flash(fact(owner_id, entry), "info" if entry.is_repeat else "success")
            return htmx.go(url_for("wallets.show", owner_id=owner_id))
    return render_request(owner_id, request_id, approving=form, status=form.status)


@bp.post("/owners/<int:owner_id>/wallet/requests/<int:request_id>/rejection")
@requires(Permission.WALLET_APPROVE)
def reject(owner_id: int, request_id: int):
    form = RejectForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            commands.reject_request(owner_id, request_id, reason=form.reason.data, actor_id=current_user.id)
            flash("The request is rejected. Nothing was written to the ledger.")
            return htmx.go(url_for(".index"))
    return render_request(owner_id, request_id, rejecting=form, status=form.status)


@bp.post("/owners/<int:owner_id>/wallet/requests/<int:request_id>/withdrawal")
@requires(Permission.WALLET_ADJUST)
def withdraw(owner_id: int, request_id: int):
    commands.withdraw_request(owner_id, request_id, actor_id=current_user.id)
    flash("Your request is withdrawn. Nothing was written to the ledger.")
    return htmx.go(url_for(".index"))


def render_request(
    owner_id: int,
    request_id: int,
    *,
    approving: Form | None = None,
    rejecting: Form | None = None,
    status: int = 200,
):
    asked = queries.get(owner_id, request_id)
    return htmx.render(
        "wallets/approvals/show.html",
        "request",
        asked=asked,
        outcome=queries.outcome_of(asked),
        is_own=asked.requested_by == current_user.id,
        # Only the form that was sent is bound to what was typed.
        approving=approving or ApproveForm(formdata=None),
        rejecting=rejecting or RejectForm(formdata=None),
        status=status,
    )
