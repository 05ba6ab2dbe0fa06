"""What a check says: how it ended, on what evidence, and what to do now."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from dashboard.campaigns.models import CampaignStatus
from dashboard.contacts.why.queries import Facts


class Outcome(StrEnum):
    PASSED = "passed"
    STOPPED = "stopped here"
    IN_THE_WAY = "in the way, too"  #: what another check stopped already
    NOT_REACHED = "not reached"
    UNKNOWN = "not known"


class Step(StrEnum):
    AUDIENCE = "In the audience"
    SUBSCRIBED = "Subscribed"
    SUPPRESSED = "Not suppressed"
    NUMBER = "Number valid"
    CREDITS = "Credits"
    QUEUED = "Queued"
    ACCEPTED = "Accepted by the provider"
    DELIVERED = "Delivered"


@dataclass(frozen=True)
class Evidence:
    """What shows it, and where; without an endpoint it is said and leads nowhere."""

    text: str
    at: datetime | None = None
    endpoint: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    event: str | None = None  #: the line of the contact's timeline, such as "consent-12"


@dataclass(frozen=True)
class Check:
    step: Step
    outcome: Outcome
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    advice: str | None = None


def be(facts: Facts) -> str:
    """The verb for how things are, or were when the campaign was queued."""
    return "are" if facts.is_to_come else "were"


def is_under_way(facts: Facts) -> bool:
    return facts.campaign.status in (CampaignStatus.SENDING, CampaignStatus.PAUSED)


def is_over(facts: Facts) -> bool:
    return facts.campaign.status in (CampaignStatus.COMPLETED, CampaignStatus.FAILED)


def page(text: str, endpoint: str, facts: Facts, *, at: datetime | None = None, **values: int) -> Evidence:
    """Evidence on a page of the contact's owner."""
    return Evidence(text, at, endpoint, {"owner_id": facts.contact.owner_id, **values})


def left_out(facts: Facts) -> Evidence:
    """The campaign's own word for why it left the contact out."""
    assert facts.skip is not None
    return Evidence("Left out", facts.skip.created_at, event=f"skip-{facts.skip.campaign_id}")
