"""Exports: files that the worker makes, how far each is, and the download."""

from flask import Blueprint, abort, request, url_for
from flask_login import current_user

from dashboard.exportable import KINDS, kind_named
from dashboard.exports import queries
from dashboard.exports.answers import have_made, send
from dashboard.exports.kinds import Kind
from dashboard.exports.words import file_size
from dashboard.web import htmx
from dashboard.web.access import Permission, may, requires
from dashboard.web.paging import here

bp = Blueprint("exports", __name__)


@bp.get("/exports")
@requires(Permission.READ)
def index():
    is_own = request.args.get("show") != "all" or not may(Permission.ADMINISTER)
    return htmx.render(
        "exports/index.html",
        "results",
        page=queries.page(reader_id=current_user.id if is_own else None, at=here()),
        is_own=is_own,
        may_have=may_have,
        file_size=file_size,
    )


@bp.get("/exports/<int:export_id>")
@requires(Permission.READ)
def show(export_id: int):
    return htmx.render(
        "exports/show.html", "export", export=find(export_id), may_have=may_have, file_size=file_size
    )


@bp.get("/exports/<int:export_id>.csv")
@requires(Permission.READ)
def download(export_id: int):
    export = find(export_id)
    if export.state != "ready":
        # The page says why there is nothing to download.
        return htmx.go(url_for(".show", export_id=export_id))
    return send(allowed(export.kind), export)


@bp.post("/exports/<int:export_id>/repeats")
@requires(Permission.READ)
def repeat(export_id: int):
    export = find(export_id)
    return have_made(allowed(export.kind), export.arguments)


def find(export_id: int):
    """The export, if it is the person's own; an admin finds everybody's."""
    return queries.get(export_id, reader_id=None if may(Permission.ADMINISTER) else current_user.id)


def may_have(export) -> bool:
    """Whether the person's role may have a file of that kind, if this release still knows the kind."""
    return export.kind in KINDS and may(KINDS[export.kind].permission)


def allowed(name: str) -> Kind:
    """The kind of that name, if the person may have it: who asked for a file may have lost the role."""
    kind = kind_named(name)
    if not may(kind.permission):
        abort(403, f"Your role may not {kind.permission.value}.")
    return kind
