"""Imports of the platform's database: their runs, and the rows that broke a rule."""

from flask import Blueprint, Response, stream_with_context

from dashboard.platform_import import queries, report
from dashboard.platform_import.forms import IssueFilter
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.paging import here

bp = Blueprint("platform_import", __name__)


@bp.get("/imports")
@requires(Permission.ADMINISTER)
def index():
    return htmx.render("platform_import/index.html", "results", page=queries.run_page(at=here()))


@bp.get("/imports/<int:run_id>")
@requires(Permission.ADMINISTER)
def show(run_id: int):
    form = IssueFilter(queries.reasons_of(run_id))
    return htmx.render(
        "platform_import/show.html",
        "results",
        run=queries.run(run_id),
        steps=queries.steps_of(run_id),
        form=form,
        page=queries.issue_page(run_id, form.wanted("table"), form.wanted("reason"), at=here()),
    )


@bp.get("/imports/<int:run_id>/issues.csv")
@requires(Permission.ADMINISTER)
def download(run_id: int):
    form = IssueFilter(queries.reasons_of(run_id))
    found = queries.stream_issues(queries.run(run_id).id, form.wanted("table"), form.wanted("reason"))
    return Response(
        stream_with_context(report.lines(run_id, found)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename=import-{run_id}.csv"},
    )
