"""Files, as a program reads them."""

import csv
import io


def rows(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV by its heading; that it is written as Excel needs it is checked by the way."""
    assert content.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read Greek"
    assert content.endswith(b"\r\n")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
