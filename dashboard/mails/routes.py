"""The mails of a folder, where one stands in for a mail server: what people would have got."""

from flask import Blueprint, abort, make_response
from flask_login import current_user

from dashboard.mails import folder
from dashboard.web import htmx
from dashboard.web.access import Permission, may, requires
from dashboard.web.headers import CONTENT_SECURITY_POLICY

bp = Blueprint("mails", __name__)

#: A mail is shown in a frame of its own: nothing runs there, nothing is loaded, and it may not know us.
BODY_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';"
    " style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
FRAME_POLICY = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"


@bp.get("/mails")
@requires(Permission.CAMPAIGN_EXPORT)
def index():
    mails = folder.newest(to=whose())
    return htmx.render("mails/index.html", "main", mails=mails, is_kept=folder.folder() is not None)


@bp.get("/mails/<mail_name>")
@requires(Permission.CAMPAIGN_EXPORT)
def show(mail_name: str):
    mail = mail_or_404(mail_name)
    text = mail.message.get_body(("plain",))
    page = htmx.render(
        "mails/show.html",
        "main",
        mail=mail,
        text=folder.words_of(text) if text else "",
        has_html=mail.message.get_body(("html",)) is not None,
    )
    page.headers["Content-Security-Policy"] = FRAME_POLICY
    return page


@bp.get("/mails/<mail_name>/body")
@requires(Permission.CAMPAIGN_EXPORT)
def body(mail_name: str):
    html = mail_or_404(mail_name).message.get_body(("html",))
    if html is None:
        abort(404, "This mail is plain text")
    answer = make_response(folder.words_of(html))
    answer.headers["Content-Security-Policy"] = BODY_POLICY
    return answer


def mail_or_404(name: str) -> folder.Kept:
    mail = folder.read(name, to=whose())
    if mail is None:
        abort(404, "This mail is gone, or it is somebody else's")
    return mail


def whose() -> str | None:
    """Whose mails one may read: one's own, and as an admin everybody's."""
    return None if may(Permission.ADMINISTER) else current_user.email
