"""Files that are broken, hostile, or something else: refused in words or made harmless, in little memory."""

import gzip
import io
import struct
import subprocess
import sys
import zipfile

import pytest

from dashboard.contact_imports.reading import refusals, workbooks
from dashboard.contact_imports.reading.refusals import Refused
from tests.conftest import ROOT
from tests.contact_imports.books import BOOK_RELATIONS, MAIN, archive, book, table
from tests.contact_imports.hand import read

PHONE = '<row r="1"><c r="A1"><v>6984303406</v></c></row>'
TEXT = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
BOMB = (
    '<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f'<sst xmlns="{MAIN}"><si><t>&b;</t></si></sst>'
)
OUTSIDE = f'<!DOCTYPE sst SYSTEM "file:///etc/passwd"><sst xmlns="{MAIN}"><si><t>x</t></si></sst>'


def why_not(content: bytes, **changes) -> str:
    with pytest.raises(Refused) as refused:
        read(content, **changes)
    return refused.value.sentence


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        (b"\n\n,,,\n;\n", "The file is empty."),
        (b"phone,first name\n", "a heading, and no row below it"),
        (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", "This is a PDF."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500,
            "an old Excel file (.xls), or one with a password",
        ),
        (gzip.compress(b"phone\n6984303406\n"), "a compressed file"),
        (b"\x89PNG\r\n\x1a\n\x00", "This is a picture."),
        (b"<!DOCTYPE html><html><table><tr><td>6984303406", "This is a web page"),
        (b"  <?xml version='1.0'?><x/>", "This is a web page"),
        (b"phone\n6984303406\x00\n", "it holds zero bytes"),
        (bytes(range(256)) * 20, "it holds zero bytes"),
        (archive({"word/document.xml": "x"}), "a ZIP file, and no Excel workbook"),
        (archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "no Excel workbook"),
        (b"PK\x03\x04" + b"x" * 200, "The workbook is damaged."),
        (table([["phone"], ["6984303406"]])[:-30], "The workbook is damaged."),
        (book("<row><c><v>x</v></c"), "The workbook is damaged."),
        (book('<row><c t="s"><v>7</v></c></row>'), "The workbook is damaged."),
        (book('<row><c t="s"><v>-1</v></c></row>', ["a"]), "The workbook is damaged."),
        (book('<row><c r="ZZZZ1"><v>1</v></c></row>'), "The workbook is damaged."),
        (book('<row r="1e9"><c><v>1</v></c></row>'), "The workbook is damaged."),
        (book(TEXT, shared=BOMB), "a part that no spreadsheet program writes"),
        (book(TEXT, shared=OUTSIDE), "a part that no spreadsheet program writes"),
        (book(PHONE, sheet=BOMB), "a part that no spreadsheet program writes"),
        (book(f'<row><c t="str"><v>{"x" * 40_000}</v></c></row>'), "A cell of row 1 is longer than 32,767"),
        (book('<row><c t="s"><v>0</v></c></row>', ["x" * 40_000]), "A cell is longer than 32,767"),
        (book('<row><c r="XFD1"><v>1</v></c></row>'), "Row 1 has more than 256 columns."),
        (book(""), "The file is empty."),
        (
            book(PHONE, **{"xl/_rels/workbook.xml.rels": BOOK_RELATIONS.replace("rId1", "rId9")}),
            "shows no sheet",
        ),
        (b"phone\n" + b"," * 1_000_000 + b"\n", "Row 2 has more than 256 columns."),
        (b"phone\n" + b"9" * 2_000_000 + b"\n", "Row 2 is one line of more than a million characters"),
        (b"phone,name\n6984303406," + b"x" * 40_000 + b"\n", "A cell of row 2 is longer than 32,767"),
        (b'phone,name\n6984303406,"Ada\n' + b"6984303407,Eva\n" * 20_000, "A cell of row 2 is longer"),
    ],
    ids=range(33),
)
def test_a_file_that_cannot_be_meant_is_refused_in_words(content, words):
    assert words in why_not(content)


def test_a_password_is_told():
    content = bytearray(book(PHONE))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := content.find(sign, start)) >= 0:
            content[start + at] |= 1  # "encrypted"
            start += 4
    assert "protected" in why_not(bytes(content))


def test_a_workbook_that_unpacks_to_much_is_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_BYTES", 1 << 20)
    content = book('<row r="1"><c r="A1"><v>6984303406</v></c></row>' + "<row/>" * 400_000)
    assert len(content) < 20_000
    assert "unpacks to more than can be meant" in why_not(content)


def test_a_part_that_says_that_it_is_small_is_not_believed():
    content = bytearray(book(PHONE + "<row/>" * 100_000))
    at = content.find(b"xl/worksheets/sheet1.xml", content.find(b"PK\x01\x02")) - 46
    struct.pack_into("<I", content, at + 24, 100)
    assert "damaged" in why_not(bytes(content))


def test_a_table_of_contents_that_would_fill_the_memory_is_not_read():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for n in range(30_000):
            made.writestr(f"{n:06}", "")
    assert "unpacks to more" in why_not(packed.getvalue())


HIDDEN = (
    f'<workbook xmlns="{MAIN}" xmlns:r="r"><sheets>'
    '<sheet name="x" sheetId="1" state="hidden" r:id="rId1"/></sheets></workbook>'
)


def test_a_hidden_sheet_is_not_read():
    assert "shows no sheet" in why_not(book(PHONE, **{"xl/workbook.xml": HIDDEN}))


def test_more_rows_than_a_file_may_have_are_refused(monkeypatch):
    monkeypatch.setattr("dashboard.contact_imports.reading.tables.MOST_ROWS", 3)
    rows = b"phone\n" + b"6984303406\n" * 3
    assert len(read(rows)[0]) == 3
    assert f"more than {refusals.MOST_ROWS:,} rows" in why_not(rows + b"6984303406\n")


def test_a_wrong_extension_does_not_matter():
    # What a file is, its first bytes say; nobody asks its name.
    assert read(table([["phone"], ["6984303406"]]))[0] == read(b"phone\n6984303406\n")[0]


def test_a_text_that_is_not_in_the_chosen_encoding_is_refused():
    assert "Choose another encoding" in why_not(b"phone\n6984303406\n", encoding="utf-16")


def test_a_quote_that_is_never_closed_is_told_and_swallows_nobody():
    rows = b'phone,name\n6984303406,Ada\n6984303407,"Eva\n6984303408,Zoe\n6984303409,Mia\n'
    assert "opened in row 3 and never closed" in why_not(rows)
    assert "opened in row 3 and never closed" in why_not(rows.rstrip())
    assert len(read(rows.replace(b"Mia", b'Mia"'))[0]) == 2, "a cell of several lines is one"


def cells(*written: str) -> bytes:
    heading = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    return book(heading + "".join(written), ["phone", "first name"])


def test_a_formula_that_nobody_calculated_is_an_empty_cell():
    row = '<row r="2"><c r="A2"><v>6984303406</v></c><c r="B2"><f>A1&amp;A2</f><v></v></c></row>'
    assert read(cells(row))[:2] == ([{"phone": "+306984303406"}], [])


@pytest.mark.parametrize("value", ["abc", "1e999", "nan"])
def test_a_number_that_is_none_is_a_text_and_the_file_is_read(value):
    row = f'<row r="2"><c r="A2"><v>{value}</v></c></row><row r="3"><c r="A3"><v>6984303406</v></c></row>'
    found, problems, _ = read(cells(row))
    assert (len(found), [row_no for row_no, _ in problems]) == (1, [2])


def test_tags_within_tags_without_end_are_refused():
    deep = "<a>" * 40 + "</a>" * 40
    assert "damaged" in why_not(book(PHONE + deep))
    assert "damaged" in why_not(book(TEXT, shared=f"<sst>{deep}<si><t>6984303406</t></si></sst>"))


def test_tags_of_ever_other_names_are_refused():
    many = "".join(f"<a{n}/>" for n in range(2_000))
    assert "damaged" in why_not(
        book(PHONE, shared=f"<sst>{many}</sst>", sheet=f"<worksheet>{many}</worksheet>")
    )


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>',
        '<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>2</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>',
        '<row r="1048577"><c><v>1</v></c></row>',
        '<row r="99999999999999999999"><c><v>1</v></c></row>',
    ],
)
def test_cells_and_rows_that_are_there_twice_or_nowhere_are_refused(rows):
    assert "damaged" in why_not(cells(rows))


def test_a_text_that_is_shown_again_and_again_is_counted(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_CHARACTERS", 1 << 20)
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 101))
    content = book(rows, ["x" * 30_000])
    assert "unpacks to more than can be meant" in why_not(content)


MEMORY = """
import io, resource, sys, tempfile, zipfile
from tests.contact_imports import books
from tests.contact_imports.hand import read
from dashboard.contact_imports.reading import guesses, tables
from dashboard.contact_imports.reading.people import people
from dashboard.contact_imports.reading.refusals import Refused
from dashboard.contact_imports.staging.checks import _batches

def write(kind, file):
    if kind == "line":
        for _ in range(100): file.write(b"9" * (1 << 20))
    elif kind == "quote":
        file.write(b'phone,name\\n6984303406,"')
        for _ in range(100): file.write(b"x,y\\n" * (1 << 18))
    elif kind == "wide rows":
        file.write(b"phone\\n")
        row = b"6984303406" + (b"," + b"y" * 3_900) * 255 + b"\\n"
        for _ in range(100): file.write(row)
    elif kind == "long text":
        file.write(b"phone,name\\n")
        for n in range(100): file.write(b"".join(b"69%08d,Ada\\n" % (n * 3000 + i) for i in range(3000)))
    else:
        start = f'<worksheet xmlns="{books.MAIN}"><sheetData>'.encode()
        parts = {"_rels/.rels": books.RELATIONS, "xl/workbook.xml": books.BOOK.format(settings=""),
            "xl/_rels/workbook.xml.rels": books.BOOK_RELATIONS, "xl/styles.xml": books.STYLES}
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
            for name, content in parts.items(): made.writestr(name, content)
            with made.open("xl/sharedStrings.xml", "w") as texts:
                texts.write(f'<sst xmlns="{books.MAIN}">'.encode())
                for n in range(0, 1_000_000 if kind == "texts" else 0, 1000):
                    some = (f"<si><t>Text number {i}</t></si>" for i in range(n, n + 1000))
                    texts.write("".join(some).encode())
                texts.write(b"</sst>")
            with made.open("xl/worksheets/sheet1.xml", "w") as sheet:
                sheet.write(start)
                if kind == "attribute":
                    sheet.write(b'<row r="')
                    for _ in range(200): sheet.write(b"1" * (1 << 20))
                elif kind == "cell":
                    sheet.write(b'<row><c t="str"><v>')
                    for _ in range(200): sheet.write(b"1" * (1 << 20))
                else:
                    last = 999_999 if kind == "texts" else 0
                    for n in range(50_000):
                        at = (n * 7919) % (last + 1)
                        known = f'<c t="s"><v>{at}</v></c>' if last else "<c><v>1</v></c>"
                        sheet.write(f'<row><c><v>69{n:08}</v></c>{known}</row>'.encode())
                    sheet.write(b"</sheetData></worksheet>")

with tempfile.TemporaryFile() as file:
    write(sys.argv[1], file)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        plan = guesses.guess(file, "GR")
        rows = sum(len(p) + len(b) for p, b in _batches(people(tables.rows(file, plan), plan, "GR")))
    except Refused as refused:
        rows = refused.sentence
    print(round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024), rows)
"""


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("line", "one line of more than a million"),
        ("quote", "longer than 32,767"),
        ("wide rows", "100"),
        ("long text", "300000"),
        ("attribute", "damaged"),
        ("cell", "longer than 32,767"),
        ("texts", "50000"),
        ("rows", "50000"),
    ],
)
def test_no_file_takes_much_memory(app, kind, outcome):
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, kind], cwd=ROOT, capture_output=True, text=True, check=True
    )
    mib, _, told = done.stdout.strip().partition(" ")
    assert outcome in told
    assert int(mib) < 100
