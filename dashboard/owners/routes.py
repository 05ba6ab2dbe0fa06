"""Owners: who they are, and each at a glance."""

from datetime import timedelta

from flask import Blueprint

from dashboard.campaigns import queries as campaigns
from dashboard.campaigns.breakdowns import queries as breakdowns
from dashboard.core import keyset
from dashboard.core.db import utc_now
from dashboard.lists import queries as lists
from dashboard.owners import queries
from dashboard.owners.forms import OwnerFilter
from dashboard.wallets.runway import queries as runways
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.paging import here

bp = Blueprint("owners", __name__)


@bp.get("/owners")
@requires(Permission.READ)
def index():
    form = OwnerFilter()
    return htmx.render(
        "owners/index.html", "results", form=form, page=queries.page(name=form.wanted("q"), at=here())
    )


@bp.get("/owners/<int:owner_id>")
@requires(Permission.READ)
def show(owner_id: int):
    owner = queries.get(owner_id)
    return htmx.render(
        "owners/show.html",
        "owner",
        owner=owner,
        glance=queries.glance(owner_id),
        month=breakdowns.of_owner(owner_id, utc_now() - timedelta(days=30)),
        campaigns=campaigns.page(campaigns.Wanted(owner_id=owner_id), at=keyset.At(size=8)).rows,
        lists=lists.page(lists.Wanted(owner_id=owner_id), at=keyset.At(size=8)).rows,
        numbers=queries.sender_numbers(owner_id),
        runway=runways.of(owner_id),
        totals_of=campaigns.totals_of,
    )
