"""Campaigns with messages and entries, as the reconciliation's tests need them."""

from uuid import uuid4

from dashboard.campaigns.models import Campaign
from dashboard.owners.models import Owner
from dashboard.wallets.commands import Entry, Movement, reversal_of, write_entry
from dashboard.wallets.models import ReasonCode
from tests.factories import make_campaign, make_message, make_owner, make_wallet


def sent(owner: Owner | None = None, *, delivered: int = 0, failed: int = 0, debited: int = 0, **values):
    """A finished campaign with messages of one segment each, and its debit."""
    if owner is None:
        owner = make_owner()
        make_wallet(owner, balance_credits=100_000)
    campaign = make_campaign(owner, **values)
    for status, count in (("delivered", delivered), ("failed", failed)):
        for _ in range(count):
            make_message(campaign, status=status)
    if debited:
        enter(campaign, -debited)
    return campaign


def enter(
    campaign: Campaign, change_credits: int, reason: ReasonCode = ReasonCode.CAMPAIGN, **values
) -> Entry:
    """An entry of the owner's ledger that names the campaign."""
    return write_entry(
        Movement(campaign.owner_id, change_credits, reason, uuid4(), None, campaign_id=campaign.id, **values)
    )


def reverse(campaign: Campaign, entry: Entry) -> Entry:
    return write_entry(reversal_of(campaign.owner_id, entry.id, note=None, key=uuid4(), actor_id=None))
