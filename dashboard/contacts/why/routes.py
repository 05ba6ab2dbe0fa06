"""Why a contact did not get a campaign."""

from functools import partial
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, url_for

from dashboard.contacts import queries as contacts
from dashboard.contacts.timeline.queries import SHOWN
from dashboard.contacts.why import queries
from dashboard.contacts.why.answers import answer
from dashboard.contacts.why.checks import Evidence
from dashboard.contacts.why.forms import WhyForm
from dashboard.core.db import AnyRow
from dashboard.web import htmx
from dashboard.web.access import Permission, requires

bp = Blueprint("contact_why", __name__)


@bp.get("/owners/<int:owner_id>/contacts/<int:contact_id>/why-not")
@requires(Permission.READ)
def show(owner_id: int, contact_id: int):
    form = WhyForm()
    if form.campaign_id:
        facts = queries.facts(owner_id, contact_id, form.campaign_id)
        return render_template(
            "contacts/why.html",
            contact=facts.contact,
            facts=facts,
            answer=answer(facts),
            address_of=partial(address_of, facts.contact),
        )
    contact = contacts.get(owner_id, contact_id)
    typed = form.wanted("q") or ""
    found = queries.campaigns_named(owner_id, typed)
    if typed and len(found) == 1:
        return htmx.go(url_for(".show", owner_id=owner_id, contact_id=contact_id, campaign=found[0].id))
    return render_template(
        "contacts/why_which.html",
        contact=contact,
        form=form,
        found=found,
        typed=typed,
        most=queries.MOST_CAMPAIGNS,
    )


def address_of(contact: AnyRow, evidence: Evidence) -> str | None:
    """Where the evidence is: its page, or its line of the timeline, which then begins with that minute.

    Of its kind alone, so that nothing else of that minute pushes it to the next page.
    """
    if evidence.endpoint:
        return url_for(evidence.endpoint, **evidence.values)
    if not evidence.event or not evidence.at:
        return None
    local = evidence.at.astimezone(ZoneInfo(contact.timezone))
    return url_for(
        "contacts.show",
        owner_id=contact.owner_id,
        contact_id=contact.id,
        kind=_tab(evidence.event),
        day=f"{local:%Y-%m-%d}",
        time=f"{local:%H:%M}",
        _anchor=evidence.event,
    )


def _tab(event: str) -> str | None:
    """The tab that shows a line of the timeline, such as "consent-12"."""
    kind = event.partition("-")[0]
    return next((tab for tab, kinds in SHOWN.items() if tab and kind in kinds), None)
