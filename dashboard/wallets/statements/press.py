"""Typesets what comes in as JSON on standard input; the PDF goes to standard output.

A program of its own, which the web worker starts for each PDF (`pdf.py`) and which imports nothing of
ours: typst keeps what it laid out for the next time, up to 100 MB for a long statement and that ten times
over, and only the end of a process gives it back.
"""

import json
import sys
from pathlib import Path
from typing import Any

import typst

TEMPLATE = Path(__file__).parents[3] / "templates" / "wallets" / "statement.typ"
FONTS = Path(__file__).parent / "fonts"


def main() -> None:
    job = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(typeset(job["content"], made_at=job["made_at"]))


def typeset(content: dict[str, Any], *, made_at: int) -> bytes:
    """The template filled with `content`, as PDF/UA-1 dated `made_at`, in seconds since 1970.

    Where none of our fonts has a character, a box stands for it, and `has_boxes` says so to the
    template. Such a file is tagged as well, but may not call itself PDF/UA.
    """
    try:
        return _compile(content | {"has_boxes": False}, made_at, is_universal=True)
    except typst.TypstError as error:
        if "could not be displayed with" not in error.message:
            raise
        return _compile(content | {"has_boxes": True}, made_at, is_universal=False)


def _compile(content: dict[str, Any], made_at: int, *, is_universal: bool) -> bytes:
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(),
        root=TEMPLATE.parent,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS]),
        ignore_system_fonts=True,
        sys_inputs={"content": json.dumps(content)},
    )
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"] if is_universal else [], timestamp=made_at)
    assert isinstance(made, bytes)
    return made


if __name__ == "__main__":
    main()
