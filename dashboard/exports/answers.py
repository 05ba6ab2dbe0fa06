"""How a browser gets a file."""

from collections.abc import Iterator

from flask import Response, current_app, flash, render_template, request, stream_with_context, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from dashboard.core.db import AnyRow
from dashboard.exports import commands, queries
from dashboard.exports.kinds import Arguments, Kind
from dashboard.exports.packing import unpacked
from dashboard.web import htmx


def hand_over(kind: Kind, arguments: Arguments) -> BaseResponse | str:
    """The file at once, or where it is large, a page that offers to have it made; whose form comes here too.

    The endpoint takes GET and POST, and says who may. Its address is that of the page with the same rows,
    and `.csv` after its path.
    """
    if request.method == "POST":
        return have_made(kind, arguments)
    rows, most = kind.count(arguments), current_app.config["EXPORT_STREAM_ROWS"]
    if rows > most:
        keep_hours = current_app.config["EXPORT_KEEP_HOURS"]
        title = kind.title(arguments)
        return render_template("exports/offer.html", title=title, rows=rows, most=most, keep_hours=keep_hours)
    _note_download(kind, arguments)
    return _as_csv(queries.file(kind, arguments), kind.file_name(arguments))


def have_made(kind: Kind, arguments: Arguments) -> BaseResponse:
    """Ask for the file in the background, and lead to the page that shows how far it is."""
    number = commands.request_export(kind, arguments, actor_id=current_user.id)
    flash(f"Export {number} is under way.", "info")
    return htmx.go(url_for("exports.show", export_id=number))


def send(kind: Kind, export: AnyRow) -> Response:
    """The file of an export that is ready, as it is kept where the browser takes gzip."""
    _note_download(kind, export.arguments, export.id)
    parts = queries.parts(export.id)
    if not request.accept_encodings["gzip"]:
        answer = _as_csv(unpacked(parts), export.file_name)
        answer.content_length = export.size_bytes
    else:
        answer = _as_csv(parts, export.file_name)
        answer.content_encoding = "gzip"
        answer.content_length = queries.packed_bytes(export.id)
    answer.vary.add("Accept-Encoding")
    return answer


def _note_download(kind: Kind, arguments: Arguments, export_id: int | None = None) -> None:
    if request.method != "HEAD":  # which takes nothing away
        commands.note_download(kind, arguments, actor_id=current_user.id, export_id=export_id)


def _as_csv(pieces: Iterator[bytes], file_name: str) -> Response:
    answer = Response(stream_with_context(pieces), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=file_name)
    return answer
