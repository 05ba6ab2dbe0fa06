"""The messages behind a campaign's figures, why they failed, and who left after them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from dashboard.campaigns.models import CampaignMessage, CampaignStatError, MessageStatus
from dashboard.campaigns.queries import Totals
from dashboard.contacts.models import Contact
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db

#: The figures of a campaign, each of which leads to the messages behind it.
FIGURES: dict[str, Any] = {
    "all": None,
    "accepted": CampaignMessage.status != MessageStatus.QUEUED,
    "queued": CampaignMessage.status == MessageStatus.QUEUED,
    "sent": CampaignMessage.status == MessageStatus.SENT,
    "delivered": CampaignMessage.status == MessageStatus.DELIVERED,
    # `failed_at` names the partial index of failures; the CHECK makes the two the same.
    "failed": CampaignMessage.failed_at.is_not(None),
}
LOOKED_THROUGH = 20_000  #: messages for one page
_BY_ID = keyset.Key("id", CampaignMessage.id, descending=True)
NEWEST_FIRST = [_BY_ID]


def messages(
    owner_id: int,
    campaign_id: int,
    totals: Totals,
    *,
    figure: str = "all",
    error_code: str | None = None,
    at: keyset.At = keyset.FIRST,
) -> keyset.Page[AnyRow]:
    """The messages behind one of FIGURES, newest first; of one error code ('' for none) if given.

    What the counters say is none is not looked for. Failures are found by an index; for the others the
    campaign's messages are looked through, at most LOOKED_THROUGH for a page: the page may hold fewer than
    fit and yet not be the last. (An index of those without a receipt would be written at each receipt.)
    """
    if not totals.of(figure):
        return keyset.NO_PAGE
    stmt = (
        select(
            CampaignMessage.id, CampaignMessage.owner_id, CampaignMessage.contact_id, CampaignMessage.phone,
            CampaignMessage.status, CampaignMessage.segments, CampaignMessage.error_code,
            CampaignMessage.created_at, CampaignMessage.sent_at, CampaignMessage.delivered_at,
            CampaignMessage.failed_at, CampaignMessage.provider_message_id,
            Contact.first_name, Contact.last_name,
        )
        .join(
            Contact,
            (Contact.owner_id == CampaignMessage.owner_id) & (Contact.id == CampaignMessage.contact_id),
        )
    )  # fmt: skip
    wanted = behind(owner_id, campaign_id, figure, error_code)
    if figure == "failed" or error_code is not None or totals.of(figure) == totals.messages:
        return keyset.page(stmt.where(wanted), NEWEST_FIRST, at)
    of_campaign = behind(owner_id, campaign_id, "all", None)
    return keyset.search(
        stmt.where(of_campaign), _BY_ID, at,
        wanted=wanted, through=select(CampaignMessage.id).where(of_campaign), most=LOOKED_THROUGH,
    )  # fmt: skip


def behind(owner_id: int, campaign_id: int, figure: str, error_code: str | None) -> ColumnElement[bool]:
    """Whether a message is behind one of FIGURES, and failed with the code if one is given.

    The page and the export share this, so that they cannot disagree.
    """
    conditions = [CampaignMessage.owner_id == owner_id, CampaignMessage.campaign_id == campaign_id]
    if FIGURES[figure] is not None:
        conditions.append(FIGURES[figure])
    if error_code is not None:
        conditions.append(CampaignMessage.failed_at.is_not(None))
        conditions.append(func.coalesce(CampaignMessage.error_code, "") == error_code)
    return and_(*conditions)


def failure_reasons(owner_id: int, campaign_id: int, *, most: int = 200) -> Sequence[AnyRow]:
    """The provider's codes ('' for none) and how many messages failed with each; most first."""
    return db.session.execute(
        select(CampaignStatError.error_code, CampaignStatError.failed)
        .where(
            CampaignStatError.owner_id == owner_id,
            CampaignStatError.campaign_id == campaign_id,
            CampaignStatError.failed > 0,
        )
        .order_by(CampaignStatError.failed.desc(), CampaignStatError.error_code)
        .limit(most)
    ).all()


@dataclass(frozen=True)
class Unsubscribes:
    """A campaign's recipients who opted out while its window was open."""

    count: int
    closes_at: datetime | None  #: None: nothing was sent yet, so the window is not open
    contacts: Sequence[AnyRow]  #: the first few


def unsubscribes(
    owner_id: int, campaign_id: int, first_sent_at: datetime | None, *, window_days: int, most: int = 10
) -> Unsubscribes:
    """Recipients whose `unsubscribed_at` lies within `window_days` from the first message.

    Who has opted in again meanwhile is not counted: the state is the contact's present one.
    """
    if first_sent_at is None:
        return Unsubscribes(0, None, [])
    closes_at = first_sent_at + timedelta(days=window_days)
    left = _unsubscribed(owner_id, campaign_id, first_sent_at, closes_at)
    first = left.add_columns(func.count().over().label("of_all")).order_by(*keyset.ordering(_WHO_LEFT))
    contacts = db.session.execute(first.limit(most)).all()
    return Unsubscribes(contacts[0].of_all if contacts else 0, closes_at, contacts)


def unsubscribed(
    owner_id: int,
    campaign_id: int,
    first_sent_at: datetime | None,
    *,
    window_days: int,
    at: keyset.At = keyset.FIRST,
) -> keyset.Page[AnyRow]:
    """All whom `unsubscribes` counts, in the order in which they left."""
    if first_sent_at is None:
        return keyset.NO_PAGE
    closes_at = first_sent_at + timedelta(days=window_days)
    return keyset.page(_unsubscribed(owner_id, campaign_id, first_sent_at, closes_at), _WHO_LEFT, at)


_WHO_LEFT = [keyset.Key("unsubscribed_at", Contact.unsubscribed_at), keyset.Key("id", Contact.id)]


def _unsubscribed(owner_id: int, campaign_id: int, since: datetime, until: datetime) -> AnySelect:
    was_messaged = (
        select(CampaignMessage.id)
        .where(
            CampaignMessage.owner_id == Contact.owner_id,
            CampaignMessage.contact_id == Contact.id,
            CampaignMessage.campaign_id == campaign_id,
            CampaignMessage.status != MessageStatus.QUEUED,
        )
        .exists()
    )
    return select(
        Contact.owner_id, Contact.id, Contact.phone, Contact.first_name, Contact.last_name,
        Contact.unsubscribed_at,
    ).where(
        Contact.owner_id == owner_id,
        Contact.unsubscribed_at >= since,
        Contact.unsubscribed_at < until,
        was_messaged,
    )  # fmt: skip
