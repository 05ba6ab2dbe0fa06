"""The \`flask …\` commands. Thin: each calls a command or a query."""

from flask import Flask


def init_app(app: Flask) -> None:
    pass
