"""Proofs of the ledgers: verifications and anchors."""

from flask import Blueprint, Response, flash, url_for
from flask_login import current_user

from dashboard.wallets.proofs import commands, queries
from dashboard.wallets.proofs.forms import VerifyForm
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.paging import here, stand_at

bp = Blueprint("ledger_proofs", __name__)


@bp.get("/wallets/proof")
@requires(Permission.ADMINISTER)
def index():
    return render_index(VerifyForm(queries.anchors()))


@bp.post("/wallets/proof/verifications")
@requires(Permission.ADMINISTER)
def create_verification():
    form = VerifyForm(queries.anchors())
    if form.validate_on_submit():
        with form.showing_refusals():
            number = commands.request_verification(anchor_id=form.anchor_id, asked_by=current_user.id)
            flash(f"Verification {number} is under way.", "info")
            return htmx.go(url_for(".show", verification_id=number))
    return render_index(form, status=form.status)


@bp.get("/wallets/proof/verifications/<int:verification_id>")
@requires(Permission.ADMINISTER)
def show(verification_id: int):
    return htmx.render(
        "wallets/proofs/show.html",
        "verification",
        verification=queries.verification(verification_id),
        outcomes=queries.outcomes_of(verification_id),
    )


@bp.post("/wallets/proof/anchors")
@requires(Permission.ADMINISTER)
def create_anchor():
    number = commands.take_anchor(taken_by=current_user.id)
    flash(f"Anchor {number} was taken. Keep a copy of it elsewhere.")
    return htmx.go(url_for(".index"))


@bp.get("/wallets/proof/anchors/<int:anchor_id>.txt")
@requires(Permission.ADMINISTER)
def download_anchor(anchor_id: int):
    return Response(
        queries.anchor_document(anchor_id),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename=anchor-{anchor_id}.txt"},
    )


def render_index(form: VerifyForm, *, status: int = 200):
    stand_at(".index")
    return htmx.render(
        "wallets/proofs/index.html",
        "verifications",
        form=form,
        last=queries.last_result(),
        anchors=queries.anchors(),
        page=queries.verification_page(at=here()),
        status=status,
    )
