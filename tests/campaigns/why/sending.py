"""Campaigns of many messages to several countries, with what became of them."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text

from dashboard.campaigns.models import Campaign
from dashboard.core.db import db
from dashboard.owners.models import Owner
from tests.campaigns.signals.many import NOW
from tests.factories import make_campaign, make_contact

SEND = """
    INSERT INTO campaign_message
        (owner_id, campaign_id, contact_id, phone, text, status, sent_at, delivered_at, failed_at, error_code)
    SELECT :owner_id, :campaign_id, :contact_id, :phone, 'Hello', :status, at,
        CASE WHEN :status = 'delivered' THEN at END, CASE WHEN :status = 'failed' THEN at END, :error_code
    FROM generate_series(1, :times), (SELECT CAST(:at AS timestamptz) AS at) AS start
"""
PHONES = {"30": "+306984303406", "49": "+4915112345678"}

#: The calling code, the state (or the code of a failure) and how many.
Sent = tuple[str, str, int]


def send_to(owner: Owner, sent: Sequence[Sent], *, days_ago: float = 1, **values) -> Campaign:
    """A campaign that started some days ago, with so many messages of each kind."""
    started_at = values.pop("started_at", NOW - timedelta(days=days_ago))
    campaign = make_campaign(owner, started_at=started_at, **values)
    contact = make_contact(owner)
    for country, fate, times in sent:
        status = fate if fate in ("delivered", "sent") else "failed"
        db.session.execute(
            text(SEND),
            {
                "owner_id": owner.id, "campaign_id": campaign.id, "contact_id": contact.id, "at": started_at,
                "phone": PHONES[country], "status": status, "times": times,
                "error_code": fate if status == "failed" else None,
            },
        )  # fmt: skip
    db.session.commit()
    return campaign
