"""The ledger as plain lists, without a database: what each doing must answer, and leave behind."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from dashboard.wallets.adjustments.commands import Limits

LIMITS = Limits(single_credits=300, daily_credits=800)


class Refused(Exception):
    """The book's word for a refusal."""


@dataclass(frozen=True)
class Line:
    """An entry. Owners, people and keys are small numbers here, which stand for the real ones."""

    change: int
    reason: str
    note: str | None
    by: int | None  #: None: a program
    key: int = -1
    has_campaign: bool = False
    reverses: int | None = None  #: the number of the entry in its ledger

    @property
    def type(self) -> str:
        return "debit" if self.change < 0 else "refund" if self.reason == "refund" else "credit"

    @property
    def content(self) -> tuple[object, ...]:
        """What its key stands for."""
        return (self.change, self.reason, self.note, self.has_campaign, self.reverses)


@dataclass(frozen=True)
class Asked:
    """A request."""

    line: Line
    status: str = "pending"
    decided_by: int | None = None
    entry_no: int | None = None
    is_expired: bool = False


class Doing(Protocol):
    def expected(self, book: "Book") -> Any:
        """The answer, written into the book. Raises Refused."""


@dataclass
class Book:
    """What is so."""

    ledgers: dict[int, tuple[Line, ...]] = field(default_factory=dict)  #: by owner; none: no wallet
    requests: dict[tuple[int, int], Asked] = field(default_factory=dict)  #: by owner and key
    today: dict[int, int] = field(default_factory=dict)  #: what each person moved alone

    def after(self, doing: Doing) -> tuple[Any, "Book"]:
        """What a doing answers, and the book after it: the same book where it is refused."""
        book = Book(dict(self.ledgers), dict(self.requests), dict(self.today))
        try:
            return doing.expected(book), book
        except Refused as word:
            return str(word), self

    def balance(self, owner: int, entry_no: int | None = None) -> int:
        return sum(line.change for line in self.ledgers.get(owner, ())[:entry_no])

    def write(self, owner: int, line: Line, seen: int | None = None) -> tuple[Any, ...]:
        ledger = self.ledgers.get(owner, ())
        for number, other in enumerate(ledger, start=1):
            if other.key == line.key:
                if other.content != line.content:
                    raise Refused("reused")
                return ("entry", number, self.balance(owner, number), "repeat")
        if owner not in self.ledgers and line.change < 0:
            raise Refused("short")
        if seen is not None and seen != len(ledger):
            raise Refused("moved")
        if self.balance(owner) + line.change < 0:
            raise Refused("short")
        if line.reverses and any(other.reverses == line.reverses for other in ledger):
            raise Refused("reversed")
        self.ledgers[owner] = (*ledger, line)
        return ("entry", len(ledger) + 1, self.balance(owner), "new")

    def keep_within_limits(self, person: int, change: int) -> None:
        moved = self.today.get(person)
        is_too_much = moved is not None and moved + abs(change) > LIMITS.daily_credits
        if is_too_much or abs(change) > LIMITS.single_credits:
            raise Refused("needs approval")
        self.today[person] = (moved or 0) + abs(change)

    def ask(self, owner: int, line: Line) -> tuple[Any, ...]:
        first = self.requests.get((owner, line.key))
        if first is not None:
            if first.line.content != line.content:
                raise Refused("reused")
            return ("request", line.key, "repeat")
        if any(other.key == line.key for other in self.ledgers.get(owner, ())):
            raise Refused("reused")
        self.requests[owner, line.key] = Asked(line)
        return ("request", line.key, "new")

    def request(self, owner: int, key: int) -> Asked:
        if (owner, key) not in self.requests:
            raise Refused("missing")
        return self.requests[owner, key]

    def open_request(self, owner: int, key: int) -> Asked:
        asked = self.request(owner, key)
        if asked.status != "pending":
            raise Refused(f"{asked.status} already")
        if asked.is_expired:
            raise Refused("expired")
        return asked

    def change_request(self, owner: int, key: int, **values: Any) -> None:
        self.requests[owner, key] = replace(self.requests[owner, key], **values)


def explanations(book: Book, answered: list[tuple[Doing, Any]]) -> Iterator[Book]:
    """The book after each order of the doings in which each would have answered what it did."""
    if not answered:
        yield book
    for n, (doing, answer) in enumerate(answered):
        expected, after = book.after(doing)
        if expected == answer:
            yield from explanations(after, answered[:n] + answered[n + 1 :])
