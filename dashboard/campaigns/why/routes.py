"""Why a delivery rate fell, or rose: of a campaign and of a week."""

from flask import Blueprint

from dashboard.campaigns import queries as campaigns
from dashboard.campaigns.failures import reason
from dashboard.campaigns.signals.queries import LEAST_BASELINE
from dashboard.campaigns.why import queries, words
from dashboard.campaigns.why.forms import WeekFilter
from dashboard.campaigns.why.weeks import this_week
from dashboard.owners import queries as owners
from dashboard.web.access import Permission, requires
from dashboard.web.filters import reader_zone
from dashboard.web.htmx import render

bp = Blueprint("campaign_why", __name__)


@bp.get("/owners/<int:owner_id>/campaigns/<int:campaign_id>/why")
@requires(Permission.READ)
def of_campaign(owner_id: int, campaign_id: int):
    campaign = campaigns.get(owner_id, campaign_id)
    why = campaign.started_at and queries.of_campaign(owner_id, campaign_id, campaign.started_at)
    return render(
        "campaigns/why/of_campaign.html",
        "results",
        campaign=campaign,
        why=why,
        least=LEAST_BASELINE,
        words=words,
        reason=reason,
    )


@bp.get("/campaigns/why")
@requires(Permission.READ)
def of_week():
    current = this_week(reader_zone())
    form = WeekFilter(current, owners=owners.names(), countries=owners.countries())
    week = form.chosen_week
    return render(
        "campaigns/why/of_week.html",
        "results",
        form=form,
        week=week,
        is_current=week == current,
        why=queries.of_week(form.campaigns(reader_zone())),
        least=LEAST_BASELINE,
        words=words,
        reason=reason,
    )
