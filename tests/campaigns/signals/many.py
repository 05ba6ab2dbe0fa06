"""Campaigns of many messages, made at once."""

from datetime import timedelta

from sqlalchemy import text

from dashboard.campaigns.models import Campaign
from dashboard.core.db import db, utc_now
from dashboard.owners.models import Owner
from tests.factories import make_campaign, make_contact

NOW = utc_now()

SEND = """
    INSERT INTO campaign_message
        (owner_id, campaign_id, contact_id, phone, text, status, sent_at, delivered_at, failed_at)
    SELECT :owner_id, :campaign_id, :contact_id, '+306984303406', 'Hello', status, at,
        CASE status WHEN 'delivered' THEN at END, CASE status WHEN 'failed' THEN at END
    FROM generate_series(1, :of) AS n
    CROSS JOIN (SELECT CAST(:at AS timestamptz) AS at) AS start
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN n <= :failed THEN 'failed' WHEN n <= :failed + :pending THEN 'sent' ELSE 'delivered'
        END AS status
    ) AS fate
"""


def send(owner: Owner, failed: int, of: int, *, days_ago: float = 1, pending: int = 0, **values) -> Campaign:
    """A campaign that started some days ago, of which so many messages failed of so many accepted."""
    started_at = NOW - timedelta(days=days_ago)
    campaign = make_campaign(owner, started_at=started_at, **values)
    contact = make_contact(owner)
    db.session.execute(
        text(SEND),
        {
            "owner_id": owner.id, "campaign_id": campaign.id, "contact_id": contact.id,
            "at": started_at, "of": of, "failed": failed, "pending": pending,
        },
    )  # fmt: skip
    db.session.commit()
    return campaign
