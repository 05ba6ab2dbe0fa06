"""Whatever people and programs do, also at the same instant, the ledger is what plain lists would be.

Hypothesis makes up the doings (machine/doings.py). A plain list (machine/book.py) says what each of them
must answer and leave behind. Of what happens at once, some order must explain all answers and all that is
there afterwards.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import text

from dashboard.core.db import db
from tests.factories import make_campaign, make_owner
from tests.wallets.machine.book import Book, Line, explanations
from tests.wallets.machine.doings import (
    WORDS,
    Adjust,
    Approve,
    Ask,
    Doing,
    Reject,
    Reverse,
    Withdraw,
    World,
    Write,
    attempt,
)
from tests.wallets.machine.look import look, view
from tests.wallets.racing import at_once, make_admin

OWNERS, PEOPLE = 3, 3
SETTINGS = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,  # the same doings in each run, though what happens at once differs
    database=None,
    phases=[
        Phase.generate
    ],  # shrinking what was found takes minutes: add Phase.shrink to see the shortest way
    suppress_health_check=list(HealthCheck),
)

# What hypothesis makes up is of the same kinds whatever happened before, or it could not do so again.
# So numbers stand for "one of those that are there"; see `LedgerMachine.about_what_is_there`.
owners, people = st.integers(0, OWNERS - 1), st.integers(0, PEOPLE - 1)
picks = st.integers(0, 30)
amounts = st.integers(1, 120) | st.sampled_from([1, 250, 300, 301, 2_000])
changes = st.builds(int.__mul__, amounts, st.sampled_from([1, -1]))
notes = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
reasons = st.sampled_from(["goodwill", "correction", "purchase", "refund", "other"])

lines = st.builds(Line, changes, reasons, notes, people)
debits = st.builds(
    Line, amounts.map(int.__neg__), st.just("campaign"), st.none(), st.none(), has_campaign=st.just(True)
)
refunds = st.builds(Line, amounts, st.just("refund"), notes, st.none() | people, has_campaign=st.booleans())
reversals = st.builds(Line, st.just(0), st.just("reversal"), notes, people, reverses=picks)

adjusting = st.builds(Adjust, owners, lines, st.none() | st.sampled_from([0, 0, 1]))
debiting = st.builds(Write, owners, debits)
refunding = st.builds(Write, owners, refunds)
reversing = st.builds(Reverse, owners, reversals, st.booleans())
asking = st.builds(Ask, owners, lines)
approving = st.builds(Approve, owners, picks, people, st.sampled_from([True, True, True, False]))
turning_down = st.builds(Reject, owners, picks, people) | st.builds(Withdraw, owners, picks, people)
anything = adjusting | debiting | refunding | reversing | asking | approving | turning_down

_number = count(1)


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self, app: Flask, tally: Counter) -> None:
        super().__init__()
        self.app = app
        self.tally = tally
        self.past: list[Any] = []
        self.keys = count()
        self.book = Book()
        n = next(_number)
        with app.app_context():
            made = [make_owner().id for _ in range(OWNERS)]
            self.world = World(
                name=UUID(int=n),
                day=date(2026, 1, 1) + timedelta(days=n),  # on which nobody has moved anything
                owners=made,
                campaigns=[make_campaign(owner_id=owner_id).id for owner_id in made],
                people=[make_admin() for _ in range(PEOPLE)],
            )
        for owner in range(OWNERS - 1):  # the last one has no wallet yet
            self.do(Write(owner, Line(1_000, "purchase", None, None)))
            self.do(Ask(owner, Line(500, "goodwill", None, by=owner)))

    @rule(doing=adjusting)
    def adjust(self, doing: Adjust) -> None:
        self.do(doing)

    @rule(doing=debiting)
    def debit(self, doing: Write) -> None:
        self.do(doing)

    @rule(doing=refunding)
    def refund(self, doing: Write) -> None:
        self.do(doing)

    @rule(doing=reversing)
    def reverse(self, doing: Reverse) -> None:
        self.do(doing)

    @rule(pick=picks, by=people)
    def reverse_what_was_reversed(self, pick: int, by: int) -> None:
        undone = [
            (owner, line.reverses)
            for owner, ledger in self.book.ledgers.items()
            for line in ledger
            if line.reverses
        ]
        if undone:
            owner, number = undone[pick % len(undone)]
            self.do(Reverse(owner, Line(0, "reversal", None, by, reverses=number), asks=False))

    @rule(doing=asking)
    def ask(self, doing: Ask) -> None:
        self.do(doing)

    @rule(doing=approving)
    def approve(self, doing: Approve) -> None:
        self.do(doing)

    @rule(doing=turning_down)
    def turn_down(self, doing: Doing) -> None:
        self.do(doing)

    @rule(pick=picks)
    def a_week_passes(self, pick: int) -> None:
        waiting = [key for key, asked in self.book.requests.items() if asked.status == "pending"]
        if waiting:
            owner, key = waiting[pick % len(waiting)]
            self.book.change_request(owner, key, is_expired=True)
            with self.app.app_context(), db.engine.begin() as connection:
                connection.execute(
                    text("UPDATE adjustment_request SET expires_at = now() WHERE id = :id"),
                    {"id": self.world.requests[owner, key]},
                )

    @rule(pick=picks)
    def repeat(self, pick: int) -> None:
        """A double click, the back button, a request that was sent again."""
        self.do_again(self.past[-1 - pick % len(self.past)])

    @rule(pick=picks)
    def repeat_with_other_content(self, pick: int) -> None:
        doing = self.past[-1 - pick % len(self.past)]
        if hasattr(doing, "line"):
            self.do_again(replace(doing, line=replace(doing.line, note="Another note")))

    @rule(doings=st.lists(anything, min_size=1, max_size=3), copies=st.integers(1, 3), owner=owners)
    def much_at_once(self, doings: list[Any], copies: int, owner: int) -> None:
        """At one wallet, and some of it several times under one key."""
        first, *others = [self.about_what_is_there(replace(doing, owner=owner)) for doing in doings]
        self.do_again(*[first] * copies, *others)

    @rule(doings=st.lists(adjusting | reversing, min_size=2, max_size=4), by=people)
    def much_by_one_person_at_once(self, doings: list[Any], by: int) -> None:
        """Who has one limit at all wallets."""
        self.do(*(replace(doing, line=replace(doing.line, by=by)) for doing in doings))

    @rule(doings=st.lists(approving | turning_down, min_size=2, max_size=4), pick=picks)
    def decisions_at_once(self, doings: list[Any], pick: int) -> None:
        """About one request."""
        self.do(*(replace(doing, key=pick) for doing in doings))

    def do(self, *doings: Any) -> None:
        self.do_again(*(self.about_what_is_there(doing) for doing in doings))

    def about_what_is_there(self, doing: Any) -> Any:
        """The doing with a key of its own, and with what its numbers stand for."""
        if hasattr(doing, "line"):
            last = len(self.book.ledgers.get(doing.owner, ()))
            line = replace(doing.line, key=next(self.keys))
            if line.reverses is not None:
                line = replace(line, reverses=line.reverses % (last + 1))  # 0 is none
            seen = {"seen": last - doing.seen} if getattr(doing, "seen", None) is not None else {}
            return replace(doing, line=line, **seen)
        requests = list(self.book.requests)
        if not requests:
            return doing
        owner, key = requests[-1 - doing.key % len(requests)]
        return replace(doing, owner=owner, key=key)

    def do_again(self, *doings: Any) -> None:
        """Do it, all at once, and find an order that explains what came of it."""
        self.past += doings
        answers = at_once(self.app, [attempt(doing, self.world) for doing in doings])
        self.tally.update(_kind(answer) for answer in answers)
        with self.app.app_context():
            there = look(self.world)
        for book in explanations(self.book, list(zip(doings, answers, strict=True))):
            if view(book) == there:
                self.book = book
                return
        told = "\n".join(f"{doing}\n  -> {answer}" for doing, answer in zip(doings, answers, strict=True))
        raise AssertionError(f"No order explains it:\n{told}\nBefore: {view(self.book)}\nThere is: {there}")


def _kind(answer: Any) -> str:
    """The answer without its figures, to be counted."""
    return f"{answer[0]} {answer[-1]}" if isinstance(answer, tuple) else answer or "decided"


@pytest.mark.timeout(300)  # seconds, for slow machines; it takes about 15
def test_the_ledger_is_what_plain_lists_would_be(app, committed):
    tally: Counter = Counter()
    run_state_machine_as_test(lambda: LedgerMachine(app, tally), settings=SETTINGS)
    # Doings of which none gets through, or none is refused, show nothing.
    assert tally["entry new"] > 300
    kinds = {*WORDS.values(), "entry new", "entry repeat", "request new", "request repeat", "decided"}
    assert {kind for kind in kinds if tally[kind] < 3} == set(), tally
    assert set(tally) == kinds
