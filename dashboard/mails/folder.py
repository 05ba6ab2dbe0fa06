"""A folder of mails in place of a mail server, for development: one .eml file each, newest last by name."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesHeaderParser
from pathlib import Path

from flask import current_app

from dashboard.core.db import utc_now

MOST_SHOWN = 50
MOST_LOOKED_AT = 500  #: of the newest, for those to one person
_NAME = re.compile(r"[0-9A-Za-z-]{1,120}")


@dataclass(frozen=True)
class Kept:
    """A mail of the folder."""

    name: str
    kept_at: datetime
    message: EmailMessage


def folder() -> Path | None:
    """Where mails are kept; None where they are sent, or no mail is set up."""
    config = current_app.config
    return Path(config["MAIL_FOLDER"]) if config["MAIL_FOLDER"] and not config["MAIL_SMTP"] else None


def keep(message: EmailMessage) -> None:
    """Put the mail into the folder, which is made if need be."""
    place = folder()
    assert place is not None
    place.mkdir(parents=True, exist_ok=True)
    about = re.sub(r"[^0-9A-Za-z]+", "-", str(message["Message-ID"])).strip("-")[:60]
    path = place / f"{utc_now():%Y%m%dT%H%M%S%fZ}-{about}.eml"
    # Complete from the first moment on which somebody sees it.
    side = path.with_suffix(".part")
    side.write_bytes(message.as_bytes(policy=policy.SMTP))
    os.replace(side, path)


def newest(*, to: str | None) -> list[Kept]:
    """The newest mails, without their bodies; of one recipient where `to` is an address."""
    found: list[Kept] = []
    for path in _newest_files():
        with path.open("rb") as file:
            headers = BytesHeaderParser(policy=policy.default).parse(file)
        mail = Kept(path.stem, _kept_at(path), headers)
        if _is_to(mail, to):
            found.append(mail)
        if len(found) == MOST_SHOWN:
            break
    return found


def read(name: str, *, to: str | None) -> Kept | None:
    """The mail of that name; None where there is none, or it is not for that address."""
    place = folder()
    if place is None or not _NAME.fullmatch(name):
        return None
    path = place / f"{name}.eml"
    if not path.is_file():
        return None
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    mail = Kept(name, _kept_at(path), message)
    return mail if _is_to(mail, to) else None


def words_of(part: MIMEPart) -> str:
    """The text of a part of a mail; as UTF-8 where it says to be in a charset that nobody knows."""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        content = part.get_payload(decode=True)
        return content.decode(errors="replace") if isinstance(content, bytes) else ""


def _newest_files() -> Iterator[Path]:
    place = folder()
    if place is not None and place.is_dir():
        yield from sorted(place.glob("*.eml"), reverse=True)[:MOST_LOOKED_AT]


def _is_to(mail: Kept, address: str | None) -> bool:
    headers = mail.message.get_all("To", [])
    return address is None or address in {one.addr_spec for header in headers for one in header.addresses}


def _kept_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, tz=utc_now().tzinfo)
