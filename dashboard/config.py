"""Settings, each read from the environment variable of its name. Its default and unit stand here."""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

POOL_SIZE = 8  #: connections that a process keeps open
POOL_OVERFLOW = 4  #: connections that it opens beyond those at a rush; never more


class Unset(RuntimeError):
    """A setting that has no safe default is missing, or is none that can be read."""


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed in."""

    host: str
    port: int
    is_tls: bool  #: from the first byte (smtps); else STARTTLS, where the server offers it
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def settings() -> dict[str, Any]:
    """The settings of this process.

    Raises:
        Unset: DATABASE_URL, SECRET_KEY or SUPPRESSION_KEY is missing, or PUBLIC_URL or MAIL_SMTP is wrong.
    """
    https = os.environ.get("HTTPS", "") == "1"
    return {
        # Signs sessions and forms. Changing it signs everybody out.
        "SECRET_KEY": _required("SECRET_KEY"),
        # Keys the hashes of suppressed numbers. Changing it forgets every suppression, so it has
        # a life of its own: keep it as long as the data.
        "SUPPRESSION_KEY": _required("SUPPRESSION_KEY"),
        "SQLALCHEMY_DATABASE_URI": database_url(_required("DATABASE_URL")),
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_size": int(os.environ.get("POOL_SIZE", POOL_SIZE)),
            "max_overflow": int(os.environ.get("POOL_OVERFLOW", POOL_OVERFLOW)),
            "pool_timeout": 10,  # seconds to wait for a free connection
            "pool_pre_ping": True,  # survive a restart of the database
            "connect_args": {
                # A prepared statement may get a plan made for any owner: bad for the largest one
                # and for the smallest. (plan_cache_mode would say the same to the database's own
                # checks of foreign keys, and make it plan each of them anew.)
                "prepare_threshold": None,
                "options": "-c timezone=UTC"
                f" -c statement_timeout={int(os.environ.get('STATEMENT_TIMEOUT_MS', 30_000))}"
                " -c lock_timeout=5000"  # milliseconds; who waits longer is told that the record is busy
                " -c application_name=signalbox",
            },
        },
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "SESSION_COOKIE_NAME": "signalbox",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # Set HTTPS=1 where people reach the service over https.
        "SESSION_COOKIE_SECURE": https,
        "PREFERRED_URL_SCHEME": "https" if https else "http",
        # Proxies in front of the service whose X-Forwarded-* headers are to be believed.
        "TRUSTED_PROXIES": int(os.environ.get("TRUSTED_PROXIES", 0)),
        "WTF_CSRF_TIME_LIMIT": None,  # a form may stay open all day; its token ends with the session
        "MAX_CONTENT_LENGTH": 1 << 20,  # bytes
        # Where the compressed static files are written at start-up; None: var/static.
        "STATIC_BUILD": os.environ.get("STATIC_BUILD"),
        # Credits that one adjustment may move without a second person, and several of one day together.
        "ADJUSTMENT_LIMIT_CREDITS": int(os.environ.get("ADJUSTMENT_LIMIT_CREDITS", 10_000)),
        "ADJUSTMENT_DAY_LIMIT_CREDITS": int(os.environ.get("ADJUSTMENT_DAY_LIMIT_CREDITS", 5_000)),
        # Rows up to which an export is written while it is downloaded; larger ones are made by the worker.
        "EXPORT_STREAM_ROWS": int(os.environ.get("EXPORT_STREAM_ROWS", 50_000)),
        # Hours for which the worker's file can be downloaded.
        "EXPORT_KEEP_HOURS": int(os.environ.get("EXPORT_KEEP_HOURS", 72)),
        # Megabytes up to which a file of contacts is taken; every other form has MAX_CONTENT_LENGTH.
        "IMPORT_MAX_MB": int(os.environ.get("IMPORT_MAX_MB", 200)),
        # Days after a campaign's first message in which an opt-out counts as the campaign's.
        "UNSUBSCRIBE_WINDOW_DAYS": int(os.environ.get("UNSUBSCRIBE_WINDOW_DAYS", 7)),
        # Seconds from one sign of life of a worker of background jobs to the next, and without one
        # until it counts as dead and its jobs are given to another: at least twice as many.
        "JOB_HEARTBEAT_SECONDS": float(os.environ.get("JOB_HEARTBEAT_SECONDS", 10)),
        "JOB_STALLED_AFTER_SECONDS": float(os.environ.get("JOB_STALLED_AFTER_SECONDS", 30)),
        # Where people reach the service: the links of mails, which no request asks for, begin with it.
        "PUBLIC_URL": _public_url(os.environ.get("PUBLIC_URL")),
        # The server that takes mails, and the address that they come from.
        "MAIL_SMTP": mail_server(os.environ.get("MAIL_SMTP")),
        "MAIL_FROM": os.environ.get("MAIL_FROM"),
        # Without a server: the folder where mails are kept instead, for a page that shows them.
        "MAIL_FOLDER": os.environ.get("MAIL_FOLDER"),
    }


def database_url(url: str) -> str:
    """The URL with our driver named, whichever way it was written."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def mail_server(url: str | None) -> MailServer | None:
    """The server that `smtp://user:password@host:587` or `smtps://…` names; None where there is no URL.

    Characters such as "@" in the user or the password are written as %40. The port is 587, or 465
    for smtps, unless the URL says another.

    Raises:
        Unset: it is no such URL.
    """
    if not url:
        return None
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == 0 or parts.path.strip("/"):
        # Without the URL, which may hold a password.
        raise Unset("MAIL_SMTP must look like smtp://user:password@host:587, or smtps://… for TLS.")
    is_tls = parts.scheme == "smtps"
    user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    return MailServer(parts.hostname, port or (465 if is_tls else 587), is_tls, user, password)


def _public_url(url: str | None) -> str | None:
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise Unset("PUBLIC_URL must be where people reach the service, such as https://signalbox.example.")
    return f"{parts.scheme}://{parts.netloc}"


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise Unset(f"Set {name} in the environment. For a try-out, `make run` sets everything.")
    return value
