"""Read what a page says from its own HTML, so that a mail says the same, whichever page it is."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, NavigableString, PageElement, Tag
from bs4.element import PreformattedString
from markupsafe import Markup, escape

from dashboard.reports.digests.blocks import (
    Block,
    Column,
    Digest,
    Facts,
    Figure,
    Figures,
    Heading,
    Paragraph,
    Phrase,
    Table,
)

MOST_ROWS = 50  #: of a table
MOST_COLUMNS = 12  #: of a table that fits a mail

#: What needs a screen, a script or a session, and what is there for other eyes.
_DROPPED = (
    "script, style, template, noscript, svg, button, progress, meter, nav, dialog, [popover], [hidden],"
    " [aria-hidden=true], .visually-hidden, .narrow-only, .actions, .take-away, .chart, .chart-key,"
    " .heat-key, summary"
)
_CONTROLS = "input, select, textarea, label, datalist, .field"
_KEPT_OF_FORMS = "[aria-live], .chosen, .field-fault, table"
_BLOCKS = ["article", "div", "dl", "figure", "h2", "h3", "h4", "ol", "p", "section", "table", "ul"]
#: Tags and classes that stand on a line of their own within a phrase; a state does so in plain text.
_LINES = {"div", "li", "p"}
_LINE_CLASSES = {"sub", "range", "note"}
_ALERTS = {"alert", "field-fault"}
#: Classes that mean something in a mail too.
_MEANINGS = {"state", "state-good", "state-bad", "state-wait", "state-live", "good", "bad", "sub", "range"}
_LONG = re.compile(r"(?<=@)|(\S{24})(?=\S{4})")
_WITHIN_DAY = re.compile(r"(?<!,) ")  #: "29 Oct 2025, 11:35" is broken after its comma alone
_SPACE = re.compile(r"[ \t\r\n\f]+")  # not the no-break space, which holds numbers together


def digest(html: str, url: str) -> Digest:
    """The digest of a page with that HTML at that absolute URL, from which its links go out."""
    page = BeautifulSoup(html, "html.parser")
    main = page.main or page
    has_more = main.select_one('[rel~="next"]') is not None
    choices = _choices(main)
    faulty = frozenset(str(control["name"]) for control in main.select("[name][aria-invalid=true]"))
    _strip(main)
    crumbs, title, under_title = main.select_one(".crumbs"), main.h1, main.select_one(".under-title")
    for part in (crumbs, title, under_title):
        if part:
            part.extract()
    reading = _Reading(url)
    return Digest(
        crumbs=reading.crumbs(crumbs),
        title=reading.phrase(title).line if title else "",
        under_title=reading.phrase(under_title),
        charts=list(reading.charts(main)),  # taken out, so before what is left
        blocks=list(reading.blocks(main)),
        has_more=has_more,
        choices=choices,
        faulty=faulty,
    )


def _choices(main: Tag) -> dict[tuple[str, str], str]:
    """What the page calls the values that its filters may have. Empty ones ask for all: they say nothing."""
    named: dict[tuple[str, str], str] = {}
    for control in main.select("input[name], select[name]"):
        name = str(control["name"])
        named[name, ""] = ""
        for option in control.select("option[value]"):
            named[name, str(option["value"])] = option.get_text(strip=True) if option["value"] else ""
    return named


def _strip(main: Tag) -> None:
    """Take away what no mail shows.

    Of forms the answers stay, the faults at the fields, and the tables that they stand around.
    """
    for errors in main.select(".field-errors"):
        _become_alert(errors)
    for title in main.select(".empty-row > strong"):
        title.insert_after(" ")  # on the page the advice stands below
    for dropped in main.select(_DROPPED):
        dropped.decompose()
    for form in main.select("form"):
        form.replace_with(*(part.extract() for part in form.select(_KEPT_OF_FORMS)))
    for control in main.select(_CONTROLS):
        control.decompose()


def _become_alert(errors: Tag) -> None:
    """Say a field's fault before the field, which goes, and by the name of the field."""
    field = errors.find_parent(class_="field")
    label = field.label.get_text(strip=True) if field and field.label else ""
    sentences = " ".join(error.get_text(" ", strip=True) for error in errors.select("li"))
    errors.name, errors["class"] = "div", "field-fault"
    errors.string = f"{label}: {sentences}" if label else sentences
    if field:
        field.insert_before(errors.extract())


class _Reading:
    """Reads the parts of one page."""

    def __init__(self, url: str) -> None:
        self.url = url

    def crumbs(self, node: Tag | None) -> Phrase:
        steps = [self.phrase(step) for step in node.select("li")] if node else []
        return Phrase(
            Markup(" › ").join(step.html for step in steps), " › ".join(step.line for step in steps)
        )

    def charts(self, main: Tag) -> Iterator[Block]:
        """The tables that are folded away beside the charts. Takes all that is folded out of the page."""
        for folded in main.select("details"):
            section = folded.find_parent("section")
            heading = section.find(["h2", "h3"]) if section else None
            folded.extract()
            if folded.find("table"):
                if isinstance(heading, Tag):
                    yield Heading(self.phrase(heading))
                yield from self.blocks(folded)

    def blocks(self, node: Tag) -> Iterator[Block]:
        classes = set(node.get_attribute_list("class"))
        if "card-head" in classes and (heading := node.find(["h2", "h3"])):
            yield Heading(self.phrase(heading), self._aside(node.select_one(".aside")))
        elif node.name in ("h2", "h3", "h4"):
            yield Heading(self.phrase(node))
        elif node.name == "table":
            yield self._table(node)
        elif "figures" in classes or "figure" in classes:
            figures = node.select(".figure") if "figures" in classes else [node]
            yield Figures([self._figure(figure) for figure in figures])
        elif node.name == "dl":
            yield Facts(
                [(self.phrase(dt), self.phrase(dt.find_next_sibling("dd"))) for dt in node.select("dt")]
            )
        elif classes & _ALERTS:
            yield Paragraph(self.phrase(node), is_alert=True)
        elif node.name == "section":
            blocks = list(self._contents(node))
            # Of some only the heading is left, such as of a form.
            yield from () if all(isinstance(block, Heading) for block in blocks) else blocks
        else:
            yield from self._contents(node)

    def _contents(self, node: Tag) -> Iterator[Block]:
        """The blocks within a container. Words that stand between them are paragraphs of their own."""
        loose: list[PageElement] = []
        for child in [*node.children, None]:
            is_block = isinstance(child, Tag) and (child.name in _BLOCKS or child.find(_BLOCKS))
            if child is not None and not is_block:
                loose.append(child)
                continue
            if phrase := self.phrase(loose):
                yield Paragraph(phrase)
            loose = []
            if isinstance(child, Tag):
                yield from self.blocks(child)

    def _figure(self, node: Tag) -> Figure:
        return Figure(
            label=self.phrase(node.select_one(".label, dt")),
            value=self.phrase(node.select_one(".value, dd")),
            notes=[note for note in map(self.phrase, node.select(".note")) if note],
        )

    def _table(self, node: Tag) -> Table | Paragraph:
        found = [row for row in node.select("tr") if not row.find_parent("thead")]
        rows = self._grid(found[:MOST_ROWS])
        width = len(rows[0]) if rows else 0
        if width > MOST_COLUMNS:
            return Paragraph(_words("This table is too wide for a mail. See it on Signalbox."))
        columns = self._columns(node.select("thead tr"), width)
        # Those of buttons are empty by now.
        told = [n for n in range(width) if any(row[n] for row in rows)]
        return Table(
            columns=[columns[n] for n in told],
            rows=[[row[n] for n in told] for row in rows],
            left_out=len(found) - len(rows),
        )

    def _columns(self, heads: list[Tag], width: int) -> list[Column]:
        """As many columns, each with the words of all that stands above it."""
        for link in (link for head in heads for link in head.select("a")):  # they sort
            link.unwrap()
        above: list[list[Tag]] = [[] for _ in range(width)]
        for head in heads:
            for cells, cell in zip(above, _across(head), strict=False):
                cells.append(cell)
        return [
            Column(
                _words(", ".join(phrase.line for cell in cells if (phrase := self.phrase(cell)))),
                is_number=bool(cells) and "num" in cells[-1].get_attribute_list("class"),
                is_minor=bool(cells) and "wide-only" in cells[-1].get_attribute_list("class"),
            )
            for cells in above
        ]

    def _grid(self, rows: list[Tag]) -> list[list[Phrase]]:
        """The words of each row by column. Those of a cell over several columns stand in the first."""
        grid = []
        for cells in map(_across, rows):
            before = [None, *cells]
            grid.append(
                [_NOTHING if cell is before[n] else self.phrase(cell) for n, cell in enumerate(cells)]
            )
        width = max(map(len, grid), default=0)
        return [row + [_NOTHING] * (width - len(row)) for row in grid]

    def _aside(self, node: Tag | None) -> Phrase | None:
        """What stands beside a heading. Its links say nothing to whoever cannot follow them."""
        if node is None:
            return None
        html = self.phrase(node).html
        for link in node.select("a"):
            link.decompose()
        return Phrase(html, self.phrase(node).text.strip(" ·"))

    def phrase(self, node: PageElement | Iterable[PageElement] | None) -> Phrase:
        """The words of an element, or of several that follow each other; nothing of None."""
        if node is None:
            return _NOTHING
        parts = node.children if isinstance(node, Tag) else [node] if isinstance(node, PageElement) else node
        html, text = self._joined(parts)
        lines = [_SPACE.sub(" ", line).strip() for line in text.split("\n")]
        # It is made of escaped texts and of our own tags.
        return Phrase(Markup(_SPACE.sub(" ", html).strip()), "\n".join(filter(None, lines)))  # noqa: S704

    def _joined(self, nodes: Iterable[PageElement]) -> tuple[str, str]:
        """The nodes one after the other, as HTML and as plain text."""
        pairs = [self._inline(node) for node in nodes]
        return "".join(html for html, _ in pairs), "".join(text for _, text in pairs)

    def _inline(self, node: PageElement) -> tuple[str, str]:
        if not isinstance(node, Tag):
            is_text = isinstance(node, NavigableString) and not isinstance(node, PreformattedString)
            words = _SPACE.sub(" ", str(node)) if is_text else ""
            return _breakable(words), words
        if node.name == "br":
            return "<br>", "\n"
        html, text = self._joined(node.children)
        if not text.strip():
            return html, text
        classes = set(node.get_attribute_list("class"))
        if node.name == "time":
            html, text = (_WITHIN_DAY.sub("\N{NO-BREAK SPACE}", words.strip()) for words in (html, text))
        elif node.name == "a" and (url := self._absolute(node.get("href"))):
            html = f'<a href="{escape(url)}">{html}</a>'
        elif node.name in ("strong", "b"):
            html = f"<strong>{html}</strong>"
        is_line = node.name in _LINES or classes & _LINE_CLASSES
        if meanings := sorted(classes & _MEANINGS | ({"line"} if is_line else set())):
            html = f'<span class="{" ".join(meanings)}">{html}</span>'
        return html, f"\n{text}\n" if is_line or "state" in classes else text

    def _absolute(self, href: object) -> str | None:
        """Where a link leads from outside of the page; None where that is nowhere."""
        if not isinstance(href, str) or href.startswith("#"):
            return None
        url = urljoin(self.url, href)
        return url if urlsplit(url).scheme in ("http", "https", "mailto", "tel") else None


def _breakable(text: str) -> str:
    """The text as HTML. Long words may be broken, or a table with an address would be too wide."""
    return "<wbr>".join(escape(part) for part in _LONG.split(text) if part)


def _words(text: str) -> Phrase:
    return Phrase(escape(text), text)


_NOTHING = _words("")


def _across(row: Tag) -> list[Tag]:
    """The cell in each column of a row: one over several columns is there as often."""
    cells = row.find_all(["td", "th"], recursive=False)
    return [cell for cell in cells for _ in range(_span(cell))]


def _span(cell: Tag) -> int:
    span = cell.get("colspan")
    return min(int(span), 100) if isinstance(span, str) and re.fullmatch("[1-9][0-9]*", span) else 1
