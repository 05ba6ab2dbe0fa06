"""Wallets: balances and ledgers."""

from typing import Any

from flask import Blueprint

from dashboard.core.db import AnyRow, utc_now
from dashboard.owners import queries as owners
from dashboard.wallets import queries
from dashboard.wallets.adjustments.forms import AdjustCreditsForm
from dashboard.wallets.balances import queries as balances
from dashboard.wallets.balances.charts import closings_chart, first_day
from dashboard.wallets.balances.forms import BalanceForm
from dashboard.wallets.balances.words import ends_of_periods, time_in
from dashboard.wallets.forms import WalletFilter
from dashboard.wallets.ledger import queries as ledger
from dashboard.wallets.ledger.forms import LedgerFilter
from dashboard.wallets.ledger.totals import MOST_ENTRIES, totals
from dashboard.wallets.runway import queries as runways
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.paging import here, stand_at, with_filters

bp = Blueprint("wallets", __name__)


@bp.get("/wallets")
@requires(Permission.READ)
def index():
    form = WalletFilter()
    page = queries.page(
        name=form.wanted("q"),
        only_low=bool(form.low.data),
        only_short=bool(form.short.data),
        at=here(),
    )
    return htmx.render(
        "wallets/index.html",
        "results",
        form=form,
        page=page,
        runways=runways.of_each([wallet.owner_id for wallet in page.rows]),
    )


@bp.get("/owners/<int:owner_id>/wallet")
@requires(Permission.READ)
def show(owner_id: int):
    # Who filters the ledger sees it change and nothing else.
    return render_wallet(owner_id, AdjustCreditsForm(), block="ledger")


def render_wallet(
    owner_id: int, form: AdjustCreditsForm, *, block: str = "wallet", status: int = 200, preview: Any = None
):
    """The wallet's page, or the block of it. `preview` is what the form would do, to be confirmed."""
    stand_at("wallets.show", owner_id=owner_id)
    owner = owners.get(owner_id)
    # Who works at one block does not wait for the figures of the others.
    shows_all = block == "wallet" or not htmx.is_partial()
    return htmx.render(
        "wallets/show.html",
        block,
        owner=owner,
        wallet=queries.find(owner_id),
        form=form,
        preview=preview,
        **(read_ledger(owner) if shows_all or block == "ledger" else {}),
        **(read_past(owner) if shows_all else {}),
        status=status,
    )


def read_ledger(owner: AnyRow) -> dict[str, Any]:
    """The entries that the URL asks for, and what they add up to."""
    asked = LedgerFilter(ledger.staff(owner.id))
    wanted = asked.entries(owner.timezone)
    return {
        "filter": asked,
        "page": ledger.page(owner.id, wanted, at=here()),
        "totals": totals(owner.id, wanted),
        "campaign_name": wanted.campaign_id and ledger.campaign_name(owner.id, wanted.campaign_id),
        "MOST_ENTRIES": MOST_ENTRIES,
        "download_url": with_filters(
            "wallet_entries.download", owner_id=owner.id, after=None, before=None, at=None, zone=None
        ),
    }


def read_past(owner: AnyRow) -> dict[str, Any]:
    """The balance at the time that the URL asks for, over the last year, and how far it reaches."""
    asked = BalanceForm(owner.timezone)
    today = utc_now().date()
    closings = balances.closings(owner.id, first_day(today))
    return {
        "asked": asked,
        "held": [balances.held(owner.id, at, until) for at, until in asked.moments],
        "ends": ends_of_periods(utc_now(), asked.zone_name),
        "time_in": time_in,
        "closings": closings,
        "chart": closings_chart(closings, today),
        "runway": runways.of(owner.id),
    }
