"""A report as a mail: what its page says, as HTML and as plain text."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from textwrap import wrap
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import idna
from bs4 import BeautifulSoup
from flask import current_app, render_template

from dashboard.core.db import utc_now
from dashboard.mails.sending import NotSent, sender
from dashboard.reports.commands import Wanted
from dashboard.reports.digests.blocks import Digest
from dashboard.reports.digests.plain import LINE, plain_lines
from dashboard.reports.digests.reading import digest
from dashboard.reports.pages import absolute, page_as_seen_by
from dashboard.web.filters import zone_name

_REFUSALS = {
    403: "Your role may not open the page of this view any more.",
    404: "The page of this view is gone.",
}
COMPARED = "of"  #: names a campaign to compare; the page says which they are
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")  #: of a style sheet
_SPARE = re.compile(r"(?<=[;:]) |^ | $")  #: spaces that a style can do without: long mails are cut off


@dataclass(frozen=True)
class Words:
    """What a mail says, besides the headers."""

    digest: Digest
    subject: str
    view_name: str
    filters: str  #: such as "country European Union · sort failing"
    as_of: str  #: the minute by the reader's clock
    zone: str  #: of that clock
    view_url: str
    report_url: str
    why: str  #: why the reader gets it


def letter(wanted: Wanted) -> EmailMessage:
    """The mail that tells the reader what the view's page says right now.

    Raises:
        NotSent: the reader may not see the page, it failed, or the reader's address is none.
    """
    page = page_as_seen_by(wanted.reader, wanted.address)
    if page.status in _REFUSALS:
        raise NotSent(_REFUSALS[page.status], is_final=True)
    if page.status != 200:
        raise NotSent("The page of this view could not be shown: something is wrong on our side.")
    now = utc_now()
    words = _words(wanted, digest(page.html, absolute(page.address)), now)
    message = EmailMessage()
    message["Subject"] = words.subject
    message["From"] = sender()
    message["To"] = _address(wanted)
    message["Date"] = format_datetime(now)
    # The same at each try, so that a mail program knows a second copy for what it is.
    message["Message-ID"] = f"<report-{wanted.report_id}-{wanted.delivery_id}@{_host()}>"
    message["Auto-Submitted"] = "auto-generated"  # nobody's "out of office" answers it
    message["List-Unsubscribe"] = f"<{words.report_url}>"
    message.set_content(_plain_text(words))
    message.add_alternative(_html(words), subtype="html")
    return message


def _words(wanted: Wanted, told: Digest, now: datetime) -> Words:
    zone = wanted.reader.timezone
    local = now.astimezone(ZoneInfo(zone))
    day = f"{local.day} {local:%B %Y}"
    name = _one_line(wanted.view_name)
    every_monday = f"You get this every Monday at 08:00 ({zone})."
    return Words(
        digest=told,
        subject=f"{name}, {day}",
        view_name=name,
        filters=_filters(wanted.address, told),
        as_of=f"{local:%A} {day}, {local:%H:%M}",
        zone=zone_name(zone),
        view_url=_url("views.show", token=wanted.token),
        report_url=_url("reports.show", report_id=wanted.report_id),
        why="You get this because it was asked for on Signalbox." if wanted.is_asked_for else every_monday,
    )


def _address(wanted: Wanted) -> Address:
    email = wanted.reader.email
    local, at, domain = email.rpartition("@")
    try:
        # Mail servers know a domain by its ASCII form alone.
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
        return Address(_one_line(wanted.reader.name), addr_spec=f"{local}{at}{ascii_domain}")
    except (MessageError, ValueError, IndexError) as error:
        raise NotSent(f"“{email}” is no address that a mail can be sent to.", is_final=True) from error


def _html(words: Words) -> str:
    """The mail's HTML, with its style in each element: many mail programs know no style sheet."""
    page = BeautifulSoup(render_template("reports/mail.html", **vars(words)), "html.parser")
    always, _, narrow = render_template("reports/mail.css").partition("@media")
    for selectors, style in _RULE.findall(always):
        for element in page.select(selectors.strip()):
            element["style"] = f"{element.get('style', '')}{_SPARE.sub('', style)}"
    _keep_classes(page, set(re.findall(r"\.([a-z]+)", narrow)))
    assert page.head is not None
    sheet = page.new_tag("style")
    sheet.string = f"@media{narrow}"
    page.head.append(sheet)
    return str(page)


def _keep_classes(page: BeautifulSoup, wanted: set[str]) -> None:
    """Leave the other classes out: their style is in the elements by now."""
    for element in page.select("[class]"):
        kept = wanted & set(element.get_attribute_list("class"))
        if kept:
            element["class"] = " ".join(sorted(kept))
        else:
            del element["class"]


def _plain_text(words: Words) -> str:
    told = words.digest
    lines = [
        words.view_name,
        *wrap(told.crumbs.line, LINE),
        *wrap(" · ".join(filter(None, [told.title, words.filters])), LINE),
        *wrap(told.under_title.line, LINE),
        f"As of {words.as_of} in {words.zone}.",
        f"Open it on Signalbox: {words.view_url}",
        *plain_lines([*told.blocks, *told.charts]),
        *(["", "This is the first page. The rest is on Signalbox."] if told.has_more else []),
        "",
        "-- ",
        *wrap(words.why, LINE),
        f"Stop it, or see what was sent: {words.report_url}",
    ]
    return "\n".join(lines) + "\n"


def _filters(address: str, told: Digest) -> str:
    """The filters of a page's address, in the page's own words where it has some: "country Greece"."""
    pairs = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    compared = sum(name == COMPARED for name, _ in pairs)
    said = [f"{compared} campaigns"] if compared > 1 else []
    for name, value in pairs:
        words = told.choices.get((name, value), value or "none")
        fault = " (not applied)" if name in told.faulty else ""
        if words and name != COMPARED:
            said.append(_one_line(f"{name.replace('_', ' ')} {words}{fault}"))
    return " · ".join(said)


def _one_line(text: str) -> str:
    """The text without line breaks and other controls, by which it could become a header of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _url(endpoint: str, **values: object) -> str:
    return absolute(current_app.url_map.bind("localhost").build(endpoint, values))


def _host() -> str:
    return urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"
