"""Which page of a view the URL asks for, and the URLs of its neighbours."""

import re
from typing import Any

from flask import g, request, url_for

from dashboard.core import keyset

_MEANS_SOMETHING = re.compile("_|endpoint$")  #: names of parameters of `url_for` itself


def here() -> keyset.At:
    """The page that the URL asks for."""
    return keyset.At(after=request.args.get("after", ""), before=request.args.get("before", ""))


def stand_at(endpoint: str, **values: Any) -> None:
    """Say which view is on show, where the request was to change it and not to show it."""
    g.view = (endpoint, values)


def this_path() -> str:
    """The path of the view on show, without parameters."""
    endpoint, values = _view()
    return url_for(endpoint, **values)


def this_view(**changes: Any) -> str:
    """The URL of the view on show with other parameters; None takes one out.

    A change of anything but the page starts at the first page again.
    """
    endpoint, values = _view()
    return with_filters(endpoint, **({"after": None, "before": None} | changes | values))


def with_filters(endpoint: str, **values: Any) -> str:
    """The URL of `endpoint` with `values`, and for the rest with the parameters of the URL on show.

    Parameters whose names mean something to `url_for` itself are left out.
    """
    asked = request.args.items()
    kept = {name: value for name, value in asked if value and not _MEANS_SOMETHING.match(name)}
    return url_for(endpoint, **(kept | values))


def _view() -> tuple[str, dict[str, Any]]:
    return g.get("view") or (request.endpoint or "", request.view_args or {})
