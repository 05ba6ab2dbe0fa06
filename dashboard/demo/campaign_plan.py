"""The demo's campaigns: when, to whom, in which state."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dashboard.campaigns.models import CampaignStatus
from dashboard.demo.codes import REFUSED, hundred_failures
from dashboard.demo.list_plan import PlannedList
from dashboard.demo.plan import PlannedOwner
from dashboard.demo.scales import Scale, shares, zipf
from dashboard.demo.texts import campaign_name, campaign_text, segments

MONTHS = timedelta(days=395)  #: how far back campaigns go
TO_LISTS = 0.92  #: of the messages, about how many go to lists; the others make up the exact number


@dataclass
class PlannedCampaign:
    id: int
    owner_id: int
    list_id: int | None
    name: str
    status: CampaignStatus
    message_text: str
    sender_name: str
    created_at: datetime
    scheduled_at: datetime | None
    started_at: datetime | None
    halted_at: datetime | None  #: from then on nothing was handed to the provider
    duration_seconds: float  #: from the first message handed over to the last
    failure_rate: float
    median_seconds: float  #: until half of the delivered messages are
    codes: list[str | None]  #: a hundred, of which a failure gets one
    created_by: int | None
    messages: int | None  #: None where it follows from the list; 0 before the start

    @property
    def row(self) -> tuple[object, ...]:
        return (
            *(self.id, self.owner_id, self.list_id, self.name, self.status.value, self.message_text),
            *(segments(self.message_text), self.sender_name, self.created_at, self.scheduled_at),
            *(self.started_at, self.halted_at, self.duration_seconds, self.failure_rate),
            *(self.median_seconds, self.codes, self.created_by, self.messages),
        )


def plan_campaigns(
    scale: Scale, owners: list[PlannedOwner], staff_ids: list[int], now: datetime, random: Random
) -> list[PlannedCampaign]:
    """All campaigns, by age, with ids from 1. Those without a list get their messages later."""
    senders = owners[:-1]
    counts = shares(scale.campaigns, zipf(len(senders), 0.9), at_least=1)
    campaigns: list[PlannedCampaign] = []
    for owner, count in zip(senders, counts, strict=True):
        kinds = _SPECIAL.get(owner.id, ())[:count]
        if owner.id == 1 and scale.largest_campaign:
            kinds = (*kinds, "running")
        for no in range(count):
            kind = kinds[no] if no < len(kinds) else random.choices(*_KINDS)[0]
            campaign = _plan_campaign(owner, kind, staff_ids, now, random)
            # Some of the larger owners' campaigns go to people chosen one by one, on no list.
            if kind == "completed" and owner.id <= max(2, len(owners) // 4) and no % 6 == 5:
                campaign.list_id = None
            if kind == "running":
                campaign.messages = scale.largest_campaign
            campaigns.append(campaign)
    _choose_lists(scale, owners, campaigns, now, random)
    campaigns.sort(key=lambda one: (one.created_at, one.owner_id))
    for campaign_id, campaign in enumerate(campaigns, 1):
        campaign.id = campaign_id
    return campaigns


# What a visitor should find at the largest owners; the others are drawn.
_SPECIAL = {
    1: ("black friday", "sending", "recent", "scheduled", "draft", "awkward", "bad"),
    2: ("sending", "paused", "bad", "recent"),
    3: ("failed", "bad", "scheduled", "recent"),
    4: ("sending", "draft", "paused"),
}
_KINDS = (
    ("completed", "draft", "scheduled", "failed", "paused", "bad"),
    (915, 30, 20, 10, 5, 20),
)
_ANY_LIST = -1


def _plan_campaign(
    owner: PlannedOwner, kind: str, staff_ids: list[int], now: datetime, random: Random
) -> PlannedCampaign:
    language = owner.company.country.language
    started_at: datetime | None = _office_hour(owner, now, random)
    status = CampaignStatus.COMPLETED
    campaign = PlannedCampaign(
        id=0,
        owner_id=owner.id,
        list_id=_ANY_LIST,
        name=campaign_name(language, random),
        status=status,
        message_text=campaign_text(
            language, owner.company.name.split(" <")[0], owner.company.sender_name, random
        ),
        sender_name=owner.company.sender_name,
        created_at=now,
        scheduled_at=None,
        started_at=started_at,
        halted_at=None,
        duration_seconds=240 + 9000 * random.random() ** 3,
        failure_rate=0.012 + 0.04 * random.random(),
        median_seconds=5 + 40 * random.random() ** 2,
        codes=hundred_failures(),
        created_by=random.choice(staff_ids),
        messages=None,
    )
    _make(campaign, kind, owner, now, random)
    start = campaign.started_at or campaign.scheduled_at or now - timedelta(days=40 * random.random() ** 2)
    prepared_at = start - timedelta(minutes=20 + 4000 * random.random() ** 3)
    campaign.created_at = max(
        owner.created_at, min(prepared_at, now - timedelta(minutes=random.randint(5, 50)))
    )
    if campaign.started_at and random.random() < 0.6:
        campaign.scheduled_at = campaign.started_at
    return campaign


def _make(campaign: PlannedCampaign, kind: str, owner: PlannedOwner, now: datetime, random: Random) -> None:
    """Turn a completed campaign into one of the kind."""
    if kind == "black friday":
        campaign.name = "Black Friday"
        campaign.message_text = (
            f"{owner.company.sender_name}: BLACK FRIDAY -40% ME TON KΩΔIKO BF40. STOP: 54321"
        )
        campaign.started_at = _black_friday(now, owner.company.country.timezone)
        campaign.list_id = owner.lists[0].id
    elif kind == "sending":
        campaign.status = CampaignStatus.SENDING
        campaign.started_at = now - timedelta(minutes=random.randint(4, 25))
        campaign.duration_seconds = (now - campaign.started_at).total_seconds() * (
            1.4 + 1.4 * random.random()
        )
        campaign.list_id = owner.lists[0].id
    elif kind == "recent":
        campaign.started_at = _office_hour(owner, now, random, within=timedelta(hours=60))
        campaign.list_id = owner.lists[0].id
    elif kind == "paused":
        campaign.status = CampaignStatus.PAUSED
        campaign.started_at = _office_hour(owner, now, random, within=timedelta(days=20))
        campaign.halted_at = campaign.started_at + timedelta(seconds=campaign.duration_seconds * 0.35)
    elif kind == "bad":
        campaign.started_at = _office_hour(owner, now, random, within=timedelta(days=27))
        campaign.failure_rate = 0.36 + 0.18 * random.random()
        campaign.codes = hundred_failures(random.choice(("REJECTD", "27", "34")))
    elif kind == "failed":
        campaign.status = CampaignStatus.FAILED
        campaign.failure_rate = 1.0
        campaign.codes = [REFUSED] * 100
        campaign.duration_seconds = 40.0
    elif kind == "draft":
        campaign.status, campaign.started_at, campaign.messages = CampaignStatus.DRAFT, None, 0
    elif kind == "scheduled":
        campaign.status, campaign.started_at, campaign.messages = CampaignStatus.SCHEDULED, None, 0
        campaign.scheduled_at = now + timedelta(hours=random.randint(3, 170), minutes=30)
    elif kind == "running":
        campaign.name = "Ενημέρωση παραγγελίας (συνεχής ροή)"
        campaign.started_at = now - timedelta(days=30, hours=4)
        campaign.duration_seconds = timedelta(days=20).total_seconds()
        campaign.list_id = None
    elif kind == "awkward":
        campaign.name = "Τεστ \"<b>έντονα</b>\" & 'εισαγωγικά' — " + "πολύ μεγάλο όνομα καμπάνιας " * 4


def _office_hour(owner: PlannedOwner, now: datetime, random: Random, within: timedelta = MONTHS) -> datetime:
    """An instant between 9 and 20 o'clock at the owner's, at least six hours ago, more often lately."""
    zone = ZoneInfo(owner.company.country.timezone)
    earliest = max(now - within, owner.created_at + timedelta(days=10))
    while True:
        day = (now - (now - earliest) * random.random() ** 1.25).astimezone(zone).date()
        hour = random.choice((9, 10, 10, 11, 11, 11, 12, 12, 13, 16, 17, 17, 18, 18, 19, 20))
        at = datetime(day.year, day.month, day.day, hour, random.randrange(0, 60, 5), tzinfo=zone).astimezone(
            UTC
        )
        is_week_end = day.weekday() >= 5
        if earliest <= at <= now - timedelta(hours=6) and (not is_week_end or random.random() < 0.4):
            return at


def _black_friday(now: datetime, timezone: str) -> datetime:
    """The last one that is over: the day after the fourth Thursday of November, at ten o'clock."""
    zone = ZoneInfo(timezone)
    for year in (now.year, now.year - 1):
        first = date(year, 11, 1)
        day = first + timedelta(days=(3 - first.weekday()) % 7 + 22)
        at = datetime(day.year, day.month, day.day, 10, 0, tzinfo=zone).astimezone(UTC)
        if at < now - timedelta(days=3):
            return at
    raise ValueError("a year has a Black Friday")


def _choose_lists(
    scale: Scale, owners: list[PlannedOwner], campaigns: list[PlannedCampaign], now: datetime, random: Random
) -> None:
    """Give each campaign a list that was there, so that about TO_LISTS of all messages go to lists.

    The lists' weights are a power of their sizes; the exponent is found by bisection.
    """
    open_ones = [(one, random.random()) for one in campaigns if one.list_id == _ANY_LIST]
    choices = [_lists_at(owners[one.owner_id - 1], one) for one, _ in open_ones]
    lists = {one.id: one for owner in owners for one in owner.lists}
    wanted = TO_LISTS * (scale.messages - scale.largest_campaign)

    def expected() -> float:
        return sum(
            lists[one.list_id].size * owners[one.owner_id - 1].share_at(one.started_at, now)
            for one in campaigns
            if one.list_id and one.started_at
        )

    low, high = -2.0, 8.0
    for _ in range(30):
        exponent = (low + high) / 2
        for (one, draw), some in zip(open_ones, choices, strict=True):
            one.list_id = _drawn(some, exponent, draw).id
        low, high = (low, exponent) if expected() > wanted else (exponent, high)


def _lists_at(owner: PlannedOwner, campaign: PlannedCampaign) -> list[PlannedList]:
    at = campaign.started_at or campaign.created_at
    return [
        one for one in owner.lists if one.size and one.created_at + timedelta(days=1) <= at
    ] or owner.lists[:1]


def _drawn(some: list[PlannedList], exponent: float, draw: float) -> PlannedList:
    largest = max(one.size for one in some)
    weights = [(one.size / largest) ** exponent for one in some]
    rest = draw * sum(weights)
    for one, weight in zip(some, weights, strict=True):
        rest -= weight
        if rest <= 0:
            return one
    return some[-1]
