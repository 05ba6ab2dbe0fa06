"""A page of ours as a member of staff would see it, asked for within the process."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from flask import current_app
from flask_login import login_user
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from dashboard.staff.queries import SignedIn
from dashboard.web.access import ROLE_PERMISSIONS
from dashboard.web.urls import is_own_path

MOST_HOPS = 4  #: a search that finds one record leads on to it


@dataclass(frozen=True)
class Page:
    status: int
    html: str
    address: str  #: path and query to which the one that was asked for led


def page_as_seen_by(reader: SignedIn, address: str) -> Page:
    """What the reader would see at `address`, a path of ours with its query: own role, own zone.

    The request has an application context and so a session of its own. A page that may not be seen,
    is gone or failed is answered as to a browser, by its status and in words.
    """
    for _ in range(MOST_HOPS):
        answer = _ask(reader, address)
        following = answer.location or ""
        # Not to the sign-in, say.
        if not (is_own_path(following) and may_see(reader.role, following)):
            break
        address = following
    return Page(answer.status_code, answer.get_data(as_text=True), address)


def may_see(role: str, address: str) -> bool:
    """Whether the role may open the page at `address`, a path of ours with its query."""
    urls = current_app.url_map.bind("localhost")
    try:
        endpoint, _ = urls.match(urlsplit(address).path, method="GET")
    except HTTPException:
        return False
    access = getattr(current_app.view_functions[endpoint], "access", None)
    return access in ROLE_PERMISSIONS.get(role, frozenset())


def absolute(address: str) -> str:
    """The address with the host by which people reach us, for whoever is not on a page of ours."""
    return urljoin(f"{current_app.config['PUBLIC_URL']}/", address)


def _ask(reader: SignedIn, address: str) -> Response:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the one behind the proxy
    with app.app_context(), app.test_request_context(address, base_url=app.config["PUBLIC_URL"]):
        login_user(reader)
        answer: Response = app.full_dispatch_request()
        return answer
