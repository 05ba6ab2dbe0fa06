"""Which page of a view the URL asks for, and the URLs of its neighbours."""

from typing import Any

from flask import request, url_for

from dashboard.core import keyset


def here() -> keyset.At:
    """The page that the URL asks for."""
    return keyset.At(after=request.args.get("after", ""), before=request.args.get("before", ""))


def this_view(**changes: Any) -> str:
    """The URL of the view on show with other parameters; None takes one out.

    A change of anything but the page starts at the first page again.
    """
    return with_filters(
        request.endpoint or "", **({"after": None, "before": None} | changes | (request.view_args or {}))
    )


def with_filters(endpoint: str, **values: Any) -> str:
    """The URL of `endpoint` with `values`, and for the rest with the parameters of the URL on show.

    Parameters whose names mean something to `url_for` itself are left out.
    """
    asked = {name: value for name, value in request.args.items() if value and not name.startswith("_")}
    return url_for(endpoint, **(asked | values))
