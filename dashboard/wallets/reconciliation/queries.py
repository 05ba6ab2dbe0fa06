"""What campaigns' messages cost, against what their owners' ledgers charged for them.

A segment is a credit, and a campaign's debit and its messages are one transaction: so what is queued must be
paid for as well. Of the entries that name the campaign

- its debits, less corrections and reversals that gave something back of them, are what was *debited*
- whatever else was given (refunds, also goodwill), less its reversals, is what was *refunded*

and a campaign differs where

- **sent without debit**: its messages have more segments than were debited. Older campaigns too whose debits
  name no campaign, as an import can bring them
- **debit without message**: more was debited than its messages have segments. What was refunded beyond its
  failures counts against it
- **failed and not refunded**: its failed messages have more segments than were refunded, as far as they were
  debited. Only once that is final: the campaign is finished, and either no message waits for its receipt or
  it has been finished for `FINAL_AFTER`. Whether failures are refunded is for people to decide

Source: `campaign_stat`, kept by triggers on messages and ledger, so all is exact at the instant of reading;
a partial index for each kind finds the campaigns that differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Integer, func, literal, literal_column, select, tuple_, union_all

from dashboard.campaigns.models import Campaign, CampaignStat, CampaignStatus
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.owners.models import Owner
from dashboard.wallets.approvals.models import AdjustmentRequest, RequestStatus
from dashboard.wallets.models import ReasonCode

FINAL_AFTER = timedelta(hours=72)  #: providers try to deliver for so long
MOST_COUNTED = 1_000  #: campaigns of a kind; of more the newest are counted


class Kind(StrEnum):
    UNDEBITED = "undebited"
    OVERDEBITED = "overdebited"
    UNREFUNDED = "unrefunded"


#: The reason of the entry that settles it. A correction gives back what a debit took, a refund what failed.
REASONS = {
    Kind.UNDEBITED: ReasonCode.CAMPAIGN,
    Kind.OVERDEBITED: ReasonCode.CORRECTION,
    Kind.UNREFUNDED: ReasonCode.REFUND,
}
_CREDITS = {
    Kind.UNDEBITED: CampaignStat.undebited_credits,
    Kind.OVERDEBITED: CampaignStat.overdebited_credits,
    Kind.UNREFUNDED: CampaignStat.unrefunded_credits,
}


@dataclass(frozen=True)
class Charge:
    """What a campaign's messages cost and what was charged for them, in credits."""

    segments: int
    queued_segments: int
    failed_segments: int
    debited_credits: int
    refunded_credits: int
    undebited_credits: int
    overdebited_credits: int
    unrefunded_credits: int
    is_final: bool  #: no more of its messages will fail

    @property
    def accepted_segments(self) -> int:
        """Of the messages that were handed to the provider."""
        return self.segments - self.queued_segments

    def credits(self, kind: Kind) -> int:
        """The difference of that kind; 0 where there is none, or none yet."""
        if kind is Kind.UNREFUNDED and not self.is_final:
            return 0
        found: int = getattr(self, f"{kind}_credits")
        return found

    @property
    def kinds(self) -> list[Kind]:
        """In which ways the campaign differs."""
        return [kind for kind in Kind if self.credits(kind)]


@dataclass(frozen=True)
class Figure:
    """How many campaigns differ in one way, and by how many credits together."""

    campaigns: int
    credits: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more, which were not counted."""
        return self.campaigns > MOST_COUNTED


def figures() -> dict[Kind, Figure]:
    """The differences of all owners by kind: of the newest `MOST_COUNTED` campaigns of each, and one more."""
    counts = []
    for kind, credits in _CREDITS.items():
        newest = _differing(select(credits.label("credits")), kind).order_by(
            CampaignStat.campaign_id.desc(), CampaignStat.owner_id.desc()
        )
        some = newest.limit(MOST_COUNTED + 1).subquery()
        total = func.coalesce(func.sum(some.c.credits), 0)
        counts.append(select(literal(kind.value), func.count(), total))
    return {
        Kind(kind): Figure(campaigns, int(credits))
        for kind, campaigns, credits in db.session.execute(union_all(*counts))
    }


def page(kind: Kind, *, owner_id: int | None = None, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """The campaigns that differ in that way, newest first: each with its charge and its `credits`."""
    stmt = _differing(
        select(
            CampaignStat.owner_id, CampaignStat.campaign_id,
            Campaign.name, Campaign.happens_at, Owner.name.label("owner_name"),
            _CREDITS[kind].label("credits"), *_charge_columns(),
        ),
        kind,
    ).join(Owner, Owner.id == CampaignStat.owner_id)  # fmt: skip
    if owner_id:
        stmt = stmt.where(CampaignStat.owner_id == owner_id)
    newest = [
        keyset.Key("campaign_id", CampaignStat.campaign_id, descending=True),
        keyset.Key("owner_id", CampaignStat.owner_id, descending=True),
    ]
    return keyset.page(stmt, newest, at)


def charge(owner_id: int, campaign_id: int) -> Charge:
    """One campaign's charge; zeros where it has neither messages nor entries.

    Raises:
        NoResultFound: no such campaign of this owner.
    """
    return charge_of(
        db.session.execute(
            select(*_charge_columns())
            .select_from(Campaign)
            .outerjoin(CampaignStat, _same_campaign())
            .where(Campaign.owner_id == owner_id, Campaign.id == campaign_id)
        ).one()
    )


def charge_of(row: AnyRow) -> Charge:
    """The charge of a row of `page`."""
    return Charge(**{name: getattr(row, name) for name in Charge.__dataclass_fields__})


def waiting(kind: Kind, campaigns: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Of these campaigns, as (owner_id, campaign_id), the number of the request that waits to settle them."""
    requests = select(AdjustmentRequest.owner_id, AdjustmentRequest.campaign_id, AdjustmentRequest.id).where(
        tuple_(AdjustmentRequest.owner_id, AdjustmentRequest.campaign_id).in_(list(campaigns)),
        AdjustmentRequest.reason_code == REASONS[kind],
        _is_open(),
    )
    return {(row.owner_id, row.campaign_id): row.id for row in db.session.execute(requests)}


def last_request(kind: Kind, owner_id: int, campaign_id: int) -> AnyRow | None:
    """The `id` of the last request to settle the difference, and whether it `is_open`; None before any."""
    return db.session.execute(
        select(AdjustmentRequest.id, _is_open().label("is_open"))
        .where(
            AdjustmentRequest.owner_id == owner_id,
            AdjustmentRequest.campaign_id == campaign_id,
            AdjustmentRequest.reason_code == REASONS[kind],
        )
        .order_by(AdjustmentRequest.id.desc())
        .limit(1)
    ).one_or_none()


def _differing(stmt: AnySelect, kind: Kind) -> AnySelect:
    # The zero stands in the statement itself, so that it fits the partial index whatever the plan.
    stmt = stmt.join(Campaign, _same_campaign()).where(_CREDITS[kind] > literal_column("0", Integer))
    return stmt.where(_is_final()) if kind is Kind.UNREFUNDED else stmt


def _charge_columns() -> list[ColumnElement[int] | ColumnElement[bool]]:
    counters = [name for name in Charge.__dataclass_fields__ if name != "is_final"]
    return [
        *(func.coalesce(getattr(CampaignStat, name), 0).label(name) for name in counters),
        func.coalesce(_is_final(), False).label("is_final"),
    ]


def _same_campaign() -> ColumnElement[bool]:
    return (Campaign.owner_id == CampaignStat.owner_id) & (Campaign.id == CampaignStat.campaign_id)


def _is_final() -> ColumnElement[bool]:
    nothing_waits = CampaignStat.queued + CampaignStat.sent == 0
    ended_at = func.coalesce(Campaign.finished_at, Campaign.happens_at)
    return Campaign.status.in_([CampaignStatus.COMPLETED, CampaignStatus.FAILED]) & (
        nothing_waits | (ended_at <= func.now() - FINAL_AFTER)
    )


def _is_open() -> ColumnElement[bool]:
    return (AdjustmentRequest.status == RequestStatus.PENDING) & (AdjustmentRequest.expires_at > func.now())
