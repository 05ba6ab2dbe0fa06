"""What people are told when something cannot be done: always words, never a trace."""

import secrets
from http import HTTPStatus

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from psycopg.errors import QueryCanceled
from sqlalchemy.exc import NoResultFound, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from dashboard.core import origin
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.web.access import ask_to_sign_in

_WORDS = {
    400: ("That request could not be read", "Go back, reload the page and try again."),
    403: ("Your role may not open this", "Ask an admin if you need it."),
    404: ("Nothing is here", "It may have been removed, or the address has a typing error."),
    405: ("That cannot be done here", "Go back and use the buttons of the page."),
    413: ("That is too large", "Send less at once."),
    429: ("Too many tries", "Wait a minute and try again."),
    503: ("The database does not answer", "Try again in a moment."),
}


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(NoResultFound, _missing)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(PoolTimeout, _database_away)
    app.register_error_handler(Exception, _our_fault)


def _refused(error: DomainError) -> Response:
    return _answer(error.status, "That was not done", error.sentence)


def _missing(_: NoResultFound) -> Response:
    return _answer(404, *_WORDS[404])


def _form_expired(_: CSRFError) -> BaseResponse:
    # An ended session fails here before anything else could notice that it ended.
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    return _answer(400, "This page was open for too long", "Reload it and send the form again.")


def _http(error: HTTPException) -> BaseResponse:
    if error.code is None or error.code < 400:
        return error.get_response()
    title, advice = _WORDS.get(error.code, (error.name, "Go back and try again."))
    # Who aborts may say what it is about; a description of werkzeug's is not for people.
    if error.code in (403, 404) and error.description != type(error).description:
        title = str(error.description)
    answer = _answer(error.code, title, advice)
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _database_away(error: Exception) -> Response:
    if isinstance(getattr(error, "orig", None), QueryCanceled):
        return _logged(error, 503, "That took too long", "Narrow the search, or try again in a moment.")
    return _logged(error, 503, *_WORDS[503])


def _our_fault(error: Exception) -> Response:
    if current_app.debug or current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return _logged(error, 500, "Something went wrong on our side", "")


def _logged(error: Exception, status: int, title: str, advice: str) -> Response:
    # A page that fails after its change was committed must not invite to do it once more.
    what_is = "Your change may have gone through. Look before you try again."
    advice = what_is if origin.has_committed.get() else f"Nothing was changed. {advice}".strip()
    reference = secrets.token_hex(4).upper()
    current_app.logger.error("Reference %s: %s %s", reference, request.method, request.path, exc_info=error)
    return _answer(status, title, advice, reference=reference)


def _answer(status: int, title: str, advice: str, *, reference: str | None = None) -> Response:
    """The words as a page, or for htmx as a toast that leaves the page alone."""
    db.session.rollback()
    words = {"title": title, "advice": advice, "reference": reference, "status": status}
    if request.headers.get("HX-Request") == "true":
        answer = make_response(render_template("errors/toast.html", **words), status)
        answer.headers["HX-Retarget"] = "#toasts"
        answer.headers["HX-Reswap"] = "beforeend"
        return answer
    try:
        return make_response(render_template("errors/page.html", **words), status)
    except Exception:  # the page's frame itself needs the database that is away
        current_app.logger.exception("The error page could not be shown")
        text = f"{HTTPStatus(status).phrase}. {title}. {advice}"
        return make_response(text, status, {"Content-Type": "text/plain; charset=utf-8"})
