"""Keys that lead somewhere: which there are, and whether this browser shall listen to them."""

from flask import Blueprint, flash, request, url_for

from dashboard.web import htmx
from dashboard.web.access import Permission, requires

bp = Blueprint("shortcuts", __name__)

#: Keys, as they stand on the page, and what they do. static/app.js does it.
SHORTCUTS = [
    (["/", "Ctrl K", "⌘ K"], "Go to the search box"),
    (["?"], "Show these shortcuts"),
]
IN_SEARCH = [
    (["↓", "↑"], "Go through what was found"),
    (["Enter"], "Open it; with nothing chosen, show all that fits"),
    (["Esc"], "Close what was found"),
]
STATES = ("on", "off")


@bp.get("/shortcuts")
@requires(Permission.READ)
def index():
    return htmx.render(
        "shortcuts/index.html",
        "shortcuts",
        everywhere=SHORTCUTS,
        in_search=IN_SEARCH,
        are_on=request.cookies.get("shortcuts") != "off",
    )


@bp.post("/shortcuts")
@requires(Permission.READ)
def switch():
    answer = htmx.go(url_for(".index"))
    state = request.form.get("shortcuts", "")
    if state in STATES:
        # Of the browser and not of the person: who needs them off at one desk has them off there at once.
        answer.set_cookie("shortcuts", state, max_age=31_536_000, samesite="Lax", secure=request.is_secure)
        flash(f"Shortcuts are {state} in this browser.")
    return answer
