"""Reports: saved views that people get by mail every Monday, and what became of each sending."""

from typing import Any

from flask import Blueprint, abort, flash, request, url_for
from flask_login import current_user

from dashboard.mails import folder
from dashboard.mails.sending import missing_settings
from dashboard.reports import commands, queries
from dashboard.reports.endings import END_WORDS
from dashboard.reports.pages import may_see
from dashboard.views.addresses import in_words
from dashboard.web import htmx
from dashboard.web.access import Permission, may, requires
from dashboard.web.paging import here, stand_at

bp = Blueprint("reports", __name__)


@bp.app_context_processor
def _views() -> dict[str, Any]:
    # Called by the pages of the views.
    return {"my_reports_by_view": my_reports_by_view, "may_get_by_mail": may_get_by_mail}


@bp.get("/reports")
@requires(Permission.CAMPAIGN_EXPORT)
def index():
    is_own = not is_admin() or request.args.get("show") != "all"
    page = queries.own(current_user.id, here()) if is_own else queries.everybodys(here())
    return htmx.render(
        "reports/index.html",
        "results",
        page=page,
        is_own=is_own,
        is_admin=is_admin(),
        in_words=in_words,
        END_WORDS=END_WORDS,
        **about_mail(),
    )


@bp.get("/reports/<int:report_id>")
@requires(Permission.CAMPAIGN_EXPORT)
def show(report_id: int):
    return render_report(report_id)


@bp.post("/reports/<int:report_id>/deliveries")
@requires(Permission.CAMPAIGN_EXPORT)
def create_delivery(report_id: int):
    commands.send_now(report_id, actor_id=current_user.id, is_admin=is_admin())
    flash("The report is on its way.")
    if not htmx.is_partial():
        return htmx.go(url_for(".show", report_id=report_id))
    return render_report(report_id)


@bp.post("/reports/<int:report_id>/end")
@requires(Permission.CAMPAIGN_EXPORT)
def end(report_id: int):
    commands.stop(report_id, actor_id=current_user.id, is_admin=is_admin())
    flash("The report is stopped.")
    return htmx.go(url_for(".show", report_id=report_id))


@bp.get("/views/<token:token>/report")
@requires(Permission.CAMPAIGN_EXPORT)
def new(token: str):
    return htmx.render(
        "reports/new.html", "main", view=view_to_send(token), in_words=in_words, **about_mail()
    )


@bp.post("/views/<token:token>/report")
@requires(Permission.CAMPAIGN_EXPORT)
def create(token: str):
    view = view_to_send(token)
    report_id = commands.subscribe(token, reader_id=current_user.id)
    flash(f"“{view.name}” comes to you every Monday at 08:00 ({current_user.timezone}).")
    return htmx.go(url_for(".show", report_id=report_id))


def render_report(report_id: int):
    stand_at(".show", report_id=report_id)
    report = queries.get(report_id, person_id=current_user.id, is_admin=is_admin())
    page = queries.deliveries(report_id, here())
    return htmx.render(
        "reports/show.html",
        "results",
        report=report,
        page=page,
        tries=queries.tries([delivery.id for delivery in page.rows]),
        in_words=in_words,
        END_WORDS=END_WORDS,
        **about_mail(),
    )


def view_to_send(token: str):
    """The view, for one who may open it and its page."""
    view = queries.view_to_send(token, reader_id=current_user.id)
    if view is None:
        abort(404, "This view is private or gone")
    if not may_see(current_user.role, view.address):
        abort(403, "Your role may not open the page of this view")
    return view


def may_get_by_mail(view) -> bool:
    return may(Permission.CAMPAIGN_EXPORT) and may_see(current_user.role, view.address)


def my_reports_by_view() -> dict[int, Any]:
    return queries.by_view(current_user.id)


def about_mail() -> dict[str, Any]:
    """Whether mail is set up, and whether it is kept in a folder instead of being sent."""
    return {"missing_settings": missing_settings(), "is_kept_in_folder": folder.folder() is not None}


def is_admin() -> bool:
    return may(Permission.ADMINISTER)
