"""The entries of a ledger: each on its page, and all or some of them as a file."""

from flask import Blueprint, Response, render_template, stream_with_context

from dashboard.owners import queries as owners
from dashboard.wallets.entries import queries
from dashboard.wallets.ledger import queries as ledger
from dashboard.wallets.ledger.export import as_csv
from dashboard.wallets.ledger.forms import LedgerFilter
from dashboard.web import htmx
from dashboard.web.access import Permission, requires
from dashboard.web.paging import with_filters

bp = Blueprint("wallet_entries", __name__)


@bp.get("/owners/<int:owner_id>/wallet/entries/<int:entry_no>")
@requires(Permission.READ)
def show(owner_id: int, entry_no: int):
    owner, entry = owners.get(owner_id), queries.get(owner_id, entry_no)
    return render_template("wallets/entry.html", owner=owner, entry=entry)


@bp.get("/owners/<int:owner_id>/wallet/entries.csv")
@requires(Permission.READ)
def download(owner_id: int):
    owner, asked = owners.get(owner_id), LedgerFilter(ledger.staff(owner_id))
    if asked.errors:
        # The page says at the field what is wrong.
        return htmx.go(with_filters("wallets.show", owner_id=owner_id))
    lines = as_csv(owner_id, asked.entries(owner.timezone))
    return Response(
        stream_with_context(lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{asked.file_name(owner_id)}"'},
    )
