"""An owner of whose rows every table of counts holds some."""

from uuid import uuid4

import pytest

from dashboard.campaigns.stats import queries
from dashboard.wallets.commands import Movement, write_entry
from dashboard.wallets.models import ReasonCode
from tests.factories import make_campaign, make_contact, make_list, make_message, make_owner


@pytest.fixture
def bakery(committed) -> int:
    """The number of an owner with a campaign in every state, charged and refunded, and a list of three."""
    owner = make_owner(name="Bakery")
    campaign = make_campaign(owner, name="Buns")
    for status in ("queued", "sent", "delivered", "failed", "failed"):
        make_message(campaign, status=status, segments=2, error_code="27" if status == "failed" else None)
    make_list(owner, name="Early birds", members=[make_contact(owner), make_contact(owner)])
    make_contact(owner, is_subscribed=False)
    for change, reason in ((100, ReasonCode.PURCHASE), (-10, ReasonCode.CAMPAIGN), (4, ReasonCode.REFUND)):
        charged = None if reason is ReasonCode.PURCHASE else campaign.id
        write_entry(Movement(owner.id, change, reason, uuid4(), None, campaign_id=charged))
    make_message(make_campaign(make_owner(name="Florist"), name="Roses"))
    return owner.id


def found(owner_id: int | None = None) -> dict[str, list[str]]:
    """What differs: each table's first differences."""
    outcomes = queries.verify(owner_id=owner_id)
    return {one.table: [first.sentence for first in one.first] for one in outcomes if one.differences}
