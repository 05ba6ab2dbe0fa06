"""What became of campaigns and their messages.

All figures come from the counters that the database keeps in the transaction that changes the
messages (`campaign_stat`, `campaign_stat_hour`, `campaign_stat_error`), so they are exact at the
instant of reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Double, bindparam, cast, func, literal, select

from dashboard.campaigns.models import (
    Campaign,
    CampaignStat,
    CampaignStatCountry,
    CampaignStatus,
)
from dashboard.core import keyset
from dashboard.core.countries import countries_in
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.like import contains_words, folded
from dashboard.core.rates import Rate, interval_columns
from dashboard.lists.models import ContactList
from dashboard.owners.models import Owner
from dashboard.staff.models import Staff


@dataclass(frozen=True)
class Totals:
    """How many messages are in each state, and the rates of them."""

    queued: int
    sent: int
    delivered: int
    failed: int

    @property
    def messages(self) -> int:
        return self.queued + self.accepted

    @property
    def accepted(self) -> int:
        """Handed to the provider, whatever became of it."""
        return self.sent + self.delivered + self.failed

    def of(self, figure: str) -> int:
        """The count behind one of FIGURES."""
        counts = {"all": self.messages, "accepted": self.accepted, "queued": self.queued, "sent": self.sent}
        return (counts | {"delivered": self.delivered, "failed": self.failed})[figure]

    @property
    def delivery(self) -> Rate:
        return Rate(self.delivered, self.accepted)

    @property
    def failure(self) -> Rate:
        return Rate(self.failed, self.accepted)

    @property
    def pending(self) -> Rate:
        """No final receipt yet; not a failure."""
        return Rate(self.sent, self.accepted)

    @property
    def progress(self) -> Rate:
        """How much of the campaign was handed to the provider."""
        return Rate(self.accepted, self.messages)


def totals_of(row: AnyRow) -> Totals:
    """The totals of a row that carries the counters."""
    return Totals(row.queued, row.sent, row.delivered, row.failed)


@dataclass(frozen=True)
class Wanted:
    """Which campaigns to show; None asks for all."""

    name: str | None = None
    status: str | None = None
    owner_id: int | None = None
    country: str | None = None  #: of the owner, as `countries_in` takes it
    since: datetime | None = None  #: from this instant on
    until: datetime | None = None  #: before this instant


_ACCEPTED = CampaignStat.sent + CampaignStat.delivered + CampaignStat.failed


def _or(bound: Any, otherwise: float) -> Any:
    return func.coalesce(bound, cast(otherwise, Double), type_=Double)


_HAPPENS = keyset.Key("happens_at", Campaign.happens_at, descending=True)
_ID = keyset.Key("id", Campaign.id, descending=True)
# By what is sure and not by the share, so that 1 failure of 1 does not come before 700 of 2,000: the failure
# rate is at least so high, the delivery rate at most so. Without accepted messages there is neither: last.
_FAILED_AT_LEAST, _ = interval_columns(CampaignStat.failed, _ACCEPTED)
_, _DELIVERED_AT_MOST = interval_columns(CampaignStat.delivered, _ACCEPTED)
SORTS: dict[str, list[keyset.Key]] = {
    "newest": [_HAPPENS, _ID],
    "oldest": [
        keyset.Key("happens_at", Campaign.happens_at),
        keyset.Key("id", Campaign.id),
    ],
    "failing": [keyset.Key("failing", _or(_FAILED_AT_LEAST, -1.0), descending=True), _ID],
    "undelivered": [keyset.Key("undelivered", _or(_DELIVERED_AT_MOST, 2.0)), _ID],
    "largest": [keyset.Key("largest", func.coalesce(_ACCEPTED, 0), descending=True), _ID],
}


def page(wanted: Wanted, *, sort: str = "newest", at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """Campaigns that match every set part of `wanted`, with their counters and their owner's name."""
    return keyset.page(narrowed(with_counters(), wanted), SORTS[sort], at)


def get(owner_id: int, campaign_id: int) -> AnyRow:
    """The campaign with its counters, its list's and its maker's name.

    Raises:
        NoResultFound: no such campaign of this owner.
    """
    return db.session.execute(_ONE, {"owner_id": owner_id, "campaign_id": campaign_id}).one()


def countries(owner_id: int, campaign_id: int) -> list[tuple[str, Totals]]:
    """The calling codes ("30") of the numbers, and what became of the messages to each; most first."""
    accepted = CampaignStatCountry.accepted
    rows = db.session.execute(
        select(
            CampaignStatCountry.calling_code,
            literal(0).label("queued"),
            (accepted - CampaignStatCountry.delivered - CampaignStatCountry.failed).label("sent"),
            CampaignStatCountry.delivered,
            CampaignStatCountry.failed,
        )
        .where(
            CampaignStatCountry.owner_id == owner_id,
            CampaignStatCountry.campaign_id == campaign_id,
            accepted > 0,
        )
        .order_by(accepted.desc(), CampaignStatCountry.calling_code)
    )
    return [(row.calling_code, totals_of(row)) for row in rows]


def sending_now(*, most: int = 10) -> Sequence[AnyRow]:
    """Campaigns under way, latest start first, with their counters."""
    return db.session.execute(
        with_counters()
        .where(Campaign.status == CampaignStatus.SENDING)
        .order_by(Campaign.happens_at.desc(), Campaign.id.desc())
        .limit(most)
    ).all()


def worst_failures(since: datetime, *, most: int = 8) -> Sequence[AnyRow]:
    """The campaigns since then that surely failed most: by the lower bound of the failure interval."""
    return db.session.execute(
        with_counters()
        .where(Campaign.happens_at >= since, CampaignStat.failed > 0, Campaign.started_at.is_not(None))
        .order_by(_FAILED_AT_LEAST.desc(), Campaign.id.desc())
        .limit(most)
    ).all()


def with_counters() -> AnySelect:
    """Campaigns with their counters, zeros where there are none, and their owner's name and zone."""
    return (
        select(
            Campaign.owner_id, Campaign.id, Campaign.name, Campaign.status, Campaign.happens_at,
            Owner.name.label("owner_name"), Owner.timezone,
            func.coalesce(CampaignStat.queued, 0).label("queued"),
            func.coalesce(CampaignStat.sent, 0).label("sent"),
            func.coalesce(CampaignStat.delivered, 0).label("delivered"),
            func.coalesce(CampaignStat.failed, 0).label("failed"),
        )
        .join(Owner, Owner.id == Campaign.owner_id)
        .outerjoin(
            CampaignStat,
            (CampaignStat.owner_id == Campaign.owner_id) & (CampaignStat.campaign_id == Campaign.id),
        )
    )  # fmt: skip


# Put together once: that takes longer than to ask it.
_ONE = (
    with_counters()
    .add_columns(
        Campaign.message_text, Campaign.sender_name, Campaign.scheduled_at, Campaign.started_at,
        Campaign.finished_at, Campaign.created_at, Campaign.list_id, Campaign.audience,
        ContactList.name.label("list_name"), Staff.name.label("made_by"),
        func.coalesce(CampaignStat.segments, 0).label("segments"), CampaignStat.first_sent_at,
    )
    .outerjoin(
        ContactList, (ContactList.owner_id == Campaign.owner_id) & (ContactList.id == Campaign.list_id)
    )
    .outerjoin(Staff, Staff.id == Campaign.created_by)
    .where(Campaign.owner_id == bindparam("owner_id"), Campaign.id == bindparam("campaign_id"))
)  # fmt: skip


def narrowed(stmt: AnySelect, wanted: Wanted) -> AnySelect:
    """`stmt`, which reads campaigns and their owners, with every set part of `wanted`."""
    if wanted.name:
        stmt = stmt.where(contains_words(folded(Campaign.name), wanted.name))
    if wanted.status:
        stmt = stmt.where(Campaign.status == wanted.status)
    if wanted.owner_id:
        stmt = stmt.where(Campaign.owner_id == wanted.owner_id)
    if wanted.country:
        stmt = stmt.where(Owner.country.in_(countries_in(wanted.country)))
    if wanted.since:
        stmt = stmt.where(Campaign.happens_at >= wanted.since)
    if wanted.until:
        stmt = stmt.where(Campaign.happens_at < wanted.until)
    return stmt
