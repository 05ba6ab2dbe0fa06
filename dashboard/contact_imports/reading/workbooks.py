"""Tables of Excel: the first visible sheet of an XLSX workbook, read as it streams by.

XLSX is a ZIP of XML. What is needed of it is little, and the usual readers keep all texts, or all cells, of a
workbook in memory. This one keeps one row, and the shared texts in a temporary file.

What is hostile: a DOCTYPE, without which no entity can be defined, is refused; what is unpacked is counted,
so that a small file cannot become a huge one; nothing in it is run, and of a formula its last value is read.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import IO, BinaryIO
from xml.parsers import expat

from dashboard.contact_imports.reading.plans import Rows
from dashboard.contact_imports.reading.refusals import (
    MOST_CELL_CHARACTERS,
    MOST_COLUMNS,
    Refused,
    cell_too_long,
    too_many_columns,
)
from dashboard.contact_imports.reading.shared_texts import SharedTexts

MOST_BYTES = 2 << 30  #: of a part, unpacked: a million rows of ten columns take half of it
MOST_CONTENTS_BYTES = 1 << 20  #: of the table of contents, which is kept in memory: some thousand parts
MOST_SMALL_BYTES = 32 << 20  #: of the parts that say what the others are
PIECE_BYTES = 1 << 16
_TAIL_BYTES = (1 << 16) + 64  #: in which an archive's end is found, with the longest remark behind it
MOST_TOKEN_BYTES = 1 << 20  #: a tag, with its attributes
MOST_CHARACTERS = 1 << 30  #: of all cells: a shared text is short in the file, however often it is shown
MOST_DEPTH = 32  #: tags within tags: a cell of a sheet lies five deep
MOST_NAMES = 1_000  #: of tags and attributes: the parser keeps each
MOST_ROW_NO = 1_048_576  #: Excel's own

#: Excel's own formats of numbers that show a day or a time.
_DAYS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")

_BROKEN = "The workbook is damaged. Open it in Excel, save it anew, and upload that."
_HUGE = "The workbook unpacks to more than can be meant. Save the sheet of the contacts alone as CSV."
_NO_SHEET = "The workbook shows no sheet. Save the sheet of the contacts as CSV, and upload that."
_LONG_TEXT = f"A cell is longer than {MOST_CELL_CHARACTERS:,} characters. Shorten it, and upload it again."
_DOCTYPE = "The workbook has a part that no spreadsheet program writes. Save it anew in Excel."


def rows(file: BinaryIO, told: Callable[[float], None] = lambda _: None) -> Rows:
    """The rows that hold anything, one at a time; `told` is told which part of the sheet is read.

    A day reads as 1985-04-03, a whole number as its digits, however the sheet shows them.

    Raises:
        Refused: it is no workbook, or a damaged or a hostile one.
    """
    try:
        if _contents_bytes(file) > MOST_CONTENTS_BYTES:
            raise Refused(_HUGE)
        with zipfile.ZipFile(file) as archive:
            book = _Book(archive)
            with closing(SharedTexts(book.shared_texts())) as texts:
                yield from _Sheet(book, texts).rows(told)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, KeyError, ValueError, OverflowError):
        raise Refused(_BROKEN) from None
    except (RuntimeError, NotImplementedError):  # it is encrypted, or packed in a way that Excel knows not
        raise Refused("The workbook is protected. Save it without a password, and upload that.") from None


def _contents_bytes(file: BinaryIO) -> int:
    """How large the archive's table of contents is: it would be read as a whole."""
    size = file.seek(0, io.SEEK_END)
    start = max(0, size - _TAIL_BYTES)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise zipfile.BadZipFile
    if (locator := end - 20) >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
        # Of a large archive the table is described elsewhere, too, and that counts.
        file.seek(int.from_bytes(tail[locator + 8 : locator + 16], "little"))
        return int.from_bytes(file.read(48)[40:], "little")
    return int.from_bytes(tail[end + 12 : end + 16], "little")


class _Book:
    """The parts of a workbook."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.lower().lstrip("/"): name for name in archive.namelist()}
        root = self._part("_rels/.rels")
        targets = {kind: target for kind, target in root.values() if kind.endswith("/officeDocument")}
        if not targets:
            raise Refused("This is a ZIP file, and no Excel workbook. Save the table as XLSX or CSV.")
        self._path = next(iter(targets.values())).lstrip("/")
        folder, _, name = self._path.rpartition("/")
        self._folder = f"{folder}/" if folder else ""
        self._relations = self._part(f"{self._folder}_rels/{name}.rels")
        self.counts_from_1904 = False
        self.sheet = self._first_sheet()

    def pieces(self, name: str, most: int | None = None) -> Iterator[bytes]:
        """A part, unpacked piece by piece, and no more of it than `most`, else MOST_BYTES."""
        with self._open(name) as part:
            size = 0
            while piece := part.read(PIECE_BYTES):
                size += len(piece)
                if size > (most or MOST_BYTES):
                    raise Refused(_HUGE)
                yield piece

    def size(self, name: str) -> int:
        """How large the part says it is, unpacked."""
        return self._archive.getinfo(self._names[name.lower()]).file_size

    def shared_texts(self) -> Iterator[str]:
        """The texts that cells refer to by their number."""
        name = self._related("/sharedStrings")
        return _texts(self.pieces(name)) if name else iter(())

    def day_styles(self) -> frozenset[int]:
        """The styles of cells whose numbers are days."""
        name = self._related("/styles")
        return _day_styles(self.pieces(name, MOST_SMALL_BYTES)) if name else frozenset()

    def _first_sheet(self) -> str:
        found: list[str] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "workbookPr":
                self.counts_from_1904 = attributes.get("date1904") in ("1", "true")
            elif name == "sheet" and attributes.get("state", "visible") == "visible":
                relation = next((v for key, v in attributes.items() if key.rpartition(":")[2] == "id"), "")
                kind, target = self._relations.get(relation, ("", ""))
                if kind.endswith("/worksheet"):
                    found.append(self._resolved(target))

        _parse(self.pieces(self._path, MOST_SMALL_BYTES), start=start)
        if not found:
            raise Refused(_NO_SHEET)
        return found[0]

    def _part(self, name: str) -> dict[str, tuple[str, str]]:
        """A part that says where others are: by name their kind and target."""
        relations: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship":
                relations[attributes["Id"]] = (attributes["Type"], attributes["Target"])

        if name.lower() in self._names:
            _parse(self.pieces(name, MOST_SMALL_BYTES), start=start)
        return relations

    def _related(self, kind: str) -> str | None:
        target = next((t for one, t in self._relations.values() if one.endswith(kind)), None)
        name = self._resolved(target) if target else ""
        return name if name.lower() in self._names else None

    def _resolved(self, target: str) -> str:
        return target[1:] if target.startswith("/") else self._folder + target

    def _open(self, name: str) -> IO[bytes]:
        return self._archive.open(self._names[name.lower()])


class _Sheet:
    """The rows of a sheet."""

    def __init__(self, book: _Book, texts: SharedTexts) -> None:
        self._book = book
        self._texts = texts
        self._days = frozenset(map(str, book.day_styles()))
        self._done: list[tuple[int, list[str]]] = []
        self._row_no = 0
        self._cells: list[str] = []
        self._column = -1
        self._kind = ""
        self._style = ""
        self._value: list[str] = []  #: the pieces of the cell's value
        self._is_value = False  #: whether what comes is one
        self._length = 0
        self._characters = 0
        self._is_phonetic = False

    def rows(self, told: Callable[[float], None]) -> Rows:
        parser = _parser(self._start, self._end, self._text)
        size, fed = self._book.size(self._book.sheet), 0
        for piece in self._book.pieces(self._book.sheet):
            fed = _feed(parser, piece, fed)
            told(fed / max(size, fed))
            yield from self._done
            self._done.clear()
        parser.Parse(b"", True)
        yield from self._done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            place = attributes.get("r")
            column = _column_of(place) if place else self._column + 1
            if column <= self._column:
                raise Refused(_BROKEN)
            self._column = column
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._length = 0
            self._value = []
        elif name == "v" or (name == "t" and self._kind == "inlineStr" and not self._is_phonetic):
            self._is_value = True
        elif name == "row":
            number = attributes.get("r")
            row_no = int(number) if number else self._row_no + 1
            if not self._row_no < row_no <= MOST_ROW_NO:
                raise Refused(_BROKEN)
            self._row_no, self._cells, self._column = row_no, [], -1
        elif name == "rPh":
            self._is_phonetic = True

    def _text(self, text: str) -> None:
        if self._is_value:
            self._length += len(text)
            if self._length > MOST_CELL_CHARACTERS:
                raise cell_too_long(self._row_no)
            self._value.append(text)

    def _end(self, name: str) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "v" or name == "t":
            self._is_value = False
        elif name == "c":
            if value := "".join(self._value):  # of a formula that nobody calculated it is empty
                self._put(self._shown(value))
        elif name == "row" and any(self._cells):
            self._done.append((self._row_no, self._cells))
        elif name == "rPh":
            self._is_phonetic = False

    def _put(self, text: str) -> None:
        if not text:
            return
        if self._column >= MOST_COLUMNS:
            raise too_many_columns(self._row_no)
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS:
            raise Refused(_HUGE)
        self._cells.extend([""] * (self._column - len(self._cells)))
        self._cells.append(text)

    def _shown(self, value: str) -> str:
        if self._kind == "s":
            return self._texts[int(value)]
        if self._kind == "n":
            is_day = self._style in self._days
            return _number(value, is_day=is_day, counts_from_1904=self._book.counts_from_1904)
        if self._kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return _unescaped(value)


def _number(value: str, *, is_day: bool, counts_from_1904: bool) -> str:
    """What a number's cell means: a day, or the digits without the exponent that the file may have.

    What is no number stays as it stands: the row is bad then, and not the file.
    """
    if value.isascii() and value.isdigit() and not is_day:
        return value
    try:
        number = float(value)
        if is_day and 1 <= number < 2_958_466:  # the last day of 9999
            return _day(number, counts_from_1904)
    except (ValueError, OverflowError):
        return value
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else value


def _day(number: float, counts_from_1904: bool) -> str:
    # Excel believes that 1900 was a leap year, so its first two months are one day off.
    first = date(1904, 1, 1) if counts_from_1904 else date(1899, 12, 31 if number < 60 else 30)
    day = first + timedelta(days=int(number))
    seconds = round((number % 1) * 86_400)
    return (
        (datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)).isoformat(" ")  # noqa: DTZ001  a sheet's
        if seconds
        else day.isoformat()
    )


def _column_of(place: str) -> int:
    """0 for A5, 26 for AA5."""
    column = 0
    for letter in place:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    if not 1 <= column <= 16_384:
        raise ValueError(place)
    return column - 1


def _texts(pieces: Iterator[bytes]) -> Iterator[str]:
    """The shared texts of a workbook in their order."""
    done: list[str] = []
    text: list[str] = []
    state = {"is_text": False, "phonetic": False, "length": 0}

    def start(name: str, _: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "si":
            text.clear()
            state["length"] = 0
        elif name == "rPh":
            state["phonetic"] = True
        elif name == "t":
            state["is_text"] = not state["phonetic"]

    def end(name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "si":
            done.append(_unescaped("".join(text)))
        elif name == "rPh":
            state["phonetic"] = False
        elif name == "t":
            state["is_text"] = False

    def put(data: str) -> None:
        if state["is_text"]:
            state["length"] += len(data)
            if state["length"] > MOST_CELL_CHARACTERS:
                raise Refused(_LONG_TEXT)
            text.append(data)

    parser, fed = _parser(start, end, put), 0
    for piece in pieces:
        fed = _feed(parser, piece, fed)
        yield from done
        done.clear()
    parser.Parse(b"", True)
    yield from done


def _day_styles(pieces: Iterator[bytes]) -> frozenset[int]:
    formats: dict[int, bool] = {}
    styles: list[int] = []
    within = {"cellXfs": False}

    def start(name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "numFmt":
            formats[int(attributes["numFmtId"])] = _is_day_format(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            within[name] = True
        elif name == "xf" and within["cellXfs"]:
            styles.append(int(attributes.get("numFmtId", 0)))

    def end(name: str) -> None:
        if name.rpartition(":")[2] == "cellXfs":
            within["cellXfs"] = False

    _parse(pieces, start=start, end=end)
    return frozenset(n for n, one in enumerate(styles) if formats.get(one, one in _DAYS))


def _is_day_format(code: str) -> bool:
    # What is quoted, escaped or in brackets (a colour, a language) is not the format itself.
    bare = re.sub(r'"[^"]*"|\\.|_.|\[[^\]]*\]', "", code.split(";")[0]).lower()
    return any(letter in bare for letter in "dmyh") and "general" not in bare


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _parse(
    pieces: Iterator[bytes],
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] = lambda _: None,
) -> None:
    parser, fed = _parser(lambda name, found: start(name.rpartition(":")[2], found), end), 0
    for piece in pieces:
        fed = _feed(parser, piece, fed)
    parser.Parse(b"", True)


def _parser(
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
) -> expat.XMLParserType:
    depth = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise Refused(_BROKEN)
        start(name, attributes)

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name)

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.CharacterDataHandler = text
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise Refused(_DOCTYPE)


def _feed(parser: expat.XMLParserType, piece: bytes, fed: int) -> int:
    """Parse a piece; how much was fed in all. A tag that does not end would be kept whole."""
    parser.Parse(piece)
    fed += len(piece)
    if fed - max(parser.CurrentByteIndex, 0) > MOST_TOKEN_BYTES or len(parser.intern) > MOST_NAMES:
        raise Refused(_BROKEN)
    return fed
