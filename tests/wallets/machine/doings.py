"""What may be done about wallets: what it must answer by the book, and how it is really done."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from dashboard.core.errors import DomainError
from dashboard.wallets.adjustments.commands import adjust_credits
from dashboard.wallets.approvals.commands import (
    Request,
    approve_request,
    reject_request,
    request_adjustment,
    withdraw_request,
)
from dashboard.wallets.commands import Entry, Movement, reversal_of, write_entry
from dashboard.wallets.models import ReasonCode
from tests.factories import PASSWORD
from tests.wallets.machine.book import LIMITS, Book, Line, Refused

#: By what of its sentence a refusal is known, and the book's word for it.
WORDS = {
    "too few": "short",
    "used for something else": "reused",
    "moved meanwhile": "moved",
    "was already reversed": "reversed",
    "more than one person may adjust alone": "needs approval",
    "not your password": "password",
    "not there": "missing",
    "approved already": "approved already",
    "rejected already": "rejected already",
    "withdrawn already": "withdrawn already",
    "has expired": "expired",
    "Another admin must decide": "own",
    "Only who asked": "another's",
}


@dataclass(frozen=True)
class World:
    """The real numbers behind the book's: of owners, campaigns, people, keys, entries and requests."""

    name: UUID
    day: date
    owners: list[int]
    campaigns: list[int]
    people: list[int]
    entries: dict[tuple[int, int], int] = field(default_factory=dict)  #: by owner and entry number
    requests: dict[tuple[int, int], int] = field(default_factory=dict)  #: by owner and key
    keys: dict[UUID, int] = field(default_factory=dict)

    def key(self, key: int) -> UUID:
        real = uuid5(self.name, str(key))
        self.keys[real] = key
        return real

    def movement(self, owner: int, line: Line) -> Movement:
        return Movement(
            self.owners[owner],
            line.change,
            ReasonCode(line.reason),
            self.key(line.key),
            None if line.by is None else self.people[line.by],
            note=line.note,
            campaign_id=self.campaigns[owner] if line.has_campaign else None,
        )

    def reversal(self, owner: int, line: Line) -> Movement:
        assert line.by is not None
        assert line.reverses is not None
        entry_id = self.entries.get((owner, line.reverses), 0)
        by, key = self.people[line.by], self.key(line.key)
        return reversal_of(self.owners[owner], entry_id, note=line.note, key=key, actor_id=by)

    def request(self, owner: int, key: int) -> tuple[int, int]:
        return self.owners[owner], self.requests.get((owner, key), 0)


@dataclass(frozen=True)
class Doing:
    owner: int


@dataclass(frozen=True)
class Adjust(Doing):
    """A person adjusts alone, within the limits, and maybe after a preview."""

    line: Line
    seen: int | None = None

    def expected(self, book: Book) -> Any:
        answer = book.write(self.owner, self.line, self.seen)
        if answer[-1] == "new":
            book.keep_within_limits(self.line.by or 0, self.line.change)
        return answer

    def really(self, world: World) -> Any:
        movement = world.movement(self.owner, self.line)
        return adjust_credits(movement, limits=LIMITS, day=world.day, seen_entry_no=self.seen)


@dataclass(frozen=True)
class Write(Doing):
    """A program writes an entry, such as a campaign's debit."""

    line: Line

    def expected(self, book: Book) -> Any:
        return book.write(self.owner, self.line)

    def really(self, world: World) -> Any:
        return write_entry(world.movement(self.owner, self.line))


@dataclass(frozen=True)
class Ask(Doing):
    """A person asks for an entry."""

    line: Line

    def expected(self, book: Book) -> Any:
        return book.ask(self.owner, self.line)

    def really(self, world: World) -> Any:
        return request_adjustment(world.movement(self.owner, self.line))


@dataclass(frozen=True)
class Reverse(Doing):
    """A person undoes an entry, alone or by asking. What the line lacks is the entry's."""

    line: Line
    asks: bool

    def expected(self, book: Book) -> Any:
        ledger, number = book.ledgers.get(self.owner, ()), self.line.reverses or 0
        if not 1 <= number <= len(ledger):
            raise Refused("missing")
        entry = ledger[number - 1]
        line = replace(self.line, change=-entry.change, has_campaign=entry.has_campaign)
        return (Ask(self.owner, line) if self.asks else Adjust(self.owner, line)).expected(book)

    def really(self, world: World) -> Any:
        movement = world.reversal(self.owner, self.line)
        if self.asks:
            return request_adjustment(movement)
        return adjust_credits(movement, limits=LIMITS, day=world.day, action="wallet.reverse")


@dataclass(frozen=True)
class Approve(Doing):
    key: int
    by: int
    knows_password: bool

    def expected(self, book: Book) -> Any:
        if not self.knows_password:
            raise Refused("password")
        asked = book.request(self.owner, self.key)
        if (asked.status, asked.decided_by) != ("approved", self.by):
            book.open_request(self.owner, self.key)
            if asked.line.by == self.by:
                raise Refused("own")
        answer = book.write(self.owner, asked.line)
        book.change_request(self.owner, self.key, status="approved", decided_by=self.by, entry_no=answer[1])
        return answer

    def really(self, world: World) -> Any:
        password = PASSWORD if self.knows_password else "a guess at the password"
        request = world.request(self.owner, self.key)
        return approve_request(*request, password=password, actor_id=world.people[self.by])


@dataclass(frozen=True)
class Reject(Doing):
    key: int
    by: int

    def expected(self, book: Book) -> Any:
        if book.open_request(self.owner, self.key).line.by == self.by:
            raise Refused("own")
        book.change_request(self.owner, self.key, status="rejected", decided_by=self.by)

    def really(self, world: World) -> Any:
        request = world.request(self.owner, self.key)
        return reject_request(*request, reason="Not agreed", actor_id=world.people[self.by])


@dataclass(frozen=True)
class Withdraw(Doing):
    key: int
    by: int

    def expected(self, book: Book) -> Any:
        if book.open_request(self.owner, self.key).line.by != self.by:
            raise Refused("another's")
        book.change_request(self.owner, self.key, status="withdrawn", decided_by=self.by)

    def really(self, world: World) -> Any:
        request = world.request(self.owner, self.key)
        return withdraw_request(*request, actor_id=world.people[self.by])


def attempt(doing: Any, world: World) -> Callable[[], Any]:
    """The doing, to be called: it answers in the book's words."""

    def answer() -> Any:
        try:
            given = doing.really(world)
        except DomainError as error:
            return _word_for(error.sentence)
        if isinstance(given, Entry):
            how = "repeat" if given.is_repeat else "new"
            return ("entry", given.entry_no, given.balance_after_credits, how)
        if isinstance(given, Request):
            return ("request", doing.line.key, "repeat" if given.is_repeat else "new")
        return given

    return answer


def _word_for(sentence: str) -> str:
    found = {word for part, word in WORDS.items() if part in sentence}
    return found.pop() if len(found) == 1 else sentence
