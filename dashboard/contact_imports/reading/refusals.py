"""Why a file is not read, in words."""

from dashboard.core.errors import DomainError

MOST_ROWS = 1_000_000  #: of one file, the heading not counted
MOST_COLUMNS = 256
MOST_LINE_CHARACTERS = 1 << 20  #: of a line of text
MOST_CELL_CHARACTERS = 32_767  #: of a cell; as many as Excel's


class Refused(DomainError):
    """The file as a whole cannot be read. The sentence says why, and what to do."""


def too_many_rows() -> Refused:
    return Refused(f"The file has more than {MOST_ROWS:,} rows. Split it, and import the parts one by one.")


def too_many_columns(row_no: int) -> Refused:
    return Refused(
        f"Row {row_no:,} has more than {MOST_COLUMNS} columns."
        " Keep the columns that are wanted, and save it anew."
    )


def cell_too_long(row_no: int) -> Refused:
    return Refused(
        f"A cell of row {row_no:,} is longer than {MOST_CELL_CHARACTERS:,} characters."
        " Perhaps a quotation mark is opened there and never closed. Mend the row, and upload the file again."
    )


def line_too_long(row_no: int) -> Refused:
    return Refused(
        f"Row {row_no:,} is one line of more than a million characters, so this is no table of contacts."
        " Save it as CSV or XLSX, and upload that."
    )


def unclosed(row_no: int) -> Refused:
    return Refused(
        f"A quotation mark is opened in row {row_no:,} and never closed, so all below it is one cell."
        " Close it or take it away, and upload the file again."
    )
