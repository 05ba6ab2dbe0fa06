"""Addresses: which are ours, and which numbers they may hold."""

from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter, Map

BIGGEST_ID = 2**63 - 1  #: of PostgreSQL's bigint


class IdConverter(IntegerConverter):
    """A number that the database can hold; a larger one is simply not found."""

    regex = "[0-9]+"  # \d takes the digits of every script

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=BIGGEST_ID)


class TokenConverter(BaseConverter):
    """What `secrets.token_urlsafe(16)` makes; anything else is simply not found."""

    regex = "[A-Za-z0-9_-]{22}"


def init_app(app: Flask) -> None:
    app.url_map.converters |= {"int": IdConverter, "token": TokenConverter}


def is_own_path(url: str) -> bool:
    """Whether the URL leads to a page of ours and nowhere else: a path, no host, no trick.

    Browsers read "//host" and "/\\host" as another host, and drop tabs and line breaks.
    """
    if not url.startswith("/") or url.startswith("//") or "\\" in url or not url.isprintable():
        return False
    parts = urlsplit(url)
    return not parts.scheme and not parts.netloc
