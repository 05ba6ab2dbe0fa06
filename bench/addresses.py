"""Every page of the product, of the largest of each kind; also filtered, searched, and deep in its rows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Flask
from sqlalchemy import text

from dashboard.audiences import queries as audiences
from dashboard.audiences.audience import Audience
from dashboard.campaigns import queries as campaigns
from dashboard.campaigns.messages import queries as messages
from dashboard.contacts import queries as contacts
from dashboard.core.db import db
from dashboard.core.keyset import At, Page
from dashboard.lists import queries as lists
from dashboard.owners import queries as owners
from dashboard.wallets import queries as wallets
from dashboard.wallets.ledger import queries as ledger

#: The arguments of addresses: what there is most of. A column named like the argument; NULL where there is
#: nothing of that kind, and then the page is left out.
_LARGEST = """
    SELECT owner_id, campaign_id, first_sent_at,
        (SELECT list_id FROM list_stat AS s WHERE s.owner_id = c.owner_id ORDER BY members DESC LIMIT 1)
            AS list_id,
        (SELECT contact_id FROM campaign_message AS m
            WHERE m.owner_id = c.owner_id AND m.campaign_id = c.campaign_id LIMIT 1) AS contact_id,
        (SELECT phone FROM campaign_message AS m
            WHERE m.owner_id = c.owner_id AND m.campaign_id = c.campaign_id LIMIT 1) AS phone,
        (SELECT staff_id FROM credit_transaction AS t
            WHERE t.owner_id = c.owner_id AND staff_id IS NOT NULL LIMIT 1) AS staff_id,
        (SELECT max(entry_no) / 2 FROM credit_transaction AS t WHERE t.owner_id = c.owner_id) AS entry_no,
        (SELECT error_code FROM campaign_stat_error AS e
            WHERE e.owner_id = c.owner_id AND e.campaign_id = c.campaign_id ORDER BY failed DESC LIMIT 1)
            AS error_code,
        (SELECT max(id) FROM adjustment_request AS r WHERE r.owner_id = c.owner_id) AS request_id,
        (SELECT max(id) FROM ledger_verification) AS verification_id,
        (SELECT max(id) FROM import_run) AS run_id,
        (SELECT max(id) FROM export) AS export_id,
        (SELECT max(id) FROM report) AS report_id,
        (SELECT string_agg(owner_id || '-' || campaign_id, '&of=') FROM (
            SELECT owner_id, campaign_id FROM campaign_stat ORDER BY delivered DESC LIMIT 5
        ) AS five) AS five,
        (SELECT token FROM saved_view WHERE is_shared ORDER BY id LIMIT 1) AS token,
        date_part('year', now())::int - 1 AS last_year
    FROM campaign_stat AS c ORDER BY queued + sent + delivered + failed DESC LIMIT 1
"""

_OWNER = "/owners/{owner_id}"
_MESSAGES = f"{_OWNER}/campaigns/{{campaign_id}}/messages"
_VIEWS = [
    "/campaigns?status=sending",
    "/campaigns?owner={owner_id}",
    "/campaigns?country=GR",
    "/campaigns?q=Προσφορά",
    "/campaigns?sort=failing",
    "/campaigns?sort=largest",
    "/campaigns?signal=below-normal",
    "/campaigns/compare?of={five}",
    f"{_MESSAGES}?status=delivered",
    f"{_MESSAGES}?status=failed",
    f"{_MESSAGES}?status=failed&error_code={{error_code}}",
    "/contacts?owner={owner_id}",
    "/contacts?owner={owner_id}&is_subscribed=false",
    "/contacts?q={phone}",
    "/contacts?q=Μαρία",
    "/contacts?q=zzzzqqqq",
    "/search?q={phone}",
    "/search?q=Μαρία",
    "/search?q=Προσφορά",
    f"{_OWNER}/lists/{{list_id}}?is_subscribed=false",
    f"{_OWNER}/lists/{{list_id}}?gender=female&age_from=18&age_to=30",
    f"{_OWNER}/lists/{{list_id}}?gender=other&age_from=70&is_subscribed=false",
    f"{_OWNER}/lists/{{list_id}}?age_from=120",
    "/lists?q=VIP",
    "/wallets?short=y",
    "/approvals?show=all",
    "/views?show=shared",
    f"{_OWNER}/wallet?type=refund",
    f"{_OWNER}/wallet?since={{last_year}}-03-01&until={{last_year}}-03-31",
    f"{_OWNER}/wallet?staff={{staff_id}}",
    f"{_OWNER}/wallet?words=zzzzqqqq",
    f"{_OWNER}/wallet?campaign={{campaign_id}}",
    f"{_OWNER}/wallet?at={{last_year}}-12-31T23:59",
]
#: How many rows lie before a page that is deep: the first of these that there are.
_DEPTHS = (10_000, 1_000, 100, 10)


@dataclass(frozen=True)
class Address:
    """A page to be asked for, and how it is called in print: with dots for the arguments."""

    path: str
    name: str


def largest(app: Flask) -> dict[str, Any]:
    """The arguments of addresses."""
    with app.app_context():
        return dict(db.session.execute(text(_LARGEST)).mappings().one())


def addresses(app: Flask, arguments: dict[str, Any]) -> tuple[list[Address], list[str]]:
    """All pages, and the names of those that have nothing to show in these data."""
    rules = [
        (rule, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        # An address with a dot is a file to download.
        if "GET" in (rule.methods or ()) and rule.endpoint != "static" and "." not in rule.rule
    ]
    missing = [path for rule, path in rules if any(arguments.get(name) is None for name in rule.arguments)]
    templates = [path for _, path in rules if path not in missing] + _VIEWS
    quoted = {name: quote(str(value), safe="&=") for name, value in arguments.items()}
    found = [Address(quote(path.format(**quoted), safe="/?&=%"), _named(path)) for path in templates]
    with app.app_context():
        for path, rows, mark in _deep(arguments):
            address = f"{path.format(**quoted)}{'&' if '?' in path else '?'}after={mark}"
            found.append(Address(address, f"{_named(path)}, after {rows:,} rows"))
        db.session.remove()
    return sorted(found, key=lambda one: one.name), [_named(path) for path in missing]


def _named(path: str) -> str:
    return re.sub(r"\{(\w+)\}", "…", path)


def _deep(arguments: dict[str, Any]) -> Iterator[tuple[str, int, str]]:
    """Pages far from the first row: address, how many rows are before, and the mark to start from."""
    owner_id, campaign_id, list_id = (arguments[name] for name in ("owner_id", "campaign_id", "list_id"))
    totals = campaigns.totals_of(campaigns.get(owner_id, campaign_id))
    everybody = Audience(list_id=list_id)
    pages: dict[str, Callable[[At], Page[Any]]] = {
        "/campaigns": lambda at: campaigns.page(campaigns.Wanted(), at=at),
        "/campaigns?sort=failing": lambda at: campaigns.page(campaigns.Wanted(), sort="failing", at=at),
        _MESSAGES: lambda at: messages.messages(owner_id, campaign_id, totals, at=at),
        f"{_MESSAGES}?status=failed": lambda at: messages.messages(
            owner_id, campaign_id, totals, figure="failed", at=at
        ),
        "/contacts": lambda at: contacts.page(contacts.Wanted(), at).page,
        "/contacts?owner={owner_id}": lambda at: contacts.page(contacts.Wanted(owner_id=owner_id), at).page,
        "/lists": lambda at: lists.page(lists.Wanted(), at=at),
        f"{_OWNER}/lists/{{list_id}}": lambda at: audiences.page(owner_id, everybody, at=at),
        "/owners": lambda at: owners.page(at=at),
        "/wallets": lambda at: wallets.page(at=at),
        f"{_OWNER}/wallet": lambda at: ledger.page(owner_id, ledger.Wanted(), at),
    }
    for path, page in pages.items():
        for rows in _DEPTHS:
            # The mark that the product itself would give, had its page that many rows.
            if mark := page(At(size=rows)).after:
                yield path, rows, mark
                break
