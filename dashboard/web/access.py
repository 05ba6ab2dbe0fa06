"""Who may: permissions, the table that gives them to roles, and how an endpoint asks for one."""

import ipaddress
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, flash, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.core import origin
from dashboard.web.extensions import login_manager
from dashboard.web.htmx import current_path, go

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """What an endpoint may ask for (../DOMAIN: "Who may")."""

    READ = "see owners, contacts, lists, campaigns and wallets"
    CONTACT_CHANGE = "change contacts and their subscription"
    LIST_CHANGE = "change lists and their members"
    OPT_OUT_DECIDE = "decide ambiguous opt-outs"
    CAMPAIGN_RUN = "start, schedule and pause campaigns"
    CAMPAIGN_EXPORT = "export campaign figures and schedule reports"
    WALLET_ADJUST = "adjust wallets and reverse transactions"
    WALLET_APPROVE = "approve others' large adjustments"
    ADMINISTER = "administer Signalbox: this page is for admins"


_SUPPORT = {Permission.READ, Permission.CONTACT_CHANGE, Permission.LIST_CHANGE, Permission.OPT_OUT_DECIDE}
_MANAGER = _SUPPORT | {Permission.CAMPAIGN_RUN, Permission.CAMPAIGN_EXPORT}

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    "support": frozenset(_SUPPORT),
    "manager": frozenset(_MANAGER),
    "admin": frozenset(Permission),
}


def init_app(app: Flask) -> None:
    app.before_request(_refuse_undeclared)
    app.before_request(_remember_origin)
    app.teardown_request(_forget_origin)
    app.jinja_env.globals.update(may=may, Permission=Permission)
    login_manager.unauthorized_handler(ask_to_sign_in)


def may(permission: Permission) -> bool:
    """Whether the person at the browser may do that."""
    if not current_user.is_authenticated:
        return False
    return permission in ROLE_PERMISSIONS.get(current_user.role, frozenset())


def requires(permission: Permission) -> Callable[[View], View]:
    """The endpoint is for signed-in staff whose role has `permission`."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return ask_to_sign_in()
            if not may(permission):
                abort(403, description=f"Your role may not {permission.value}.")
            return view(*args, **kwargs)

        guarded.access = permission  # type: ignore[attr-defined]
        return cast(View, guarded)

    return declare


def public(reason: str) -> Callable[[View], View]:
    """The endpoint is open to everybody, for the reason given."""

    def declare(view: View) -> View:
        view.access = reason  # type: ignore[attr-defined]
        return view

    return declare


def ask_to_sign_in() -> Response:
    """Lead to the sign-in page, and from there back to where the person was."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    if request.headers.get("HX-Request"):
        # The page that is open, not the fragment that it asked for.
        if "_flashes" not in session:
            flash("Your session has ended. Sign in to go on.", "info")
        wanted = current_path()
    return go(url_for("staff.sign_in", next=wanted if wanted not in ("", "/") else None))


def _refuse_undeclared() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and request.endpoint != "static" and not hasattr(view, "access"):
        raise AssertionError(f"{request.endpoint} must say @requires(...) or @public(reason).")


def _remember_origin() -> None:
    origin.has_committed.set(False)
    try:
        # PostgreSQL knows no zone of an address, such as the one in fe80::1%eth0.
        origin.ip.set(str(ipaddress.ip_address((request.remote_addr or "").partition("%")[0])))
    except ValueError:
        origin.ip.set(None)


def _forget_origin(_: BaseException | None) -> None:
    origin.ip.set(None)
