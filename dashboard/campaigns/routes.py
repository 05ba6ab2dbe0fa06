"""Campaigns: found, and what became of each."""

from flask import Blueprint, current_app, request

from dashboard.campaigns import queries
from dashboard.campaigns.charts import curve_chart
from dashboard.campaigns.failures import meaning
from dashboard.campaigns.forms import CampaignFilter, MessageFilter
from dashboard.campaigns.history import queries as history
from dashboard.campaigns.messages import queries as messages_of
from dashboard.campaigns.signals import queries as signals
from dashboard.core.dates import day_end, day_start
from dashboard.owners import queries as owners
from dashboard.wallets.reconciliation import queries as reconciliation
from dashboard.wallets.reconciliation import words as reconciliation_words
from dashboard.web.access import Permission, requires
from dashboard.web.filters import reader_zone
from dashboard.web.htmx import render
from dashboard.web.paging import here

bp = Blueprint("campaigns", __name__)


@bp.get("/campaigns")
@requires(Permission.READ)
def index():
    form = CampaignFilter(owners=owners.names(), countries=owners.countries())
    since, until = form.wanted("since"), form.wanted("until")
    wanted = queries.Wanted(
        name=form.wanted("q"),
        status=form.wanted("status"),
        owner_id=form.wanted("owner"),
        country=form.wanted("country"),
        since=since and day_start(since, reader_zone()),
        until=until and day_end(until, reader_zone()),
    )
    below_normal = signals.below_normal(wanted)
    sort = "worst" if form.wanted("signal") else form.wanted("sort") or "newest"
    return render(
        "campaigns/index.html",
        "results",
        form=form,
        page=signals.page(below_normal, here())
        if sort == "worst"
        else queries.page(wanted, sort=sort, at=here()),
        below_normal=below_normal,
        sort=sort,
        totals_of=queries.totals_of,
    )


@bp.get("/owners/<int:owner_id>/campaigns/<int:campaign_id>")
@requires(Permission.READ)
def show(owner_id: int, campaign_id: int):
    campaign = queries.get(owner_id, campaign_id)
    curve = history.curve(owner_id, campaign_id)
    return render(
        "campaigns/show.html",
        "figures",
        campaign=campaign,
        totals=queries.totals_of(campaign),
        curve=curve,
        chart=curve_chart(curve, campaign.timezone),
        reasons=messages_of.failure_reasons(owner_id, campaign_id),
        meaning=meaning,
        unsubscribes=messages_of.unsubscribes(
            owner_id,
            campaign_id,
            campaign.first_sent_at,
            window_days=current_app.config["UNSUBSCRIBE_WINDOW_DAYS"],
        ),
        window_days=current_app.config["UNSUBSCRIBE_WINDOW_DAYS"],
        comparison=signals.of_campaign(owner_id, campaign_id, campaign.started_at),
        charge=reconciliation.charge(owner_id, campaign_id),
        difference_words=reconciliation_words,
        is_live=campaign.status == "sending" and request.args.get("live") != "off",
    )


@bp.get("/owners/<int:owner_id>/campaigns/<int:campaign_id>/messages")
@requires(Permission.READ)
def messages(owner_id: int, campaign_id: int):
    campaign = queries.get(owner_id, campaign_id)
    form = MessageFilter()
    figure = form.wanted("status") or "all"
    # An empty code asks for failures without one; none at all asks for all.
    error_code = form.error_code.data if "error_code" in request.args else None
    totals = queries.totals_of(campaign)
    page = messages_of.messages(
        owner_id, campaign_id, totals, figure=figure, error_code=error_code, at=here()
    )
    return render(
        "campaigns/messages.html",
        "results",
        campaign=campaign,
        totals=totals,
        figure=figure,
        error_code=error_code,
        page=page,
        meaning=meaning,
    )
