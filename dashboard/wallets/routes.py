"""Wallets: balances, ledgers, and adjusting them."""

from uuid import UUID

from flask import Blueprint, flash, url_for
from flask_login import current_user

from dashboard.core.dates import day_end, day_start
from dashboard.owners import queries as owners
from dashboard.wallets import commands, queries
from dashboard.wallets.forms import AdjustCreditsForm, LedgerFilter, WalletFilter
from dashboard.wallets.models import ReasonCode
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.filters import number, signed
from dashboard.web.paging import here, stand_at

bp = Blueprint("wallets", __name__)


@bp.get("/wallets")
@requires(Permission.READ)
def index():
    form = WalletFilter()
    page = queries.page(name=form.wanted("q"), only_low=bool(form.low.data), at=here())
    return htmx.render("wallets/index.html", "results", form=form, page=page)


@bp.get("/owners/<int:owner_id>/wallet")
@requires(Permission.READ)
def show(owner_id: int):
    # Who filters the ledger sees its entries change and nothing else.
    return render_wallet(owner_id, AdjustCreditsForm(), block="results")


@bp.post("/owners/<int:owner_id>/wallet/adjustments")
@requires(Permission.WALLET_ADJUST)
def create_adjustment(owner_id: int):
    form = AdjustCreditsForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            entry = commands.adjust_credits(
                owner_id,
                form.amount_credits.credits,
                reason_code=ReasonCode(form.reason_code.data),
                note=form.note.data or None,
                idempotency_key=UUID(form.idempotency_key.data),
                actor_id=current_user.id,
            )
            flash(fact(entry), "info" if entry.is_repeat else "success")
            if not htmx.is_partial():
                return htmx.go(url_for(".show", owner_id=owner_id))
            return render_wallet(owner_id, AdjustCreditsForm(formdata=None))
    return render_wallet(owner_id, form, status=form.status)


def fact(entry: commands.Entry) -> str:
    """What is so now, for the toast."""
    change, balance = signed(entry.change_credits), number(entry.balance_after_credits)
    if entry.is_repeat:
        return f"{change} credits were applied already, as entry {entry.entry_no}. Nothing was added."
    return f"{change} credits. Balance: {balance}."


def render_wallet(owner_id: int, form: AdjustCreditsForm, *, block: str = "wallet", status: int = 200):
    stand_at(".show", owner_id=owner_id)
    owner = owners.get(owner_id)
    wallet = queries.find(owner_id)
    asked = LedgerFilter()
    since, until = asked.wanted("since"), asked.wanted("until")
    wanted = queries.Wanted(
        type=asked.wanted("type"),
        since=since and day_start(since, owner.timezone),
        until=until and day_end(until, owner.timezone),
    )
    return htmx.render(
        "wallets/show.html",
        block,
        owner=owner,
        wallet=wallet,
        form=form,
        filter=asked,
        page=queries.ledger(owner_id, wanted, at=here()),
        status=status,
    )
