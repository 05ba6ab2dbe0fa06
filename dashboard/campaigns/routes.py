"""Campaigns: found, and what became of each."""

from flask import Blueprint, current_app, request

from dashboard.audiences import words as audience_words
from dashboard.campaigns import failures, queries
from dashboard.campaigns.ages import queries as ages
from dashboard.campaigns.charts import curve_chart, latency_chart
from dashboard.campaigns.forms import CampaignFilter, MessageFilter
from dashboard.campaigns.history import queries as history
from dashboard.campaigns.latency import queries as latencies
from dashboard.campaigns.messages import queries as messages_of
from dashboard.campaigns.models import LATENCIES_SECONDS
from dashboard.campaigns.signals import queries as signals
from dashboard.owners import queries as owners
from dashboard.wallets.reconciliation import queries as reconciliation
from dashboard.wallets.reconciliation import words as reconciliation_words
from dashboard.web.access import Permission, requires
from dashboard.web.filters import reader_zone
from dashboard.web.htmx import render
from dashboard.web.paging import here, with_filters

bp = Blueprint("campaigns", __name__)


@bp.get("/campaigns")
@requires(Permission.READ)
def index():
    form = CampaignFilter(owners=owners.names(), countries=owners.countries())
    wanted, sort = form.campaigns(reader_zone()), form.order
    below_normal = signals.below_normal(wanted)
    page = (
        signals.page(below_normal, here()) if sort == "worst" else queries.page(wanted, sort=sort, at=here())
    )
    return render(
        "campaigns/index.html",
        "results",
        form=form,
        page=page,
        growths=ages.growths([(row.owner_id, row.id) for row in page.rows]),
        below_normal=below_normal,
        sort=sort,
        totals_of=queries.totals_of,
        download_url=with_filters("campaign_exports.figures", after=None, before=None),
    )


@bp.get("/owners/<int:owner_id>/campaigns/<int:campaign_id>")
@requires(Permission.READ)
def show(owner_id: int, campaign_id: int):
    campaign, key = queries.get(owner_id, campaign_id), (owner_id, campaign_id)
    totals = queries.totals_of(campaign)
    curve = history.curve(owner_id, campaign_id)
    growth = ages.growths([key])[key]
    latency = latencies.latencies({key: totals.accepted})[key]
    window_days = current_app.config["UNSUBSCRIBE_WINDOW_DAYS"]
    return render(
        "campaigns/show.html",
        "figures",
        campaign=campaign,
        audience=audience_words.as_it_was(campaign.audience),
        totals=totals,
        curve=curve,
        chart=curve_chart(curve, campaign.timezone),
        at_ages=ages.at_ages(growth, ages.normal(owner_id, campaign.started_at)),
        latency=latency,
        latency_chart=latency_chart(latency),
        latency_bounds=LATENCIES_SECONDS,
        countries=queries.countries(owner_id, campaign_id),
        reasons=messages_of.failure_reasons(owner_id, campaign_id),
        reason_of=failures.reason,
        unsubscribes=messages_of.unsubscribes(
            owner_id, campaign_id, campaign.first_sent_at, window_days=window_days
        ),
        window_days=window_days,
        comparison=signals.of_campaign(owner_id, campaign_id, campaign.started_at),
        judged_until=signals.judged_until(campaign.started_at, reader_zone()),
        charge=reconciliation.charge(owner_id, campaign_id),
        difference_words=reconciliation_words,
        is_live=campaign.status == "sending" and request.args.get("live") != "off",
    )


@bp.get("/owners/<int:owner_id>/campaigns/<int:campaign_id>/unsubscribes")
@requires(Permission.READ)
def unsubscribes(owner_id: int, campaign_id: int):
    campaign = queries.get(owner_id, campaign_id)
    window_days = current_app.config["UNSUBSCRIBE_WINDOW_DAYS"]
    return render(
        "campaigns/unsubscribes.html",
        "results",
        campaign=campaign,
        window_days=window_days,
        page=messages_of.unsubscribed(
            owner_id, campaign_id, campaign.first_sent_at, window_days=window_days, at=here()
        ),
    )


@bp.get("/owners/<int:owner_id>/campaigns/<int:campaign_id>/messages")
@requires(Permission.READ)
def messages(owner_id: int, campaign_id: int):
    campaign = queries.get(owner_id, campaign_id)
    form = MessageFilter()
    figure, error_code = form.figure, form.code
    totals = queries.totals_of(campaign)
    page = messages_of.messages(
        owner_id, campaign_id, totals, figure=figure, error_code=error_code, at=here()
    )
    return render(
        "campaigns/messages.html",
        "results",
        campaign=campaign,
        form=form,
        totals=totals,
        figure=figure,
        error_code=error_code,
        page=page,
        reasons=messages_of.failure_reasons(owner_id, campaign_id) if figure == "failed" else [],
        reason_of=failures.reason,
    )
