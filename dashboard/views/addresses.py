"""The addresses that a view may keep: pages of ours, with their filters."""

from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from dashboard.web.access import Permission
from dashboard.web.urls import is_own_path

MOST_CHARACTERS = 2000
#: Parameters that say where in a table one stands or what to do on arrival: no filters.
PASSING = {"after", "before", "adjust"}


def page_address(url: str) -> str | None:
    """The path and the filters of the page of ours that the URL leads to; None where it leads to none.

    The path is built anew from what it means, so that nothing but values comes from outside.
    """
    if not is_own_path(url):
        return None
    parts = urlsplit(url)
    ours = current_app.url_map.bind("localhost")
    try:
        rule, values = ours.match(unquote(parts.path), method="GET", return_rule=True)
    except HTTPException:  # also where the path would be redirected, or takes no GET
        return None
    if not _is_page(rule):
        return None
    filters = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in PASSING]
    path = ours.build(rule.endpoint, dict(values))
    return f"{path}?{urlencode(filters)}" if filters else path


def _is_page(rule: Rule) -> bool:
    """Whether staff see a page there, and not a file to download, the sign-in or a view again."""
    access = getattr(current_app.view_functions[rule.endpoint], "access", None)
    is_file = "." in rule.rule
    return isinstance(access, Permission) and not is_file and not rule.endpoint.startswith("views.")


def in_words(address: str) -> str:
    """An address as people read it: "/campaigns · country EU · sort failing"."""
    path, _, query = address.partition("?")
    return " · ".join([path, *(f"{name.replace('_', ' ')} {value}" for name, value in parse_qsl(query))])
