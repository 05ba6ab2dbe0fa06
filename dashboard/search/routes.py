"""The search box of the header: below it as one types, on a page of its own, straight to the one record."""

from flask import Blueprint, url_for

from dashboard.contacts.queries import is_enough
from dashboard.search import queries
from dashboard.search.forms import SearchForm
from dashboard.web import htmx
from dashboard.web.access import Permission, requires

bp = Blueprint("search", __name__)


@bp.get("/search")
@requires(Permission.READ)
def show():
    form = SearchForm()
    typed = form.wanted("q") or ""
    if htmx.is_partial():
        found = queries.search(typed, most=queries.MOST_AS_YOU_TYPE)
        return htmx.render("search/hits.html", "hits", **shown(form, typed, found))
    found = queries.search(typed)
    if found.count == 1:
        return htmx.go(only_hit(found))
    return htmx.render("search/show.html", "results", **shown(form, typed, found))


def shown(form: SearchForm, typed: str, found: queries.Found):
    return {
        "form": form,
        "typed": typed,
        "found": found,
        "is_short": not is_enough(typed),
        "most_counted": queries.MOST_COUNTED,
    }


def only_hit(found: queries.Found) -> str:
    """The address of the one record that was found."""
    for person in (*found.contacts.rows, *found.messages.rows):
        contact_id = person.contact_id if found.messages.rows else person.id
        return url_for("contacts.show", owner_id=person.owner_id, contact_id=contact_id)
    for campaign in found.campaigns.rows:
        return url_for("campaigns.show", owner_id=campaign.owner_id, campaign_id=campaign.id)
    for found_list in found.lists.rows:
        return url_for("lists.show", owner_id=found_list.owner_id, list_id=found_list.id)
    return url_for("owners.show", owner_id=found.owners.rows[0].id)
