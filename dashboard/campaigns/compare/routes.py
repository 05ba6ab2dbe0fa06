"""Campaigns side by side: the address is the comparison, so that its link shares it."""

from flask import Blueprint, url_for

from dashboard.campaigns.charts import ages_chart, latency_chart
from dashboard.campaigns.compare import queries
from dashboard.campaigns.compare.choice import MOST, Key, text_of
from dashboard.campaigns.compare.forms import AGES, CompareForm
from dashboard.campaigns.models import AGES_MINUTES, LATENCIES_SECONDS
from dashboard.campaigns.queries import Wanted
from dashboard.campaigns.queries import page as page_of_campaigns
from dashboard.core import keyset
from dashboard.web.access import Permission, requires
from dashboard.web.htmx import render

bp = Blueprint("campaign_compare", __name__)

OFFERED = keyset.At(size=8)


@bp.get("/campaigns/compare")
@requires(Permission.READ)
def show():
    form = CompareForm()
    named = form.choice
    rows = queries.campaigns(named.keys)
    choice = named.of_those(rows)
    compared = queries.compare(rows, hours=form.hours, against=form.reference)

    def link(keys: list[Key] | None = None, **changes: str) -> str:
        """The address of this comparison with other campaigns, at another age or against another one."""
        wanted = {"age": form.wanted("age"), "against": form.reference and text_of(form.reference)}
        of = [text_of(key) for key in (choice.keys if keys is None else keys)]
        return url_for(".show", of=of, **(wanted | changes))

    # Without a name to look for, what else there is of the same owner.
    owner_id = choice.keys[0][0] if choice.keys and not form.wanted("q") else None
    return render(
        "campaigns/compare.html",
        "comparison",
        form=form,
        choice=choice,
        compared=compared,
        link=link,
        text_of=text_of,
        ages=AGES,
        most=MOST,
        ages_minutes=AGES_MINUTES,
        latency_bounds=LATENCIES_SECONDS,
        ages_chart=ages_chart,
        latency_chart=latency_chart,
        offered=page_of_campaigns(Wanted(name=form.wanted("q"), owner_id=owner_id), at=OFFERED).rows,
    )
