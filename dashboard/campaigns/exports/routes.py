"""Campaign figures and messages to take away: the rows that the pages show, as files."""

from flask import Blueprint

from dashboard.campaigns import queries as campaigns
from dashboard.campaigns.exports.kinds import FIGURES, MESSAGES, figures_of, messages_of
from dashboard.campaigns.forms import CampaignFilter, MessageFilter
from dashboard.exports.answers import hand_over
from dashboard.owners import queries as owners
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.filters import reader_zone
from dashboard.web.paging import with_filters

bp = Blueprint("campaign_exports", __name__)


@bp.route("/campaigns.csv", methods=["GET", "POST"])
@requires(Permission.CAMPAIGN_EXPORT)
def figures():
    form = CampaignFilter(owners=owners.names(), countries=owners.countries())
    if form.errors.keys() - {"sort"}:  # which has no field
        # The page says at the field what is wrong.
        return htmx.go(with_filters("campaigns.index"))
    return hand_over(FIGURES, figures_of(form.campaigns(reader_zone()), form.order))


@bp.route("/owners/<int:owner_id>/campaigns/<int:campaign_id>/messages.csv", methods=["GET", "POST"])
@requires(Permission.CAMPAIGN_EXPORT)
def messages(owner_id: int, campaign_id: int):
    campaigns.get(owner_id, campaign_id)
    form = MessageFilter()
    return hand_over(MESSAGES, messages_of(owner_id, campaign_id, form.figure, form.code))
