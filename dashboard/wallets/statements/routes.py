"""A wallet's statement for a period: as a page, made to be printed, and as PDF."""

from flask import Blueprint, Response, make_response, render_template

from dashboard.core.db import utc_now
from dashboard.owners import queries as owners
from dashboard.wallets.statements import pdf, queries, words
from dashboard.wallets.statements.forms import PeriodForm
from dashboard.wallets.statements.periods import day_of, presets
from dashboard.web.access import Permission, requires

bp = Blueprint("wallet_statements", __name__)


@bp.get("/owners/<int:owner_id>/wallet/statement")
@requires(Permission.READ)
def show(owner_id: int):
    owner, now = owners.get(owner_id), utc_now()
    today = day_of(now, owner.timezone)
    form = PeriodForm(today)
    period = form.period
    page = render_template(
        "wallets/statement.html",
        owner=owner,
        form=form,
        period=period,
        presets=presets(today),
        statement=period and queries.statement(owner_id, period.since, period.until, owner.timezone),
        made_at=now,
        words=words,
    )
    return make_response(page, 200 if period else 422)


@bp.get("/owners/<int:owner_id>/wallet/statement.pdf")
@requires(Permission.READ)
def download(owner_id: int):
    owner, now = owners.get(owner_id), utc_now()
    period = PeriodForm(day_of(now, owner.timezone)).period
    if period is None:
        # The page says at the field what is wrong.
        return show(owner_id)
    statement = queries.statement(owner_id, period.since, period.until, owner.timezone)
    name = f"statement-{owner_id}-{period.since}-{period.until}.pdf"
    return Response(
        pdf.typeset(owner, period, statement, now),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
