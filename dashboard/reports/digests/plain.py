"""A digest as plain text, for mail programs and people that want no HTML."""

from collections.abc import Iterable, Iterator
from textwrap import fill

from dashboard.reports.digests.blocks import Block, Facts, Figures, Heading, Paragraph, Table

LINE = 78  #: characters of a line
MOST_OF_HEAD = 60  #: characters of a column's head, which stands before each of its cells


def plain_lines(blocks: Iterable[Block]) -> Iterator[str]:
    """The blocks as lines, each block after an empty one."""
    for block in blocks:
        yield ""
        match block:
            case Heading():
                yield from ["", block.title.line.upper()]
                if block.aside and block.aside.text:
                    yield fill(block.aside.line, LINE)
            case Paragraph():
                yield fill(("! " if block.is_alert else "") + block.phrase.line, LINE)
            case Figures():
                yield from _figures(block)
            case Facts():
                for term, fact in block.pairs:
                    yield fill(f"{term.line}: {fact.line}", LINE, subsequent_indent="  ")
            case Table():
                yield from _records(block)


def _figures(block: Figures) -> Iterator[str]:
    for figure in block.figures:
        label = f"{figure.label.line}: " if figure.label else ""
        notes = "; ".join(note.line for note in figure.notes)
        yield fill(f"{label}{figure.value.line}{f' ({notes})' if notes else ''}", LINE)


def _records(table: Table) -> Iterator[str]:
    """A table as a list, each row with the heads of its cells: columns would need a typewriter's font."""
    for row in table.rows:
        named = [
            f"{_short(column.head.line)}: {cell.line}" if column.head else cell.line
            for column, cell in zip(table.columns[1:], row[1:], strict=True)
            if cell
        ]
        yield fill(f"- {row[0].line}", LINE, subsequent_indent="  ")
        if named:
            yield fill(" · ".join(named), LINE, initial_indent="  ", subsequent_indent="  ")
    if table.left_out:
        yield f"And {table.left_out} more, on Signalbox."


def _short(head: str) -> str:
    return head if len(head) <= MOST_OF_HEAD else f"{head[: MOST_OF_HEAD - 1].rstrip()}…"
