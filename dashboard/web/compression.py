"""Pages travel compressed: 50 rows of HTML are 60 KB, and 6 KB on the wire.

Static files are compressed too, but once and for all (`static.py`).
"""

import gzip

from flask import Flask, Response, request

LEAST = 1_000  #: bytes; below that nothing is gained
LEVEL = 1  #: takes 0.2 ms for 50 rows; level 6 takes twice as long and gives a fifth less


def init_app(app: Flask) -> None:
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype != "text/html" or response.is_streamed:
        return response
    response.vary.update(["Accept-Encoding", "Sec-Fetch-Site"])
    if _may_compress() and len(response.get_data()) >= LEAST:
        response.set_data(gzip.compress(response.get_data(), LEVEL))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _may_compress() -> bool:
    # A page holds a secret, the CSRF token, beside text of whoever made the link, such as what to
    # search for; compressed, its length tells of the one by the other (BREACH). That takes another
    # site that makes the browser ask again and again. Browsers say so, and such a request gets its
    # page as it is. One too old to say so sends the session of SameSite=Lax with few such requests.
    from_here = request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")
    return from_here and request.accept_encodings["gzip"] > 0
