"""Campaigns whose messages and debits differ, and proposals that settle them."""

from flask import Blueprint, flash
from flask_login import current_user

from dashboard.owners import queries as owners
from dashboard.wallets.reconciliation import commands, queries, words
from dashboard.wallets.reconciliation.forms import DifferenceFilter, ProposalForm
from dashboard.wallets.reconciliation.queries import Kind
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.paging import here, stand_at, with_filters

bp = Blueprint("reconciliation", __name__)


@bp.get("/wallets/reconciliation")
@requires(Permission.READ)
def index():
    return render_index()


@bp.post("/owners/<int:owner_id>/campaigns/<int:campaign_id>/proposals")
@requires(Permission.WALLET_ADJUST)
def propose(owner_id: int, campaign_id: int):
    form = ProposalForm()
    if not form.validate_on_submit():
        flash("That could not be read. Reload the page, then propose it again.", "error")
        return back_to_index()
    with form.showing_refusals():
        asked = commands.propose(
            owner_id,
            campaign_id,
            Kind(form.kind.data),
            seen_credits=form.seen_credits,
            actor_id=current_user.id,
        )
        if asked.is_repeat:
            flash("That was asked for already, and waits for another admin. Nothing was added.", "info")
        else:
            flash("Another admin must approve this. It waits for 7 days.")
    for sentence in form.refusals:
        flash(sentence, "error")
    return back_to_index()


def back_to_index():
    """The differences as the person saw them, with the filters that the form's address carries."""
    return render_index() if htmx.is_partial() else htmx.go(with_filters(".index"))


def render_index():
    stand_at(".index")
    form = DifferenceFilter(owners=owners.names())
    figures = queries.figures()
    differing = [kind for kind in Kind if figures[kind].campaigns]
    kind = Kind(form.wanted("kind") or (differing or list(Kind))[0])
    form.kind.data = kind
    page = queries.page(kind, owner_id=form.wanted("owner"), at=here())
    return htmx.render(
        "wallets/reconciliation/index.html",
        "results",
        form=form,
        figures=figures,
        kind=kind,
        page=page,
        waiting=queries.waiting(kind, [(row.owner_id, row.campaign_id) for row in page.rows]),
        charge_of=queries.charge_of,
        most_counted=queries.MOST_COUNTED,
        words=words,
        with_filters=with_filters,
    )
