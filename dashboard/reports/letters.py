"""A report as a mail: the digest of its page, as HTML and as plain text."""

import re
from collections.abc import Iterator
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from textwrap import fill, wrap
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup
from flask import current_app, render_template

from dashboard.core.db import utc_now
from dashboard.mails.sending import NotSent, sender
from dashboard.reports.commands import Wanted
from dashboard.reports.digests.blocks import Block, Digest, Facts, Figures, Heading, Paragraph, Table
from dashboard.reports.digests.reading import digest
from dashboard.reports.pages import absolute, page_as_seen_by
from dashboard.web.filters import zone_name

LINE = 78  #: characters of a line of plain text
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SPACES = re.compile(r"(?<=[;:]) |^ | $")  # mail programs cut long mails off
_REFUSALS = {
    403: "Your role may not open the page of this view any more.",
    404: "The page of this view is gone.",
}


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
    told = digest(page.html, absolute(page.address))
    return _message(wanted, told, as_of=utc_now())


def _message(wanted: Wanted, told: Digest, *, as_of: datetime) -> EmailMessage:
    local = as_of.astimezone(ZoneInfo(wanted.reader.timezone))
    name = _one_line(wanted.view_name)
    subject = f"{name}, {local.day} {local:%B %Y}"
    words = {
        "digest": told,
        "subject": subject,
        "view_name": name,
        "filters": _filters(wanted.address),
        "as_of": f"{local:%A} {local.day} {local:%B %Y, %H:%M}",
        "zone": zone_name(wanted.reader.timezone),
        "view_url": _url("views.show", token=wanted.token),
        "report_url": _url("reports.show", report_id=wanted.report_id),
        "why": _why(wanted),
    }
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = sender()
    message["To"] = _address(wanted)
    message["Date"] = format_datetime(as_of)
    # The same at each try, so that a mail program knows a second copy for what it is.
    message["Message-ID"] = f"<report-{wanted.report_id}-{wanted.delivery_id}@{_host()}>"
    message["Auto-Submitted"] = "auto-generated"  # nobody's "out of office" answers it
    message["List-Unsubscribe"] = f"<{words['report_url']}>"
    message.set_content(_plain_text(words))
    message.add_alternative(_html(words), subtype="html")
    return message


def _address(wanted: Wanted) -> Address:
    try:
        return Address(_one_line(wanted.reader.name), addr_spec=wanted.reader.email)
    except (MessageError, ValueError, IndexError) as error:
        raise NotSent(
            f"“{wanted.reader.email}” is no address that a mail can be sent to.", is_final=True
        ) from error


def _why(wanted: Wanted) -> str:
    if wanted.is_asked_for:
        return "You get this because it was asked for on Signalbox."
    return f"You get this every Monday at 08:00 ({wanted.reader.timezone})."


def _html(words: dict[str, object]) -> str:
    """The mail's HTML, with its style in each element: many mail programs know no style sheet."""
    always, _, narrow = render_template("reports/mail.css").partition("@media")
    page = BeautifulSoup(render_template("reports/mail.html", **words), "html.parser")
    for selectors, style in _RULE.findall(always):
        for element in page.select(selectors.strip()):
            element["style"] = f"{element.get('style', '')}{_SPACES.sub('', style)}"
    for element in page.select("[class]"):  # the rest of the style is for those that are named in it
        kept = [name for name in element.get_attribute_list("class") if re.search(rf"\.{name}\b", narrow)]
        if kept:
            element["class"] = " ".join(kept)
        else:
            del element["class"]
    if page.head:
        sheet = page.new_tag("style")
        sheet.string = f"@media{narrow}"
        page.head.append(sheet)
    return str(page)


def _plain_text(words: dict[str, object]) -> str:
    told = words["digest"]
    assert isinstance(told, Digest)
    about = " · ".join(str(part) for part in (told.title, words["filters"]) if part)
    lines = [
        str(words["view_name"]),
        *wrap(about, LINE),
        *wrap(told.under_title.line, LINE),
        f"As of {words['as_of']} in {words['zone']}.",
        f"Open it on Signalbox: {words['view_url']}",
    ]
    for block in [*told.blocks, *told.charts]:
        lines += _in_lines(block)
    if told.has_more:
        lines += ["", "This is the first page. The rest is on Signalbox."]
    lines += [
        "",
        "--",
        *wrap(str(words["why"]), LINE),
        f"Stop it, or see what was sent: {words['report_url']}",
    ]
    return "\n".join(lines) + "\n"


def _in_lines(block: Block) -> Iterator[str]:
    """A block as lines of plain text; an empty one first."""
    match block:
        case Heading():
            title = block.title.line.upper()
            yield from ["", "", title]
            if block.aside and block.aside.text:
                yield fill(block.aside.line, LINE)
        case Paragraph():
            yield ""
            yield fill(("! " if block.is_alert else "") + block.phrase.line, LINE)
        case Figures():
            yield ""
            for figure in block.figures:
                notes = "; ".join(note.line for note in figure.notes)
                label = f"{figure.label.line}: " if figure.label else ""
                yield fill(f"{label}{figure.value.line}{f' ({notes})' if notes else ''}", LINE)
        case Facts():
            yield ""
            for term, fact in block.pairs:
                yield fill(f"{term.line}: {fact.line}", LINE, subsequent_indent="  ")
        case Table():
            yield from _records(block)


def _records(table: Table) -> Iterator[str]:
    """A table as a list, each row with the heads of its cells: columns would need a typewriter's font."""
    yield ""
    for row in table.rows:
        named = [
            f"{column.head.line}: {cell.line}" if column.head else cell.line
            for column, cell in zip(table.columns[1:], row[1:], strict=True)
            if cell
        ]
        yield fill(f"- {row[0].line}", LINE, subsequent_indent="  ")
        if named:
            yield fill(" · ".join(named), LINE, initial_indent="  ", subsequent_indent="  ")
    if table.left_out:
        yield f"And {table.left_out} more, on Signalbox."


def _filters(address: str) -> str:
    """The filters of a page's address in words: "country EU · sort failing"."""
    pairs = parse_qsl(urlsplit(address).query)
    return " · ".join(_one_line(f"{name.replace('_', ' ')} {value}") for name, value in pairs)


def _one_line(text: str) -> str:
    """The text without line breaks and other controls, by which it could become a header of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _url(endpoint: str, **values: object) -> str:
    return absolute(current_app.url_map.bind("localhost").build(endpoint, values))


def _host() -> str:
    return urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"
