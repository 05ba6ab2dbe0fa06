"""Views: any page with its filters, kept under a name and opened by a link that says nothing."""

from typing import Any

from flask import Blueprint, abort, flash, get_template_attribute, request, url_for
from flask_login import current_user
from markupsafe import Markup

from dashboard.views import commands, queries
from dashboard.views.addresses import in_words, page_address
from dashboard.views.forms import RenameForm, SaveForm, ShareForm
from dashboard.web import htmx
from dashboard.web.access import Permission, may, requires
from dashboard.web.paging import here, this_path

bp = Blueprint("views", __name__)


@bp.app_context_processor
def _frame() -> dict[str, Any]:
    # Called by the frame of every page.
    return {"form_to_save_the_page": form_to_save_the_page}


@bp.get("/views")
@requires(Permission.READ)
def index():
    is_own = request.args.get("show") != "shared"
    page = queries.own(current_user.id, here()) if is_own else queries.shared(here())
    return htmx.render(
        "views/index.html",
        "results",
        page=page,
        is_own=is_own,
        in_words=in_words,
        may_change=may_change,
    )


@bp.get("/v/<token:token>")
@requires(Permission.READ)
def show(token: str):
    address = queries.address_of(token, reader_id=current_user.id)
    if address is None:
        abort(404, "This view is private or gone")
    return htmx.go(address)


@bp.post("/views")
@requires(Permission.READ)
def create():
    form = SaveForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            token = commands.save_view(
                form.name.data, form.address.data, is_shared=form.is_shared.data, actor_id=current_user.id
            )
            flash(saved(token, is_shared=form.is_shared.data))
            if not htmx.is_partial():
                return htmx.go(form.address.data)
            fresh = SaveForm(formdata=None, address=form.address.data)
            return render_save_form(fresh, event="view-saved")
    return render_save_form(form, status=form.status)


@bp.get("/views/<token:token>")
@requires(Permission.READ)
def edit(token: str):
    return render_view(token)


@bp.post("/views/<token:token>/name")
@requires(Permission.READ)
def rename(token: str):
    form = RenameForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            commands.rename_view(token, form.name.data, actor_id=current_user.id, is_admin=is_admin())
            flash(f"The view is called “{form.name.data}” now.")
            return htmx.go(url_for(".index"))
    return render_view(token, form, status=form.status)


@bp.post("/views/<token:token>/sharing")
@requires(Permission.READ)
def share(token: str):
    is_shared = ShareForm().is_shared.data
    commands.share_view(token, is_shared=is_shared, actor_id=current_user.id, is_admin=is_admin())
    flash("Everybody may open the view now." if is_shared else "The view is private now.")
    return htmx.go(url_for(".index"))


@bp.post("/views/<token:token>/deletion")
@requires(Permission.READ)
def delete(token: str):
    name = commands.delete_view(token, actor_id=current_user.id, is_admin=is_admin())
    flash(f"The view “{name}” is deleted.")
    return htmx.go(url_for(".index"))


def is_admin() -> bool:
    return may(Permission.ADMINISTER)


def may_change(view) -> bool:
    return view.created_by == current_user.id or (view.is_shared and is_admin())


def form_to_save_the_page() -> SaveForm | None:
    """The form that keeps the page on show; None where that is no page of its own."""
    address = page_address(f"{this_path()}?{request.query_string.decode(errors='replace')}")
    return SaveForm(formdata=None, address=address) if address else None


def saved(token: str, *, is_shared: bool) -> Markup:
    """That the view was saved, and its link."""
    return get_template_attribute("components/views.html", "saved")(token, is_shared)


def render_save_form(form: SaveForm, *, status: int = 200, event: str | None = None):
    return htmx.render(
        "views/new.html", "save_form", form=form, in_frame=htmx.is_partial(), status=status, event=event
    )


def render_view(token: str, form: RenameForm | None = None, *, status: int = 200):
    view = queries.get_to_change(token, person_id=current_user.id, is_admin=is_admin())
    return htmx.render(
        "views/edit.html",
        "view",
        view=view,
        form=form or RenameForm(name=view.name),
        in_words=in_words,
        status=status,
    )
