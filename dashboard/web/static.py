"""Static files: compressed, with a hash of their content in the name, kept by browsers for a year.

`static/` is built into `STATIC_BUILD` at start-up; what is built already stays as it is, so that
only the first start after a change pays for the compression.
"""

import hashlib
import os
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

YEAR = 365 * 24 * 60 * 60  # seconds
_HASHED = r"\.[0-9a-f]{12}\.[a-z0-9]+$"


def init_app(app: Flask) -> None:
    source = Path(app.static_folder or "")
    build = Path(app.config.get("STATIC_BUILD") or Path(app.root_path).parent / "var" / "static")
    names: dict[str, str] = {}

    if not app.debug:
        names = _build(source, build)
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app,
            root=build,
            prefix="static/",
            max_age=YEAR,
            immutable_file_test=_HASHED,
            allow_all_origins=False,
            add_headers_function=_add_headers,
        )

    def static_url(name: str) -> str:
        """The URL of a file below `static/`."""
        return f"/static/{names.get(name, name)}"

    app.jinja_env.globals["static_url"] = static_url


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    headers.add_header("X-Content-Type-Options", "nosniff")


def _build(source: Path, build: Path) -> dict[str, str]:
    """Copy each file under its hashed name, with its compressed variants; name -> hashed name."""
    names = {}
    compressor = Compressor(quiet=True)
    for path in sorted(p for p in source.rglob("*") if p.is_file()):
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:12]
        name = path.relative_to(source)
        hashed = name.with_name(f"{name.stem}.{digest}{name.suffix}")
        names[name.as_posix()] = hashed.as_posix()
        target = build / hashed
        if not target.exists():
            _place(content, target, compressor)
    return names


def _place(content: bytes, target: Path, compressor: Compressor) -> None:
    """Write the file and its variants; the file itself last, so that it is never there alone."""
    target.parent.mkdir(parents=True, exist_ok=True)
    side = target.with_name(f"{os.getpid()}-{target.name}")
    side.write_bytes(content)
    if compressor.should_compress(side.name):
        for variant in compressor.compress(str(side)):
            os.replace(variant, str(target) + variant[len(str(side)) :])
    os.replace(side, target)
