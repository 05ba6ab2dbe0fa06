"""Tags: those of an owner, and the contacts that have one."""

from flask import Blueprint

from dashboard.audiences.queries import Audience
from dashboard.owners import queries as owners
from dashboard.tags import queries
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.paging import here

bp = Blueprint("tags", __name__)


@bp.get("/owners/<int:owner_id>/tags")
@requires(Permission.READ)
def index(owner_id: int):
    return htmx.render(
        "tags/index.html",
        "results",
        owner=owners.get(owner_id),
        page=queries.page(owner_id, at=here()),
        most=queries.MOST_COUNTED,
    )


@bp.get("/owners/<int:owner_id>/tags/<int:tag_id>")
@requires(Permission.READ)
def show(owner_id: int, tag_id: int):
    return htmx.render(
        "tags/show.html",
        "results",
        tag=queries.get(owner_id, tag_id),
        page=queries.contact_page(owner_id, tag_id, at=here()),
        everybody=Audience(tag_id=tag_id),
    )
