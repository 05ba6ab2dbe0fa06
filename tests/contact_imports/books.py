"""Workbooks, written part by part, so that they can also be what no program writes."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
RELATIONS = (
    f'<Relationships xmlns="{PACKAGE}">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK_RELATIONS = (
    f'<Relationships xmlns="{PACKAGE}">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="rId3" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{{settings}}'
    '<sheets><sheet name="Contacts" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
#: Style 1 is a day, 2 a day of a person's own making, 3 a number in red.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy;@"/>'
    '<numFmt numFmtId="165" formatCode="[Red]0.00"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>'
    "</styleSheet>"
)


def book(rows: str, texts: Sequence[str] = (), *, settings: str = "", **parts: str | bytes) -> bytes:
    """A workbook with the XML of a sheet's rows; `parts` replace others (`sheet`, `shared`)."""
    shared = "".join(text if text.startswith("<si") else f"<si><t>{escape(text)}</t></si>" for text in texts)
    files: dict[str, str | bytes] = {
        "_rels/.rels": RELATIONS,
        "xl/workbook.xml": BOOK.format(settings=settings),
        "xl/_rels/workbook.xml.rels": BOOK_RELATIONS,
        "xl/sharedStrings.xml": parts.pop("shared", f'<sst xmlns="{MAIN}">{shared}</sst>'),
        "xl/styles.xml": STYLES,
        "xl/worksheets/sheet1.xml": parts.pop(
            "sheet", f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        ),
    }
    return archive(files | parts)


def archive(files: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return packed.getvalue()


def table(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook of texts, as Excel writes it."""
    texts = sorted({cell for row in rows for cell in row})
    xml = "".join(
        f'<row r="{n}">'
        + "".join(
            f'<c r="{chr(65 + at)}{n}" t="s"><v>{texts.index(cell)}</v></c>'
            for at, cell in enumerate(row)
            if cell
        )
        + "</row>"
        for n, row in enumerate(rows, 1)
    )
    return book(xml, texts)
