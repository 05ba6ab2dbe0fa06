"""The texts of a workbook that its cells refer to by number: on disk, the latest ones in memory."""

import tempfile
from array import array
from collections.abc import Iterator

MOST_TEXTS = 8_000_000  #: a million rows of eight texts each
_BLOCK_CHARACTERS = 1 << 20
_MOST_KEPT = 4_096  #: short texts, such as a gender, that are asked for again and again
_SHORT = 64


class SharedTexts:
    """Texts by number, taken from their iterator as far as they are asked for."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed by close()
        self._ends = array("Q", [0])
        self._latest: list[str] = []  #: cells mostly refer to what comes next
        self._kept: dict[int, str] = {}

    def __getitem__(self, number: int) -> str:
        """The text of that number.

        Raises:
            ValueError: there is none.
        """
        while number >= len(self._ends) - 1:
            self._read_on()
        before = len(self._ends) - 1 - len(self._latest)
        if number >= before:
            return self._latest[number - before]
        return self._kept.get(number) or self._read(number)

    def close(self) -> None:
        self._file.close()

    def _read_on(self) -> None:
        """Write the next texts to the file."""
        self._latest, written, characters = [], [], 0
        for text in self._texts:
            data = text.encode("utf-8", "replace")
            self._latest.append(text)
            written.append(data)
            self._ends.append(self._ends[-1] + len(data))
            characters += len(text) + 1
            if characters > _BLOCK_CHARACTERS:
                break
        if not self._latest or len(self._ends) > MOST_TEXTS:
            raise ValueError("a sheet refers to texts that are not there, or are too many")
        self._file.seek(0, 2)
        self._file.write(b"".join(written))

    def _read(self, number: int) -> str:
        if number < 0:
            raise ValueError(number)
        start = self._ends[number]
        self._file.seek(start)
        text = self._file.read(self._ends[number + 1] - start).decode("utf-8", "replace")
        if len(text) <= _SHORT:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[number] = text
        return text
