"""What a page says, without what only a screen can show: headings, sentences, figures and tables."""

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup


@dataclass(frozen=True)
class Phrase:
    """Some words, as HTML that holds nothing but text, links and emphasis, and plain."""

    html: Markup
    text: str  #: "\n" is a line break

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def line(self) -> str:
        """The plain words in one line."""
        return ", ".join(self.text.split("\n"))


@dataclass(frozen=True)
class Heading:
    kind: ClassVar[str] = "heading"
    title: Phrase
    aside: Phrase | None = None  #: what stands beside it


@dataclass(frozen=True)
class Paragraph:
    kind: ClassVar[str] = "paragraph"
    phrase: Phrase
    is_alert: bool = False


@dataclass(frozen=True)
class Figure:
    """A big figure, with what it is and what belongs to it."""

    label: Phrase
    value: Phrase
    notes: list[Phrase]


@dataclass(frozen=True)
class Figures:
    kind: ClassVar[str] = "figures"
    figures: list[Figure]


@dataclass(frozen=True)
class Facts:
    kind: ClassVar[str] = "facts"
    pairs: list[tuple[Phrase, Phrase]]


@dataclass(frozen=True)
class Column:
    head: Phrase
    is_number: bool
    is_minor: bool  #: left out where the screen is narrow, as on the page


@dataclass(frozen=True)
class Table:
    """A table, or its first rows: for each a phrase of each column."""

    kind: ClassVar[str] = "table"
    columns: list[Column]
    rows: list[list[Phrase]]
    left_out: int  #: rows that are on the page and not here


Block = Heading | Paragraph | Figures | Facts | Table


@dataclass(frozen=True)
class Digest:
    crumbs: Phrase  #: what the page belongs to: "Café Aurora › Campaigns › Autumn sale"
    title: str  #: of the page
    under_title: Phrase
    blocks: list[Block]
    charts: list[Block]  #: the tables of the page's charts under their headings; long, so for the end
    has_more: bool  #: whether the page is the first of several
    choices: dict[tuple[str, str], str]  #: what the page's own controls call a value, by name and value
    faulty: frozenset[str]  #: names of filters that the page could not make sense of, so it shows all
