"""The search box of the header: straight to the record, or to a choice of records."""

from flask import Blueprint, url_for

from dashboard.contacts.queries import SHORTEST
from dashboard.search import queries
from dashboard.search.forms import SearchForm
from dashboard.web import htmx
from dashboard.web.access import Permission, requires

bp = Blueprint("search", __name__)


@bp.get("/search")
@requires(Permission.READ)
def show():
    typed = SearchForm().wanted("q") or ""
    found = queries.search(typed)
    if found.count == 1:
        return htmx.go(only_hit(found))
    return htmx.render("search/show.html", "results", typed=typed, found=found, shortest=SHORTEST)


def only_hit(found: queries.Found) -> str:
    """The address of the one record that was found."""
    for contact in found.contacts:
        return url_for("contacts.show", owner_id=contact.owner_id, contact_id=contact.id)
    for campaign in found.campaigns:
        return url_for("campaigns.show", owner_id=campaign.owner_id, campaign_id=campaign.id)
    for found_list in found.lists:
        return url_for("lists.show", owner_id=found_list.owner_id, list_id=found_list.id)
    return url_for("owners.show", owner_id=found.owners[0].id)
