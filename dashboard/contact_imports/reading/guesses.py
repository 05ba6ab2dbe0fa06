"""How a file is probably meant to be read, by its first bytes and rows. A person may change the guess."""

import codecs
import csv
import re
from collections.abc import Sequence
from typing import BinaryIO

from dashboard.contact_imports.reading import cells, tables
from dashboard.contact_imports.reading.delimited import is_remark
from dashboard.contact_imports.reading.headings import fields_called
from dashboard.contact_imports.reading.plans import DELIMITERS, Plan
from dashboard.contact_imports.reading.refusals import Refused

HEAD_BYTES = 1 << 18
SAMPLE_ROWS = 20
HEADING_AMONG = 10  #: rows, of which some are a title

_CODE_PAGES = {
    "cp1250": "PL CZ SK HU SI HR BA RO AL",
    "cp1251": "BG RU UA BY RS MK",
    "cp1253": "GR CY",
    "cp1254": "TR",
    "cp1255": "IL",
    "cp1256": "EG SA AE JO LB MA TN DZ IQ KW QA BH OM LY SY YE",
    "cp1257": "EE LV LT",
}
_PAGE_OF = {country: page for page, countries in _CODE_PAGES.items() for country in countries.split()}
#: Of an alphabet of its own: whole words are beyond ASCII, and not a letter here and there.
_OTHER_ALPHABETS = frozenset(["cp1251", "cp1253", "cp1255", "cp1256"])
#: Where a month is written before its day.
_MONTH_FIRST = frozenset("US PH FM GU MH PW PR AS VI".split())

_SIGNS = (
    (b"%PDF", "This is a PDF. Save the table as CSV or XLSX, and upload that."),
    (
        b"\xd0\xcf\x11\xe0",
        "This is an old Excel file (.xls), or one with a password. Save it as .xlsx without a password.",
    ),
    (b"\x1f\x8b", "This is a compressed file. Unpack it, and upload what is in it."),
    (b"7z\xbc\xaf", "This is a compressed file. Unpack it, and upload what is in it."),
    (b"Rar!", "This is a compressed file. Unpack it, and upload what is in it."),
    (b"\x89PNG", "This is a picture. Save the table as CSV or XLSX, and upload that."),
    (b"\xff\xd8\xff", "This is a picture. Save the table as CSV or XLSX, and upload that."),
    (b"{\\rtf", "This is a text document. Save the table as CSV or XLSX, and upload that."),
)
_MARKUP = re.compile(rb"\s*<(!doctype|html|\?xml|table)", re.IGNORECASE)


def guess(file: BinaryIO, country: str) -> Plan:
    """How to read the file of an owner of that country. The file's position is anywhere afterwards.

    Raises:
        Refused: it is no table that can be read, whatever its name says.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    refuse_others(head)
    is_day_first = country not in _MONTH_FIRST
    if head.startswith(b"PK\x03\x04"):
        plan = Plan(is_workbook=True, is_day_first=is_day_first)
    else:
        encoding = _encoding(file, head, country)
        if b"\x00" in head and encoding != "utf-16":
            raise Refused("This is no text file: it holds zero bytes. Save the table as CSV or XLSX.")
        text = codecs.getincrementaldecoder(encoding)("replace").decode(head).lstrip("\ufeff")
        plan = Plan(encoding=encoding, delimiter=_delimiter(text), is_day_first=is_day_first)
    return with_columns(plan, tables.first_rows(file, plan), country)


def with_columns(plan: Plan, numbered: Sequence[tuple[int, list[str]]], country: str) -> Plan:
    """The plan with a guess of what the columns are, and which row says so, if one does."""
    rows = [row for _, row in numbered]
    kinds = [_kinds(row, country, plan.is_day_first) for row in rows]
    above = _rows_above(rows, kinds)
    rows, kinds = rows[above:], kinds[above:]
    named = fields_called(rows[0])
    found = _by_content(kinds[1:])
    has_heading = not kinds[0] and (bool(named) or _differs(rows[0], found))
    found = found if has_heading else _by_content(kinds)
    columns = (named if has_heading else {}) | {
        field: column
        for field, column in found.items()
        if not has_heading or (field not in named and column not in named.values())
    }
    if not has_heading:
        columns |= _names(rows, set(columns.values()))
    heading_row = numbered[above][0] if has_heading else 0
    guessed = {"has_heading": has_heading, "heading_row": heading_row, "columns": columns}
    return Plan(**plan.as_json() | guessed)


def _rows_above(rows: Sequence[Sequence[str]], kinds: Sequence[dict[int, str]]) -> int:
    """How many rows are a title: those above a heading that names two fields, none of them of a person."""
    for above, row in enumerate(rows[:HEADING_AMONG]):
        if len(fields_called(row)) > 1:
            return above
        if kinds[above]:
            break
    return 0


def _differs(first: Sequence[str], below: dict[str, int]) -> bool:
    """Whether the first row holds words where the rows below it hold numbers, addresses or days."""
    words = not any(c.isdigit() for cell in first for c in cell)
    return words and bool(below) and all(n < len(first) and first[n].strip() for n in below.values())


def refuse_others(head: bytes) -> None:
    """Refuse a file that is of another kind by its first bytes.

    Raises:
        Refused: it is empty, or of a kind that is not read.
    """
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n,;"):
        raise Refused("The file is empty.")
    for sign, sentence in _SIGNS:
        if head.startswith(sign):
            raise Refused(sentence)
    if _MARKUP.match(head):
        raise Refused("This is a web page, whatever its name says. Save the table as CSV or XLSX.")


def _encoding(file: BinaryIO, head: bytes, country: str) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _is_utf8(file):
        return "utf-8"
    page = _PAGE_OF.get(country, "cp1252")
    high = sum(map(len, re.findall(rb"[\xc0-\xff]", head)))
    together = sum(map(len, re.findall(rb"[\xc0-\xff]{3,}", head)))
    if page in _OTHER_ALPHABETS and together * 2 < high:
        return "cp1252"
    if page not in _OTHER_ALPHABETS and high and together * 2 > high:
        return "cp1253"  # whole words: of the alphabets of our owners it is the Greek one
    return page


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(1 << 20):
            decoder.decode(piece)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(text: str) -> str:
    lines = text.splitlines()[: SAMPLE_ROWS + 1]
    if lines and is_remark(lines[0]) and lines[0][4:5] in DELIMITERS:
        return lines[0][4]
    return max(DELIMITERS, key=lambda one: _fit(lines, one))


def _fit(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """How well a delimiter fits: of how many rows the width is the same, and that width."""
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0, 0
    usual = max(set(widths), key=widths.count, default=1)
    return (widths.count(usual), usual) if usual > 1 else (0, 0)


def _kinds(row: Sequence[str], country: str, is_day_first: bool) -> dict[int, str]:
    """What the cells of a row can only be: a phone, an email, a day; column by column."""
    read = cells.readers(country, is_day_first=is_day_first)
    found = {}
    for column, cell in enumerate(row):
        for field in ("phone", "email", "birthday"):
            try:
                if cell.strip() and read[field](cells.clean(cell)):
                    found[column] = field
                    break
            except cells.Unfit:
                continue
    return found


def _by_content(kinds: Sequence[dict[int, str]]) -> dict[str, int]:
    counts: dict[tuple[str, int], int] = {}
    for row in kinds:
        for column, field in row.items():
            counts[field, column] = counts.get((field, column), 0) + 1
    found: dict[str, int] = {}
    for field, column in sorted(counts, key=lambda one: -counts[one]):
        if counts[field, column] * 2 >= len(kinds) and column not in found.values():
            found.setdefault(field, column)
    return found


def _names(rows: Sequence[Sequence[str]], taken: set[int]) -> dict[str, int]:
    """The first two columns that hold names, where nothing says which is which."""
    width = max(map(len, rows))
    words = [
        column
        for column in range(width)
        if column not in taken
        and all(_is_name(row[column]) for row in rows if len(row) > column and row[column])
        and sum(bool(row[column]) for row in rows if len(row) > column) * 2 > len(rows)
    ]
    return dict(zip(("first_name", "last_name"), words, strict=False))


def _is_name(cell: str) -> bool:
    return any(c.isalpha() for c in cell) and not any(c.isdigit() or c == "@" for c in cell)
