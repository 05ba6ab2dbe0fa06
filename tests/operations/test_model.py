"""What a preview tells is what then happens, and an undo gives back what was: against a naive model."""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.core.db import db, utc_now
from dashboard.operations import queries
from dashboard.tags.commands import ensure_tag
from tests.factories import make_contact, make_list, make_owner, make_staff
from tests.operations.doing import done, members, result, subscribed, tagged, ticked, undone

PEOPLE = 5
KINDS = ["list_add", "list_remove", "unsubscribe", "tag", "untag"]

some = st.sets(st.integers(0, PEOPLE - 1))
change = st.tuples(st.sampled_from(KINDS), some.filter(bool))


@dataclass
class Naive:
    """The same without a database: who is erased, and who is subscribed, on the list, tagged."""

    erased: set[int]
    subscribed: set[int]
    on_list: set[int] = field(default_factory=set)
    tagged: set[int] = field(default_factory=set)

    def of(self, kind: str) -> set[int]:
        return {"unsubscribe": self.subscribed, "tag": self.tagged, "untag": self.tagged}.get(
            kind, self.on_list
        )

    def do(self, kind: str, whom: set[int]) -> set[int]:
        """Who changes."""
        state = self.of(kind)
        there = whom - self.erased
        changed = there - state if kind in ("list_add", "tag") else there & state
        state ^= changed
        return changed


class Scene:
    """An owner with contacts, a list and a tag, in the state of a naive one."""

    def __init__(self, naive: Naive) -> None:
        self.owner = make_owner()
        self.people = [make_contact(self.owner, is_subscribed=n in naive.subscribed) for n in range(PEOPLE)]
        for n in naive.erased:
            self.people[n].phone, self.people[n].erased_at = None, utc_now()
        db.session.commit()
        self.list_id = make_list(self.owner, members=[self.people[n] for n in naive.on_list]).id
        self.tag_id = ensure_tag(self.owner.id, "VIP", actor_id=make_staff().id)
        if naive.tagged:
            done(self.owner.id, "tag", ticked(*(self.people[n] for n in naive.tagged)), tag_id=self.tag_id)

    def arguments(self, kind: str) -> dict[str, int]:
        if kind == "unsubscribe":
            return {}
        return {"list_id": self.list_id} if kind.startswith("list") else {"tag_id": self.tag_id}

    def selection(self, whom: set[int]):
        return ticked(*(self.people[n] for n in whom))

    def state(self) -> tuple[set[int], set[int], set[int]]:
        number = {one.id: n for n, one in enumerate(self.people)}
        found = (subscribed(self.owner.id), members(self.list_id), tagged(self.tag_id))
        return tuple({number[contact_id] for contact_id in ids} for ids in found)


@pytest.mark.usefixtures("session")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    erased=some,
    opted_out=some,
    on_list=some,
    has_tag=some,
    first=change,
    between=st.lists(change, max_size=3),
)
def test_previews_operations_and_undos_are_those_of_the_model(
    erased, opted_out, on_list, has_tag, first, between
):
    everybody = set(range(PEOPLE))
    naive = Naive(erased, everybody - opted_out - erased, on_list - erased, has_tag - erased)
    scene = Scene(naive)
    owner_id = scene.owner.id

    def do(kind: str, whom: set[int]) -> tuple[int, set[int]]:
        selection, arguments = scene.selection(whom), scene.arguments(kind)
        told = queries.preview(owner_id, kind, selection, arguments)
        number = done(owner_id, kind, selection, **arguments)
        changed = naive.do(kind, whom)
        gone = len(whom & erased)
        assert result(owner_id, number) == (len(changed), len(whom) - len(changed) - gone, 0, gone)
        assert (told.total, told.would_change, told.already, told.gone) == (
            len(whom), len(changed), len(whom) - len(changed) - gone, gone,
        )  # fmt: skip
        assert len(told.sample) == len(changed)
        assert scene.state() == (naive.subscribed, naive.on_list, naive.tagged)
        return number, changed

    number, changed = do(*first)
    state = naive.of(first[0])
    touched: set[int] = set()
    for kind, whom in between:
        _, others = do(kind, whom)
        # Who wants the same again wants it also where it was so already.
        touched |= whom - erased if kind == first[0] else others if naive.of(kind) is state else set()
    if not changed:
        return
    undo = undone(owner_id, number)
    state ^= changed - touched
    assert result(owner_id, undo) == (len(changed - touched), 0, len(changed & touched), 0)
    assert scene.state() == (naive.subscribed, naive.on_list, naive.tagged)
