"""The first page: how sending goes, and what needs a look."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint

from dashboard.campaigns import queries as campaigns
from dashboard.campaigns.charts import days_chart
from dashboard.campaigns.history import queries as history
from dashboard.campaigns.queries import Wanted
from dashboard.campaigns.signals import queries as signals
from dashboard.core import keyset
from dashboard.core.dates import day_start
from dashboard.core.db import utc_now
from dashboard.wallets import queries as wallets
from dashboard.wallets.proofs import queries as proofs
from dashboard.wallets.runway import queries as runways
from dashboard.web import htmx
from dashboard.web.access import Permission, may, requires
from dashboard.web.filters import reader_zone

bp = Blueprint("overview", __name__)

DAYS = 30


@bp.get("/")
@requires(Permission.READ)
def index():
    zone = reader_zone()
    today = utc_now().astimezone(ZoneInfo(zone)).date()
    first = today - timedelta(days=DAYS - 1)
    days = history.days(day_start(first, zone), zone)
    below_normal = signals.below_normal(Wanted())
    return htmx.render(
        "overview/index.html",
        "sending",
        days=days,
        month=history.sum_of(days),
        chart=days_chart(days, first, today, zone),
        sending=campaigns.sending_now(),
        below_normal=below_normal,
        furthest=signals.page(below_normal, keyset.At(size=8)).rows,
        worst=campaigns.worst_failures(day_start(first, zone)),
        low=wallets.low(),
        last_proof=proofs.last_result() if may(Permission.ADMINISTER) else None,
        short=runways.soonest_short(),
        totals_of=campaigns.totals_of,
    )
