"""The demo's campaigns: when, to whom, in which state."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from dashboard.campaigns.models import CampaignStatus
from dashboard.core.segments import segments
from dashboard.demo.codes import REFUSED, hundred_failures
from dashboard.demo.dates import black_friday, coming_office_hour, office_hour
from dashboard.demo.list_choice import ANY_LIST, choose_lists
from dashboard.demo.plan import PlannedOwner
from dashboard.demo.scales import Scale, shares, zipf
from dashboard.demo.texts import campaign_name, campaign_text


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
    choose_lists(scale, owners, campaigns, now, random)
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


def _plan_campaign(
    owner: PlannedOwner, kind: str, staff_ids: list[int], now: datetime, random: Random
) -> PlannedCampaign:
    """A campaign of that kind: a completed one, made into another where the kind is another."""
    language = owner.company.country.language
    campaign = PlannedCampaign(
        id=0,
        owner_id=owner.id,
        list_id=ANY_LIST,
        name=campaign_name(language, random),
        status=CampaignStatus.COMPLETED,
        message_text=campaign_text(
            language, owner.company.name.split(" <")[0], owner.company.sender_name, random
        ),
        sender_name=owner.company.sender_name,
        created_at=now,
        scheduled_at=None,
        started_at=office_hour(owner, now, random),
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
        campaign.started_at = black_friday(now, owner.company.country.timezone)
        campaign.list_id = owner.lists[0].id
    elif kind == "sending":
        campaign.status = CampaignStatus.SENDING
        campaign.started_at = now - timedelta(minutes=random.randint(4, 25))
        campaign.duration_seconds = (now - campaign.started_at).total_seconds() * (
            1.4 + 1.4 * random.random()
        )
        campaign.list_id = owner.lists[0].id
    elif kind == "recent":
        campaign.started_at = office_hour(owner, now, random, within=timedelta(hours=60))
        campaign.list_id = owner.lists[0].id
    elif kind == "paused":
        campaign.status = CampaignStatus.PAUSED
        campaign.started_at = office_hour(owner, now, random, within=timedelta(days=20))
        campaign.halted_at = campaign.started_at + timedelta(seconds=campaign.duration_seconds * 0.35)
    elif kind == "bad":
        campaign.started_at = office_hour(owner, now, random, within=timedelta(days=27))
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
        campaign.scheduled_at = coming_office_hour(owner, now, random)
    elif kind == "running":
        campaign.name = "Ενημέρωση παραγγελίας (συνεχής ροή)"
        campaign.started_at = now - timedelta(days=30, hours=4)
        campaign.duration_seconds = timedelta(days=20).total_seconds()
        campaign.list_id = None
    elif kind == "awkward":
        campaign.name = "Τεστ \"<b>έντονα</b>\" & 'εισαγωγικά' — " + "πολύ μεγάλο όνομα καμπάνιας " * 4
