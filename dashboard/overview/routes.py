"""The first page: how sending goes, and what needs a look."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint

from dashboard.campaigns import queries as campaigns
from dashboard.campaigns.breakdowns import queries as breakdowns
from dashboard.campaigns.charts import days_chart
from dashboard.campaigns.history import heat
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
MOST = 8  #: rows of each table


@bp.get("/")
@requires(Permission.READ)
def index():
    sending = campaigns.sending_now(most=MOST + 1)
    if htmx.is_partial():  # every few seconds, and nothing else is asked for
        return htmx.render(
            "overview/index.html", "sending", sending=sending, most=MOST, totals_of=campaigns.totals_of
        )
    zone = reader_zone()
    today = utc_now().astimezone(ZoneInfo(zone)).date()
    days = [today - timedelta(days=n) for n in reversed(range(DAYS))]
    since = day_start(days[0], zone)
    by_clock = history.by_hour_of_day(history.hours(since), zone)
    by_day = history.by_day(by_clock)
    owners = breakdowns.by_owner(since, zone)
    below_normal = signals.below_normal(Wanted())
    return htmx.render(
        "overview/index.html",
        "sending",
        days=days,
        by_day=by_day,
        is_odd_zone=any(day_start(day, zone).astimezone(UTC).minute for day in days),
        heat=heat.rows(by_clock, days[::-1]),
        heat_steps=heat.STEPS,
        month=breakdowns.whole(owners),
        chart=days_chart(by_day, days, zone),
        owners=owners[:MOST],
        countries=breakdowns.by_country(since)[:MOST],
        below_normal=below_normal,
        furthest=signals.page(below_normal, keyset.At(size=MOST)).rows,
        worst=campaigns.worst_failures(since),
        low=wallets.low(),
        last_proof=proofs.last_result() if may(Permission.ADMINISTER) else None,
        short=runways.soonest_short(),
        sending=sending,
        most=MOST,
        totals_of=campaigns.totals_of,
    )
