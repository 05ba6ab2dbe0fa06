"""The demo's owners, lists and campaigns, decided one by one. What follows from them is made in SQL."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from dashboard.demo.companies import Company, companies
from dashboard.demo.list_plan import PlannedList, plan_lists
from dashboard.demo.people import draws
from dashboard.demo.scales import Scale, shares, zipf

# Numbers are spread over a country's range by `person * STEP + shift`: STEP is prime to 2, 3 and 5.
STEP = 61_803_397
# The contact of the first task at the desk, who is at two owners, in different states.
KNOWN_NUMBER = 84_303_406

EMPTY, NEAR_EMPTY = 6, (3, 5, 9)  #: owners whose wallets hold nothing, or less than they want


@dataclass
class PlannedOwner:
    id: int
    company: Company
    created_at: datetime
    contacts: int
    first_contact_id: int  #: minus one: contact n of the owner has the id `first_contact_id + n`
    first_person: int  #: of the country's people, likewise
    shift: int
    known_contact_id: int | None
    low_balance_credits: int
    base_credits: int  #: what the wallet holds beside what campaigns leave over
    purchase_credits: int  #: credits are bought in multiples of this
    lists: list[PlannedList] = field(default_factory=list)

    @property
    def row(self) -> tuple[object, ...]:
        country = self.company.country
        return (
            *(self.id, self.company.name, self.company.sender_name, country.code, country.timezone),
            *(self.created_at, self.contacts, self.first_contact_id, self.first_person, self.shift),
            *(country.prefix, country.digits, country.lowest, country.numbers, draws(country.pool)),
            *(self.low_balance_credits, self.base_credits, self.purchase_credits),
        )

    def share_at(self, instant: datetime, now: datetime) -> float:
        """Which share of today's contacts the owner had: a third from its first day, then steady growth."""
        age = (instant - self.created_at) / (now - self.created_at)
        return 0.35 + 0.65 * max(0.0, min(1.0, age))


def plan_owners(scale: Scale, now: datetime, random: Random) -> list[PlannedOwner]:
    """The owners from the largest and oldest to the one that came three days ago."""
    sizes = shares(
        scale.contacts, zipf(scale.owners, 1.25), at_least=min(40, scale.contacts // scale.owners // 2)
    )
    ages = sorted((500 + 1700 * random.random() for _ in sizes), reverse=True)
    ages[-1] = 3.0
    owners: list[PlannedOwner] = []
    people: dict[str, int] = {}
    contacts = 0
    for i, (company, size, age) in enumerate(
        zip(companies(scale.owners, random), sizes, ages, strict=True), 1
    ):
        # A fifth of an owner's contacts are also those of another one of the country.
        start = max(0, people.get(company.country.code, 0) - size // 5)
        people[company.country.code] = start + size
        low = max(100, round(scale.messages / scale.campaigns * size / sizes[0] / 100) * 100)
        is_low = i in NEAR_EMPTY or i % 17 == 0
        is_spent = i == EMPTY or i == scale.owners
        owners.append(
            PlannedOwner(
                id=i,
                company=company,
                created_at=(now - timedelta(days=age)).replace(minute=random.randrange(60)),
                contacts=size,
                first_contact_id=contacts,
                first_person=start,
                shift=7_654_321,
                known_contact_id=None,
                low_balance_credits=low,
                base_credits=0
                if is_spent
                else low // random.randint(3, 9)
                if is_low
                else low * random.randint(2, 9),
                purchase_credits=1 if is_spent or is_low else max(50, low // 100 * 100),
            )
        )
        contacts += size
    _share_known_number(owners)
    for owner, planned in zip(owners, plan_lists(scale, owners, now, random), strict=True):
        owner.lists = planned
    return owners


def _share_known_number(owners: list[PlannedOwner]) -> None:
    """Give the known number to a person whom the first two owners of the first one's country share."""
    compatriots = [o for o in owners if o.company.country == owners[0].company.country]
    person = compatriots[1].first_person + 1 + compatriots[1].contacts // 10
    shift = (KNOWN_NUMBER - person * STEP) % compatriots[0].company.country.numbers
    for owner in compatriots:
        owner.shift = shift
    for owner in compatriots[:2]:
        owner.known_contact_id = owner.first_contact_id + person - owner.first_person


def sender_numbers(owners: list[PlannedOwner]) -> Iterator[tuple[int, str]]:
    """Each owner's own number, and the short code of the largest."""
    for owner in owners:
        country = owner.company.country
        yield owner.id, f"{country.prefix}{country.lowest + 990_000 + owner.id:0{country.digits}d}"
    yield owners[0].id, "54321"


def reference_instant() -> datetime:
    """This hour's first instant."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
