"""Every filter of an audience, against a naive model: pages, counts and numbers agree with plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from dashboard.audiences import queries
from dashboard.audiences.audience import Audience
from dashboard.contacts.erasure.commands import erase_contact
from dashboard.contacts.models import Contact
from dashboard.core import keyset
from dashboard.core.db import db
from dashboard.lists.models import ContactList, ListMembership
from dashboard.owners.models import Owner
from dashboard.tags.models import ContactTag, Tag
from tests.factories import make_contact, make_owner, make_staff

LISTS, TAGS, DYNAMIC = (0, 1), (0, 1), 2
CODES = {
    "30": "+3069{:08d}",
    "1": "+1212{:07d}",
    "359": "+35988{:07d}",
    "7": "+7912{:07d}",
    "44": "+4479{:08d}",
}
ZONES = ["Europe/Athens", "America/Los_Angeles", "Pacific/Kiritimati"]
GENDERS = ["female", "male", "other", "prefer_not_to_say"]
# About the ends of days, and about the days on which people are a year older.
TODAYS = [date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 1), date(2026, 11, 23)]
AGES = [0, 1, 18, 30]
instants = st.builds(
    lambda day, later, zone, second: (
        datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(days=later, seconds=second)
    ).astimezone(UTC),
    st.sampled_from(TODAYS),
    st.sampled_from([0, 0, 1, 1, 40]),
    st.sampled_from(ZONES),
    st.sampled_from([-1, 0, 0, 1]),
)
birthdays = st.builds(
    lambda today, years, days: (
        date(today.year - years, today.month, min(today.day, 28)) + timedelta(days=days)
    ),
    st.sampled_from(TODAYS),
    st.sampled_from([*AGES, 2, 19, 31]),
    st.integers(-2, 2),
)
days = st.sampled_from(TODAYS)


@dataclass(frozen=True)
class Person:
    """A contact as a test has it; its number is its place among all."""

    code: str
    gender: str | None
    birthday: date | None
    unsubscribed_at: datetime | None
    created_at: datetime
    joined: dict[int, datetime]  #: by the place of the list
    tags: frozenset[int]


@dataclass(frozen=True)
class World:
    zone: str
    now: datetime
    people: list[Person]
    definition: Audience
    asked: Audience
    ids: dict[str, list[int]] = field(default_factory=dict)


def maybe(values):
    return st.none() | values


people = st.builds(
    Person,
    code=st.sampled_from(sorted(CODES)),
    gender=maybe(st.sampled_from(GENDERS)),
    birthday=maybe(birthdays),
    unsubscribed_at=maybe(instants),
    created_at=instants,
    joined=st.dictionaries(st.sampled_from(LISTS), instants),
    tags=st.frozensets(st.sampled_from(TAGS)),
)
ages = st.sampled_from(AGES)


def in_order(asked: dict) -> dict:
    """The same with the first of two ends before the last one, as an audience must have them."""
    for name in ("age", "joined", "added", "left"):
        ends = [end for end in (f"{name}_from", f"{name}_to") if end in asked]
        asked |= dict(zip(ends, sorted(asked[end] for end in ends), strict=True))
    return asked


#: Each filter is set in a third of the cases, so that something is left to be found.
audiences = st.builds(
    lambda names, every: Audience(**in_order({name: every[name] for name in names})),
    st.lists(
        st.sampled_from(
            ["is_subscribed", "tag_id", "gender", "age_from", "age_to", "calling_code", "joined_from",
             "joined_to", "added_from", "added_to", "left_from", "left_to"]
        ), max_size=3, unique=True,
    ),
    st.fixed_dictionaries(
        {
            "is_subscribed": st.booleans(),
            "tag_id": st.sampled_from(TAGS),
            "gender": st.sampled_from(GENDERS),
            "age_from": ages,
            "age_to": ages,
            "calling_code": st.sampled_from([*CODES, "49"]),
            **dict.fromkeys(
                ["joined_from", "joined_to", "added_from", "added_to", "left_from", "left_to"], days
            ),
        }
    ),
)  # fmt: skip
worlds = st.builds(
    World,
    zone=st.sampled_from(ZONES),
    now=st.sampled_from(TODAYS).flatmap(
        lambda day: st.times().map(lambda at: datetime.combine(day, at, UTC))
    ),
    people=st.lists(people, min_size=15, max_size=25),
    definition=st.builds(lambda a, on: replace(a, list_id=on), audiences, maybe(st.sampled_from(LISTS))),
    asked=st.builds(
        lambda a, on: replace(a, list_id=on), audiences, maybe(st.sampled_from([*LISTS, DYNAMIC]))
    ),
)


def fits(world: World, person: Person, asked: Audience) -> bool:
    """Whether the person is meant, told as simply as can be."""
    zone = ZoneInfo(world.zone)
    today = world.now.astimezone(zone).date()
    if asked.list_id == DYNAMIC:
        if not fits(world, person, world.definition):
            return False
        asked = replace(asked, list_id=None)

    def is_on(at: datetime | None, first: date | None, last: date | None) -> bool:
        if first is None and last is None:
            return True
        return at is not None and (first or date.min) <= at.astimezone(zone).date() <= (last or date.max)

    born = person.birthday
    age = born and today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if asked.age_from is not None or asked.age_to is not None:  # noqa: SIM102
        if age is None or not (asked.age_from or 0) <= age <= (999 if asked.age_to is None else asked.age_to):
            return False
    return (
        (asked.list_id is None or asked.list_id in person.joined)
        and asked.is_subscribed in (None, person.unsubscribed_at is None)
        and (asked.tag_id is None or asked.tag_id in person.tags)
        and asked.gender in (None, person.gender)
        and asked.calling_code in (None, person.code)
        and is_on(person.joined.get(asked.list_id), asked.joined_from, asked.joined_to)
        and is_on(person.created_at, asked.added_from, asked.added_to)
        and is_on(person.unsubscribed_at, asked.left_from, asked.left_to)
    )


@pytest.fixture(scope="module")
def scenery(app) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.remove()


def build(world: World) -> tuple[int, Audience, list[int]]:
    """The world in the database; its owner, what is asked for there, and the numbers of its people."""
    owner_id = db.session.scalar(
        insert(Owner).values(name="O", country="GR", timezone=world.zone).returning(Owner.id)
    )

    def made(model, rows):
        stmt = insert(model).returning(model.id, sort_by_parameter_order=True)
        return list(db.session.scalars(stmt, [{"owner_id": owner_id, **row} for row in rows]))

    lists = made(ContactList, [{"name": f"L{n}"} for n in LISTS])
    tags = made(Tag, [{"name": f"T{n}"} for n in TAGS])

    def named(audience: Audience) -> Audience:
        return replace(
            audience,
            list_id=None if audience.list_id is None else lists[audience.list_id],
            tag_id=None if audience.tag_id is None else tags[audience.tag_id],
        )

    lists += made(ContactList, [{"name": "Dynamic", "definition": named(world.definition).as_json()}])
    ids = made(
        Contact,
        [
            {
                "phone": CODES[person.code].format(n),
                "gender": person.gender,
                "birthday": person.birthday,
                "is_subscribed": person.unsubscribed_at is None,
                "unsubscribed_at": person.unsubscribed_at,
                "created_at": person.created_at,
            }
            for n, person in enumerate(world.people)
        ],
    )
    joined = [
        {"owner_id": owner_id, "contact_id": i, "list_id": lists[on], "created_at": at}
        for i, person in zip(ids, world.people, strict=True)
        for on, at in person.joined.items()
    ]
    tagged = [
        {"owner_id": owner_id, "contact_id": i, "tag_id": tags[tag]}
        for i, person in zip(ids, world.people, strict=True)
        for tag in person.tags
    ]
    for model, rows in ((ListMembership, joined), (ContactTag, tagged)):
        if rows:
            db.session.execute(insert(model), rows)
    return owner_id, named(world.asked), ids


def paged(owner_id: int, audience: Audience) -> list[int]:
    """The contacts of all pages, forwards; the way back from the last one shows the same."""
    pages = [queries.page(owner_id, audience, at=keyset.At(size=4))]
    while pages[-1].after is not None:
        pages.append(queries.page(owner_id, audience, at=keyset.At(after=pages[-1].after, size=4)))
    back = [pages[-1]]
    while back[0].before is not None:
        back.insert(0, queries.page(owner_id, audience, at=keyset.At(before=back[0].before, size=4)))
    assert numbers(back) == numbers(pages)
    return numbers(pages)


def numbers(pages) -> list[int]:
    return [row.id for page in pages for row in page.rows]


@pytest.mark.parametrize("few", [0, 5, 5_000], ids=["looked through", "by an index at times", "by an index"])
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[
        Phase.reuse,
        Phase.generate,
    ],  # each try is a database of its own: making it smaller takes minutes
)
@given(world=worlds)
def test_pages_counts_and_numbers_are_those_of_the_model(scenery, monkeypatch, few, world):
    monkeypatch.setattr(queries, "FEW", few)
    monkeypatch.setattr(queries, "LOOKED_THROUGH", 7)
    try:
        with time_machine.travel(world.now, tick=False):
            owner_id, asked, ids = build(world)
            wanted = [i for i, one in zip(ids, world.people, strict=True) if fits(world, one, world.asked)]
            assert Audience.of_json(asked.as_json()) == asked
            assert sorted(db.session.scalars(queries.contact_ids(owner_id, asked))) == sorted(wanted)
            assert paged(owner_id, asked) == sorted(wanted, reverse=True)
            assert queries.count_exactly(owner_id, asked) == len(wanted)
            assert queries.count(owner_id, asked, most=3) == queries.Count(
                min(len(wanted), 3), len(wanted) > 3
            )
            assert queries.count_of_few(owner_id, asked) in (None, queries.Count(len(wanted)))
            assert [i for i in ids if queries.holds(owner_id, asked, i)] == sorted(wanted)
            assert queries.calling_codes(owner_id) == sorted({one.code for one in world.people})
    finally:
        db.session.rollback()


@pytest.mark.parametrize(
    ("today", "age"),
    [("2024-02-28", 15), ("2024-02-29", 16), ("2026-02-28", 17), ("2026-03-01", 18), ("2026-03-02", 18)],
)
def test_who_was_born_on_29_february_is_a_year_older_on_1_march(session, today, age):
    leapling = make_contact(make_owner(timezone="UTC"), birthday=date(2008, 2, 29))
    with time_machine.travel(f"{today}T12:00:00Z", tick=False):
        found = [
            years
            for years in range(14, 20)
            if queries.holds(leapling.owner_id, Audience(age_from=years, age_to=years), leapling.id)
        ]
    assert found == [age]


@pytest.mark.parametrize(
    ("at", "is_on"),
    [("21:59:59", False), ("22:00:00", True), ("21:59:59.999999+1", True), ("22:00:00+1", False)],
)
def test_a_day_is_one_of_the_owners_zone(session, at, is_on):
    """1 March in Athens begins at 22:00 UTC of the day before."""
    clock, _, later = at.partition("+")
    instant = datetime.fromisoformat(f"2026-02-28T{clock}+00:00") + timedelta(days=int(later or 0))
    contact = make_contact(make_owner(), created_at=instant)
    day = date(2026, 3, 1)
    assert queries.holds(contact.owner_id, Audience(added_from=day, added_to=day), contact.id) is is_on


def test_erased_contacts_match_nothing(session):
    owner = make_owner()
    erased = make_contact(owner)
    erase_contact(
        owner.id, erased.id, last_digits=erased.phone[-4:], reason="Asked", actor_id=make_staff().id
    )
    assert queries.count_exactly(owner.id, Audience()) == 0
    assert queries.page(owner.id, Audience()).rows == []
    assert queries.calling_codes(owner.id) == []
