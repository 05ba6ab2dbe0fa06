"""One URL, two shapes: the whole page, or the one block that htmx asked for."""

import json
from itertools import chain

from flask import Flask, Response, make_response, redirect, render_template, request
from jinja2_fragments.flask import render_block
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Form


def init_app(app: Flask) -> None:
    app.after_request(_vary)


def is_partial() -> bool:
    """Whether htmx asked for a block of the page, to put into the page that is open."""
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-Request-Type") != "full"
        and request.headers.get("HX-History-Restore-Request") != "true"
    )


def current_path() -> str:
    """The path and query of the page that is open, where htmx asks from one of ours, else an empty text."""
    url = request.headers.get("HX-Current-URL", "")
    return url.removeprefix(request.host_url.rstrip("/")) if url.startswith(request.host_url) else ""


def render(
    template: str, block: str, *, status: int = 200, event: str | None = None, **context: object
) -> Response:
    """The template's block with the flashes out of band for htmx, else the whole page.

    `event` is the name of an event that other parts of the page listen to.
    """
    if not is_partial():
        return make_response(render_template(template, **context), status)
    html = render_block(template, block, **context) + render_template("components/arriving_toasts.html")
    response = make_response(html, status)
    if event:
        response.headers["HX-Trigger"] = json.dumps({event: {}})
    return response


def keep_typed(*forms: Form) -> None:
    """Let what a person typed into the forms of a block outlive that the block is replaced.

    Not in the fields that were sent just now: the answer is about them.
    """
    for field in chain.from_iterable(forms):
        if field.name not in request.form:
            field.render_kw = (field.render_kw or {}) | {"hx-preserve": True}


def go(url: str) -> BaseResponse:
    """Lead on to another page: 303, or for htmx a header that says so."""
    if not request.headers.get("HX-Request"):
        return redirect(url, 303)
    response = make_response("", 200)
    response.headers["HX-Redirect"] = iri_to_uri(url)
    return response


def _vary(response: Response) -> Response:
    response.vary.update(["HX-Request", "HX-Request-Type"])
    return response
