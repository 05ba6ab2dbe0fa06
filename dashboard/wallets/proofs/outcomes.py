"""What a check found, in words and as it is kept."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """Something that does not hold."""

    owner_id: int | None
    owner_name: str | None
    wallet_id: int | None
    entry_no: int | None
    wrong: str
    expected: str | None
    found: str | None

    @property
    def sentence(self) -> str:
        """Entry 12 of Bakery's wallet: the balance after it … Expected 70, found 80."""
        said = f"{self._place}: {self.wrong}." if self._place else f"{self.wrong[0].upper()}{self.wrong[1:]}."
        if self.expected is None and self.found is None:
            return said
        if self.expected is None or self.found is None:
            return f"{said} Found {self.found}." if self.found else f"{said} Expected {self.expected}."
        return f"{said} Expected {self.expected}, found {self.found}."

    @property
    def _place(self) -> str:
        if self.owner_id is None:
            return ""
        wallet = f"{self.owner_name}'s wallet" if self.owner_name else f"wallet {self.wallet_id}"
        return wallet if self.entry_no is None else f"Entry {self.entry_no:,} of {wallet}"


@dataclass(frozen=True)
class Outcome:
    """What a check found."""

    title: str
    meaning: str
    is_hint: bool
    broken: int  #: how many things do not hold
    findings: list[Finding]  #: the first of them, by owner and entry
    seconds: float

    @property
    def is_passed(self) -> bool:
        """Whether nothing is held against the ledgers; hints are not."""
        return self.is_hint or not self.broken

    @classmethod
    def kept(cls, values: dict[str, Any]) -> "Outcome":
        """The outcome that was kept as JSON."""
        return cls(**(values | {"findings": [Finding(**finding) for finding in values["findings"]]}))
